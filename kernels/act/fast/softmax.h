/* softmax: e^(x_i - max) / sum_j e^(x_j - max) per row: the form of rows/softmax.h without masks. */
#ifndef VACT_ACT_FAST_SOFTMAX_H
#define VACT_ACT_FAST_SOFTMAX_H

#include "rows/softmax.h"

VACT_INLINE void softmax_row(float *dst, const float *src, size_t cols)
{
    const logits_row plain = {1.0f, NULL, NULL, cols, false};
    rows_softmax(dst, src, cols, &plain);
}

#endif
