/* A result file that appears whole or not at all. */
#ifndef VACT_TOOLS_ACCURACY_OUTPUT_H
#define VACT_TOOLS_ACCURACY_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/replace.h"

typedef struct accuracy_output {
    const char *path; /* null: not wanted; "-": standard output */
    FILE *stream;
    vact_replacement file;
    bool in_place; /* a device or a pipe is written to, not replaced by a file */
} accuracy_output;

/* Opens before the long work, so that a path that cannot be written fails at once. False, with a message, on failure.
 */
bool accuracy_output_open(accuracy_output *output, const char *path);

/* Keeps or drops what was written; false, with a message, where it could not be written or put in place. */
bool accuracy_output_close(accuracy_output *output, bool keep);

bool accuracy_output_is_stdout(const accuracy_output *output);

#endif
