/*
 * What peers.py calls through ctypes: the libraries that have a C interface, each called and timed from C, and the
 * oracle that all results are held to. Sizes are in elements; an array of an elementwise operation is one row.
 */
#ifndef VACT_BENCH_PEERS_H
#define VACT_BENCH_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vact/vact.h"
#include "yardstick.h"

/* For the functions that Python calls; the rest has hidden visibility. */
#define PEERS_API __attribute__((visibility("default")))

/* ------------------------------------------------------------------------------------------ the libraries */

/* One operation of one library over given arrays, or its gradient, ready to run. */
typedef struct peers_call {
    void (*run)(const struct peers_call *call);
    float *dst;
    const float *src;
    const float *dy;  /* null: the operation itself; else its gradient */
    bool from_output; /* src has the outputs, as peers_takes_output says */
    size_t rows;
    size_t cols;
    vact_op op;
    vact_type type;           /* of the elements; other types than float for vact's own unary operations alone */
    yardstick_fn *function;   /* where a plain function does the work */
    void *own;                /* what else the library needs */
    void (*close)(void *own); /* null where there is nothing to release */
} peers_call;

/* Prepares the call, whose arrays and sizes are set, for that operation at default parameters; false where the library
 * lacks it. */
typedef bool peers_open_fn(peers_call *call);

/* "3.2.0" */
typedef const char *peers_version_fn(void);

/* Those that are there when this is built. */
peers_open_fn peers_open_onednn, peers_open_xnnpack, peers_open_ggml;
peers_version_fn peers_onednn_version, peers_xnnpack_version, peers_ggml_version;

/* The names in order: memcpy and stream, the two ways to copy, then vact, then its peers. Null beyond the last. */
PEERS_API const char *peers_library(size_t index);

/* A static string; null where the library is absent. */
PEERS_API const char *peers_version(const char *library);

/* By the registry's name of the operation; dy: null, or its gradient is meant, which vact alone has here. The ways to
 * copy take every name. Null where the library has none. */
PEERS_API peers_call *peers_open(const char *library, const char *operation, float *dst, const float *src,
                                 const float *dy, size_t rows, size_t cols);

/* vact's unary operation, softmax or log_softmax on elements of 16 bits; null for others. */
PEERS_API peers_call *peers_open_narrow(const char *operation, vact_type type, void *dst, const void *src, size_t rows,
                                        size_t cols);

/* n floats as elements of a type. */
PEERS_API bool peers_narrow(vact_type type, void *dst, const float *src, size_t n);

PEERS_API void peers_close(peers_call *call);

/* Calls so many times; returns the seconds by CLOCK_MONOTONIC. */
PEERS_API double peers_seconds(const peers_call *call, size_t calls);

/* Calls the function so many bytes further down the stack. A library that keeps vectors on the stack takes up to three
 * times as long where one of them crosses a page, and it does so in every call from the same depth. */
PEERS_API void peers_deeper(size_t bytes, void (*function)(void));

/* --------------------------------------------------------------------------------------------- the oracle */

/* The errors of one library over some inputs; start from zeros. */
typedef struct peers_worst {
    double ulp;        /* the largest finite error */
    float input;       /* where it occurs */
    float wrong_input; /* the first wrong one */
    uint64_t wrong;    /* results with an infinite error: NaN for a number, a lost NaN or infinity, a zero's sign */
    uint64_t count;
} peers_worst;

/* The index-th operation's name and whether it works on rows; null beyond the last. */
PEERS_API const char *peers_operation(size_t index);
PEERS_API bool peers_works_on_rows(const char *operation);

/* Whether its gradient is a function of the output, as PyTorch's is. */
PEERS_API bool peers_takes_output(const char *operation);

/* The exact values at default parameters, of the gradient where dy is not null; false for an unknown operation. The dy
 * of an elementwise operation must be ones. */
PEERS_API bool peers_exact(const char *operation, double *exact, const float *dy, const float *src, size_t rows,
                           size_t cols);

/* Adds the errors of the first n results. A gradient's are in ULP of dy*f'(x) as vact counts them; those along rows in
 * 2^-24 of the sum of their terms' sizes. */
PEERS_API void peers_errors(peers_worst *worst, const char *operation, const float *computed, const double *exact,
                            const float *dy, const float *src, size_t n, size_t cols);

/* ------------------------------------------------------------------------------------------------- inputs */

/* The arrays of bench/memory.h: n numbers of a distribution by its name, room for 64 MiB of results, and as much again,
 * never freed. Null when out of memory. */
PEERS_API const float *peers_input(const char *name, size_t n);
PEERS_API float *peers_output(void);
PEERS_API float *peers_array(void);

/* The floats whose bits are first, first + stride, first + 2*stride ... modulo 2^32. */
PEERS_API void peers_patterns(float *dst, size_t n, uint32_t first, uint32_t stride);

/* Zeros, infinities, NaNs and the ends of the normal and subnormal ranges, repeated up to n elements; returns the
 * number of different ones. */
PEERS_API size_t peers_specials(float *dst, size_t n);

PEERS_API void peers_scale(float *dst, const float *src, size_t n, float factor);

#endif
