/* The kernels of softmax, log_softmax and logsumexp over rows of doubles. Largest errors: docs/operations/f64.md. */
#ifndef VACT_ROWS_F64_H
#define VACT_ROWS_F64_H

#include "rows/f64_softmax.h"

vacti_rows_f64_fn KERNEL(softmax), KERNEL(log_softmax);
vacti_logsumexp_f64_fn KERNEL(logsumexp);

void KERNEL(softmax)(double *dst, size_t dst_row, const double *src, size_t src_row, size_t step, size_t rows,
                     size_t cols)
{
    for (size_t r = 0; r < rows; r++)
        row_softmax(dst + r * dst_row, (f64_row){src + r * src_row, step, cols, NULL});
}

void KERNEL(log_softmax)(double *dst, size_t dst_row, const double *src, size_t src_row, size_t step, size_t rows,
                         size_t cols)
{
    for (size_t r = 0; r < rows; r++)
        row_log_softmax(dst + r * dst_row, (f64_row){src + r * src_row, step, cols, NULL});
}

void KERNEL(logsumexp)(double *dst, const double *src, size_t src_row, size_t step, size_t rows, size_t cols)
{
    for (size_t r = 0; r < rows; r++)
        dst[r] = row_logsumexp((f64_row){src + r * src_row, step, cols, NULL});
}

#endif
