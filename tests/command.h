/* Runs a program and keeps what it prints. For tests that drive the program vact or look into its files. */
#ifndef VACT_TESTS_COMMAND_H
#define VACT_TESTS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct command_result {
    int status; /* the exit status; 128 + the signal that ended it; -1 if it did not start */
    char *text; /* the standard output, never null; to be freed */
} command_result;

/* Runs a shell command, formatted as by printf. */
command_result command_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether the shell finds a program of that name. */
bool command_exists(const char *name);

/* A file as a string, to be freed; null where it cannot be read. */
char *read_text(const char *path);

#endif
