/* The options of `vact verify`. */
#ifndef VACT_TOOLS_VERIFY_OPTIONS_H
#define VACT_TOOLS_VERIFY_OPTIONS_H

#include "functions.h"

enum { VERIFY_MOST_PATTERNS = 256, VERIFY_MOST_BUILDS = 8 };

typedef struct verify_options {
    const char *patterns[VERIFY_MOST_PATTERNS]; /* of operations; none for all */
    size_t pattern_count;
    const char *builds[VERIFY_MOST_BUILDS]; /* static names */
    size_t build_count;
    const char *math;         /* the beginning of the variant's name; null for all */
    const char *types;        /* likewise of the type's */
    const char *file, *write; /* null: the installed one; not wanted */
    const char *json;
    unsigned threads;
    bool quick, quiet;
    const verify_function *functions; /* of this library */
    size_t function_count;
} verify_options;

/* Of the functions the options choose; exits where they are wrong. */
void verify_parse(verify_options *options, const verify_function *functions, size_t count, int argc, char **argv);

/* Whether the options choose the function. */
bool verify_chooses(const verify_options *options, const verify_function *function);

#endif
