/* What `vact run` measures of one operation over one tensor. */
#ifndef VACT_TOOLS_RUN_MEASURE_H
#define VACT_TOOLS_RUN_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#include "registry.h"

/* A matrix of rows; operations element by element see its rows * cols elements. */
typedef struct vact_run_tensor {
    const float *src;
    float *dst; /* as large; the last operation's result stays in it */
    size_t count;
    size_t cols;
} vact_run_tensor;

typedef struct vact_run_result {
    const vacti_op_info *op;
    double seconds;   /* of this thread in one pass; the mean of the middle half, as of the other two */
    double to_copy;   /* a pass's time relative to a copy of the same bytes in the same turn (bench/yardstick.h) */
    double noise;     /* relative; of memcpy against itself two standard errors of as many turns. 0 for one turn */
    double max_error; /* in ULP */
    size_t error_at;  /* index of the element that shows it */
} vact_run_result;

/* Applies the operation with its defaults through the public API (prelu with one slope of 0.25). */
vact_status vact_run_apply(const vacti_op_info *op, const vact_run_tensor *tensor);

/* Times it, so many times in turn with copies of the tensor. Leaves the result in tensor->dst. */
vact_status vact_run_time(vact_run_result *result, const vact_run_tensor *tensor, int repetitions);

/* Compares tensor->dst with the oracle, on `threads` threads. False when out of memory. */
bool vact_run_compare(vact_run_result *result, const vact_run_tensor *tensor, int threads);

#endif
