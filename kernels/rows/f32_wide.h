/*
 * softmax, log_softmax and logsumexp of floats in double lanes, with all options: at most 0.501 ULP, rounded to double
 * and then to float. Rows, masked rows and other axes take one way, so the bits depend on the row alone.
 */
#ifndef VACT_ROWS_F32_WIDE_H
#define VACT_ROWS_F32_WIDE_H

#include "rows/f64_softmax.h"

typedef void row_fn(elem *dst, f64_row from);

VACT_INLINE void row_fill(elem *dst, size_t n, elem value)
{
    for (size_t k = 0; k < n; k++)
        dst[k] = value;
}

/* `nothing`: the result of an element that is left out. */
VACT_INLINE void rows_wide(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols,
                           const vact_softmax_options_f32 *options, row_fn *one, elem nothing)
{
    for (size_t r = 0; r < rows; r++) {
        const logits_row row = logits_row_of(options, r, rows, cols);
        const size_t first = row.first, end = first + row.cols;
        elem *const to = dst + r * dst_stride;
        const f64_row from = {src + r * src_stride + first, 1, row.cols, options != NULL ? &row : NULL};
        if (row.cols != 0)
            one(to + first, from);
        row_fill(to, first, nothing);
        row_fill(to + end, row.length - end, nothing);
    }
}

VACT_INLINE void rows_wide_axis(elem *dst, const elem *src, size_t outer, size_t axis, size_t inner, row_fn *one)
{
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i++) {
            const size_t at = o * axis * inner + i;
            one(dst + at, (f64_row){src + at, inner, axis, NULL});
        }
}

vact_rows_f32_fn KERNEL(softmax), KERNEL(log_softmax);
vact_masked_f32_fn KERNEL(softmax_masked), KERNEL(log_softmax_masked);
vact_axis_f32_fn KERNEL(softmax_axis), KERNEL(log_softmax_axis), KERNEL(logsumexp_axis);
vact_logsumexp_f32_fn KERNEL(logsumexp);

void KERNEL(softmax)(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols)
{
    rows_wide(dst, dst_stride, src, src_stride, rows, cols, NULL, row_softmax, 0.0f);
}

void KERNEL(log_softmax)(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols)
{
    rows_wide(dst, dst_stride, src, src_stride, rows, cols, NULL, row_log_softmax, -__builtin_inff());
}

void KERNEL(softmax_masked)(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols,
                            const vact_softmax_options_f32 *options)
{
    rows_wide(dst, dst_stride, src, src_stride, rows, cols, options, row_softmax, 0.0f);
}

void KERNEL(log_softmax_masked)(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                                size_t cols, const vact_softmax_options_f32 *options)
{
    rows_wide(dst, dst_stride, src, src_stride, rows, cols, options, row_log_softmax, -__builtin_inff());
}

void KERNEL(logsumexp)(float *dst, const elem *src, size_t src_stride, size_t rows, size_t cols,
                       const vact_softmax_options_f32 *options)
{
    for (size_t r = 0; r < rows; r++) {
        const logits_row row = logits_row_of(options, r, rows, cols);
        const f64_row from = {src + r * src_stride + row.first, 1, row.cols, options != NULL ? &row : NULL};
        dst[r] = (float)row_logsumexp(from);
    }
}

void KERNEL(softmax_axis)(elem *dst, const elem *src, size_t outer, size_t axis, size_t inner)
{
    rows_wide_axis(dst, src, outer, axis, inner, row_softmax);
}

void KERNEL(log_softmax_axis)(elem *dst, const elem *src, size_t outer, size_t axis, size_t inner)
{
    rows_wide_axis(dst, src, outer, axis, inner, row_log_softmax);
}

void KERNEL(logsumexp_axis)(float *dst, const elem *src, size_t outer, size_t axis, size_t inner)
{
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i++)
            dst[o * inner + i] = (float)row_logsumexp((f64_row){src + o * axis * inner + i, inner, axis, NULL});
}

#endif
