/* The options of `vact accuracy`. */
#ifndef VACT_TOOLS_ACCURACY_OPTIONS_H
#define VACT_TOOLS_ACCURACY_OPTIONS_H

#include "sweep.h"

enum { ACCURACY_MOST_OPS = 256, ACCURACY_MOST_FILES = 4096, ACCURACY_MOST_PARAMS = 16 };

typedef struct accuracy_options {
    const vacti_op_info *ops[ACCURACY_MOST_OPS]; /* in the order named, each once; none for all */
    size_t op_count;
    const char *builds[ACCURACY_MOST_BUILDS]; /* static names; none for the default */
    size_t build_count;
    vact_math math;
    bool backward; /* the gradients instead of the operations */
    bool math_given;
    bool every_math; /* every variant in turn; math is then AUTO */
    vact_type type;  /* the elements; of 16 bits: all inputs, and no option but ops, builds, json and quiet */
    uint32_t stride;
    uint32_t shard;
    uint32_t shard_count;
    unsigned threads;
    const char *params[ACCURACY_MOST_PARAMS]; /* "name=value" */
    size_t param_count;
    const char *digest;
    const char *json;
    const char *markdown;
    bool merge;
    const char *files[ACCURACY_MOST_FILES];
    size_t file_count;
    bool quiet;
    bool sweeps;                                /* an option for sweeps only was given */
    accuracy_target targets[ACCURACY_MOST_OPS]; /* the operations with their parameters, checked */
    size_t target_count;
} accuracy_options;

/* Reads the command line; wrong usage ends the program with status 2. */
void accuracy_parse(accuracy_options *options, int argc, char **argv);

#endif
