/*
 * Files that are written whole or not at all (replace.h), with their space reserved, mapped, and put in place when all
 * are complete. On failure the destinations stay. One vact_output at a time.
 */
#ifndef VACT_TOOLS_OUTPUT_H
#define VACT_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "npy.h"
#include "replace.h"

enum { VACT_OUTPUT_FILES = 2 };

typedef struct vact_output_file {
    vact_replacement file;
    unsigned char *map;
    size_t size;
} vact_output_file;

/* Start with {0}. */
typedef struct vact_output {
    vact_output_file files[VACT_OUTPUT_FILES];
    int count;
} vact_output;

/* Adds a file of `size` > 0 bytes to fill. On failure it prints a message, discards the output and returns null. */
unsigned char *vact_output_add(vact_output *out, const char *path, size_t size);

/* The same for an array, with its header written; the elements are aligned to 64 bytes. */
void *vact_output_add_npy(vact_output *out, const char *path, const vact_shape *shape);

/* Both end the output, whatever they return. Commit prints a message for what it cannot write, and for an open input
 * that has become shorter. */
bool vact_output_commit(vact_output *out);
void vact_output_discard(vact_output *out);

#endif
