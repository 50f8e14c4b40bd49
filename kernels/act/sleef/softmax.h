/*
 * softmax: e^(x_i - max) / sum_j e^(x_j - max) per row.
 *
 * Three passes: the maximum; the exponentials, stored in dst and summed in the order of loop/sum.h; the division.
 */
#ifndef VACT_ACT_SLEEF_SOFTMAX_H
#define VACT_ACT_SLEEF_SOFTMAX_H

#include "loop/rows.h"
#include "math/sleef/softmax.h"

typedef struct {
    row_sum sum;
    float *lanes;
    const elem *src;
    vf max;
} softmax_walk;

VACT_INLINE void softmax_add(void *context, size_t i, size_t n, size_t k)
{
    softmax_walk *walk = context;
    if (n == VF_LANES) {
        vf e = softmax_exponential(elem_load(walk->src + i), walk->max);
        vf_store(walk->lanes + i, e);
        row_sum_add(&walk->sum, k, e);
    } else {
        vf e = softmax_exponential(elem_load_partial(walk->src + i, n), walk->max);
        vf_store_partial(walk->lanes + i, e, n);
        row_sum_add(&walk->sum, k, vf_keep_first(e, n, vf_set1(0.0f)));
    }
}

/* Stores the exponentials, and returns their sum. */
VACT_INLINE float softmax_exponentials(float *lanes, const elem *src, size_t cols, vf max)
{
    softmax_walk walk;
    walk.lanes = lanes;
    walk.src = src;
    walk.max = max;
    row_sum_start(&walk.sum);
    row_sums_of(&walk.sum, 1, cols, softmax_add, &walk);
    return (float)row_sum_total(&walk.sum);
}

VACT_INLINE void softmax_row(elem *dst, const elem *src, size_t cols)
{
    float *exponentials = elem_lanes(dst);
    vf sum = vf_set1(softmax_exponentials(exponentials, src, cols, vf_set1(row_max(src, cols))));
    size_t i = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES)
        elem_store(dst + i, vf_div(vf_load(exponentials + i), sum));
    if (i < cols)
        elem_store_partial(dst + i, vf_div(vf_load_partial(exponentials + i, cols - i), sum), cols - i);
}

VACT_INLINE void softmax_rows(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                              size_t cols)
{
    loop_rows(dst, dst_stride, src, src_stride, rows, cols, softmax_row);
}

#endif
