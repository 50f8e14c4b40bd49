/*
 * A file that is written whole or not at all: made under a temporary name in the destination's folder, its
 * space reserved before anything is written, mapped, and renamed over the destination when it is complete.
 * On failure, and when a signal ends the program, the temporary file goes and the destination stays as it
 * was. One output at a time.
 */
#ifndef VACT_TOOLS_OUTPUT_H
#define VACT_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "npy.h"

typedef struct vact_output {
    char *path;      /* the destination, symbolic links resolved */
    char *temporary; /* the file's name until it is complete */
    int fd;
    unsigned char *map;
    size_t size;
} vact_output;

/* size > 0; out->map has that many bytes to fill. */
bool vact_output_open(vact_output *out, const char *path, size_t size, vact_reason *reason);

/* Either ends it, whatever is returned. */
bool vact_output_commit(vact_output *out, vact_reason *reason);
void vact_output_discard(vact_output *out);

/* vact_output_open for an array, with the header written; *elements is aligned to 64 bytes. */
bool vact_output_open_npy(vact_output *out, const char *path, const vact_shape *shape, float **elements,
                          vact_reason *reason);

#endif
