/* A shared library of vact, loaded with others, and how its kernels are called. */
#ifndef VACT_BENCH_AGAINST_LIBRARY_H
#define VACT_BENCH_AGAINST_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "contest.h"
#include "registry.h"

/* The functions of an operation. */
typedef enum library_part {
    PART_FORWARD,
    PART_BACKWARD,
    PART_FROM_OUTPUT, /* the derivative from the output */
    PART_EPILOGUE,    /* with a bias */
    PART_RESIDUAL,    /* an epilogue with a bias and a residual */
    PART_CHANNELS,
    PART_ROWS,
    PART_GATE,
    PART_GATE_BACKWARD,
    PARTS
} library_part;

typedef void library_function(void); /* of whatever type */

/* The arguments of every part. */
typedef struct library_call {
    library_function *function;
    vact_params_f32 params;
    const float *x;        /* the input; of PART_FROM_OUTPUT the output */
    const float *second;   /* gradient of the result, bias, slopes, what is gated */
    const float *residual; /* of PART_RESIDUAL, else null */
    float *dst;
    float *second_dst; /* of PART_GATE_BACKWARD */
    size_t rows, cols, n;
} library_call;

typedef struct library_dialect library_dialect;

typedef struct library {
    void *handle;
    const char *version;
    const library_dialect *dialect;
} library;

/* Loads a copy of the file, so that one file can be loaded twice and every library comes from a file of the same kind.
 * False, with a message on standard error, where this program cannot call it. */
bool library_open(library *to, const char *path);

/* Its vact_select. */
bool library_select(const library *of, vact_isa isa, vact_math math);

/* The function of the current selection; null where the library has none. */
library_function *library_find(const library *of, library_part part, const vacti_op_info *op);

/* Calls the function of a library_call. */
contender_fn *library_runner(const library *of, library_part part);

#endif
