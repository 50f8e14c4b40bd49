/* log_softmax: x_i - log(sum_j e^(x_j)) per row, by rows/log_softmax.h without options. */
#ifndef VACT_ACT_FAST_LOG_SOFTMAX_H
#define VACT_ACT_FAST_LOG_SOFTMAX_H

#include "rows/log_softmax.h"

VACT_INLINE void log_softmax_rows(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                                  size_t cols)
{
    log_softmax_plain_rows(&(rows_plain){dst, dst_stride, src, src_stride, rows, cols});
}

#endif
