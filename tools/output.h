/*
 * Files that are written whole or not at all: made under temporary names in the destinations' folders, their space
 * reserved before anything is written, mapped, and renamed over the destinations when all of them are complete. On
 * failure, and when a signal ends the program, the temporary files go and the destinations stay as they were. One
 * vact_output at a time.
 */
#ifndef VACT_TOOLS_OUTPUT_H
#define VACT_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "npy.h"

enum { VACT_OUTPUT_FILES = 2 };

typedef struct vact_output_file {
    const char *name; /* the destination as it was given */
    char *path;       /* the same, symbolic links resolved */
    char *temporary;  /* the file's name until it is complete */
    int fd;
    unsigned char *map;
    size_t size;
} vact_output_file;

/* {0} before its first file. */
typedef struct vact_output {
    vact_output_file files[VACT_OUTPUT_FILES];
    int count;
} vact_output;

/* One file more, of `size` > 0 bytes to fill. Null where it cannot be, which is said; the output is discarded then. */
unsigned char *vact_output_add(vact_output *out, const char *path, size_t size);

/* The same for an array, with its header written; the elements are aligned to 64 bytes. */
float *vact_output_add_npy(vact_output *out, const char *path, const vact_shape *shape);

/* Either ends it, whatever is returned. What cannot be written is said. The files are renamed from the last to the
 * first; where one cannot be, those before it stay as they were too. */
bool vact_output_commit(vact_output *out);
void vact_output_discard(vact_output *out);

/* Whether two paths lead to one file, there or not yet. */
bool vact_output_same(const char *one, const char *other);

#endif
