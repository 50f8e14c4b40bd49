/* softmax, log_softmax, logsumexp over rows of doubles. Largest errors: docs/operations/f64.md. */
#ifndef VACT_ROWS_F64_H
#define VACT_ROWS_F64_H

#include "rows/f64_row.h"

/* NaN in every element. */
VACT_INLINE void row_fill_nan(double *dst, size_t step, size_t cols)
{
    for (size_t k = 0; k < cols; k++)
        dst[k * step] = __builtin_nan("");
}

VACT_NOINLINE static void row_softmax(double *dst, f64_row from)
{
    const row_scale scale = row_scale_of(from);
    if (!row_is_finite(scale)) {
        row_fill_nan(dst, from.step, from.cols);
        return;
    }
    const wide sum = wide_of_pair(pair_add_lane(scale.rest, vf_set1(1.0)));
    row_block block;
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load(&block, from, i, n, scale.max);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const vf x = vf_load(block.x + v * VF_LANES);
            vf_store(block.x + v * VF_LANES,
                     wide_round(wide_divide(wide_exp(row_difference(x, vf_set1(scale.max))), sum)));
        }
        row_store(dst + i * from.step, from.step, &block, n);
    }
}

/* The pair difference + log, rounded; infinite with the difference. */
VACT_INLINE vf row_log_share(vf_pair difference, vf_pair log)
{
    const vm finite = vm_lt(vf_abs(difference.hi), vf_set1(__builtin_inf()));
    return vf_select(finite, pair_round(pair_add(difference, log)), difference.hi);
}

/* (x - max) - log(1 + rest). Negated last, so that a zero is -0. */
VACT_NOINLINE static void row_log_softmax(double *dst, f64_row from)
{
    const row_scale scale = row_scale_of(from);
    if (!row_is_finite(scale)) {
        row_fill_nan(dst, from.step, from.cols);
        return;
    }
    const vf_pair log = wide_log1p(scale.rest);
    const vf max = vf_set1(scale.max);
    row_block block;
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load(&block, from, i, n, scale.max);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const vf x = vf_load(block.x + v * VF_LANES);
            const vf below = row_log_share(row_difference(max, x), log);
            vf_store(block.x + v * VF_LANES, vf_neg(below));
        }
        row_store(dst + i * from.step, from.step, &block, n);
    }
}

VACT_INLINE double row_logsumexp(f64_row from)
{
    const row_scale scale = row_scale_of(from);
    if (!row_is_finite(scale))
        return scale.max;
    double lanes[VF_LANES];
    vf_store(lanes, pair_round(pair_add_lane(wide_log1p(scale.rest), vf_set1(scale.max))));
    return lanes[0];
}

vacti_rows_f64_fn KERNEL(softmax), KERNEL(log_softmax);
vacti_logsumexp_f64_fn KERNEL(logsumexp);

void KERNEL(softmax)(double *dst, size_t dst_row, const double *src, size_t src_row, size_t step, size_t rows,
                     size_t cols)
{
    for (size_t r = 0; r < rows; r++)
        row_softmax(dst + r * dst_row, (f64_row){src + r * src_row, step, cols});
}

void KERNEL(log_softmax)(double *dst, size_t dst_row, const double *src, size_t src_row, size_t step, size_t rows,
                         size_t cols)
{
    for (size_t r = 0; r < rows; r++)
        row_log_softmax(dst + r * dst_row, (f64_row){src + r * src_row, step, cols});
}

void KERNEL(logsumexp)(double *dst, const double *src, size_t src_row, size_t step, size_t rows, size_t cols)
{
    for (size_t r = 0; r < rows; r++)
        dst[r] = row_logsumexp((f64_row){src + r * src_row, step, cols});
}

#endif
