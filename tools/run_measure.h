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
    double seconds;   /* median of one pass */
    double to_copy;   /* median of a pass's time relative to the memcpy of the same bytes just before it */
    double max_error; /* in ULP */
    size_t error_at;  /* index of the element that shows it */
} vact_run_result;

/* Applies the operation with its defaults through the public API (prelu with one slope of 0.25). */
vact_status vact_run_apply(const vacti_op_info *op, const vact_run_tensor *tensor);

/* Times it. Leaves the result in tensor->dst. */
vact_status vact_run_time(vact_run_result *result, const vact_run_tensor *tensor, int repetitions);

/* Compares tensor->dst with the oracle, on `threads` threads. False when out of memory. */
bool vact_run_compare(vact_run_result *result, const vact_run_tensor *tensor, int threads);

#endif
