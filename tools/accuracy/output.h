/* A result file that appears whole or not at all. */
#ifndef VACT_TOOLS_ACCURACY_OUTPUT_H
#define VACT_TOOLS_ACCURACY_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

typedef struct accuracy_output {
    const char *path; /* null: not wanted; "-": standard output */
    FILE *stream;
    char *partial; /* the temporary name; null where the file is written in place */
} accuracy_output;

/* Opens before the long work, so that a path that cannot be written fails at once. False, with a message, on failure.
 */
bool accuracy_output_open(accuracy_output *output, const char *path);

/* Keeps or drops what was written; false, with a message, where it could not be written or renamed. */
bool accuracy_output_close(accuracy_output *output, bool keep);

bool accuracy_output_is_stdout(const accuracy_output *output);

#endif
