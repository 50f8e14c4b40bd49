/*
 * softmax: e^(x_i - max) / sum_j e^(x_j - max) per row.
 *
 * Three passes: the maximum; the exponentials, stored in dst and summed in the order of loop/rows.h; the division.
 */
#ifndef VACT_ACT_SLEEF_SOFTMAX_H
#define VACT_ACT_SLEEF_SOFTMAX_H

#include "loop/rows.h"
#include "math/sleef/softmax.h"

VACT_INLINE float softmax_exponentials(float *lanes, const elem *src, size_t cols, vf max)
{
    row_sum sum = row_sum_zero();
    size_t i = 0;
    for (; cols - i >= ROW_LANES; i += ROW_LANES)
        for (size_t k = 0; k < ROW_VECTORS; k++) {
            vf e = softmax_exponential(elem_load(src + i + k * VF_LANES), max);
            vf_store(lanes + i + k * VF_LANES, e);
            row_sum_add(&sum, k, e);
        }
    size_t k = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES, k++) {
        vf e = softmax_exponential(elem_load(src + i), max);
        vf_store(lanes + i, e);
        row_sum_add(&sum, k, e);
    }
    if (i < cols) {
        vf e = softmax_exponential(elem_load_partial(src + i, cols - i), max);
        vf_store_partial(lanes + i, e, cols - i);
        row_sum_add(&sum, k, vf_keep_first(e, cols - i, vf_set1(0.0f)));
    }
    row_total total = row_sum_total(&sum);
    return total.hi + total.lo;
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
