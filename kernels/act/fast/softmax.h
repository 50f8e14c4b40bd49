/* softmax: e^(x_i - max) / sum_j e^(x_j - max) per row, by rows/softmax.h without options. */
#ifndef VACT_ACT_FAST_SOFTMAX_H
#define VACT_ACT_FAST_SOFTMAX_H

#include "rows/softmax.h"

VACT_INLINE void softmax_rows(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                              size_t cols)
{
    softmax_plain_rows(&(rows_plain){dst, dst_stride, src, src_stride, rows, cols});
}

#endif
