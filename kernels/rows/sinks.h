/*
 * The gradients of the masked softmax family where they need the logits again: for the sinks. The sums over the rows of
 * a sink run in the order of the rows, in double, and keep the error of every addition.
 */
#ifndef VACT_ROWS_SINKS_H
#define VACT_ROWS_SINKS_H

#include "rows/gradients_rows.h"
#include "rows/logsumexp_backward.h"

/* e^sink/(e^sink + sum_j e^(x_j)) */
VACT_NOINLINE static double sinks_share(const elem *x, const logits_row *row)
{
    const size_t cols = row->cols;
    const logits_pivot pivot =
        row->cap != 0.0f ? (logits_pivot){0.0f, 0.0f} : logits_join(logits_max(x, cols, row), row->sink);
    wide_logit at = {(double)pivot.hi, (double)pivot.lo};
    const bool wide = row->cap != 0.0f || wide_is_needed(pivot.hi, row);
    if (wide)
        at = wide_max(x, cols, row);
    if (!wide_finite(at.hi))
        return row->sink == __builtin_inff() ? 1.0 : __builtin_nan("");
    const double rest = wide ? wide_rest(NULL, x, cols, row, at, false) : log_softmax_any_rest(x, cols, pivot, row);
    return wide_sink(row->sink, at) / (1.0 + rest);
}

/* The gradient of row r, and what it adds to its sink's. */
VACT_INLINE double sinks_row(const vacti_masked_gradient *call, size_t r)
{
    const logits_row row = logits_row_of(call->options, r, call->rows, call->cols);
    const elem *x = (const elem *)call->x + r * call->x_stride;
    const bool needed = call->dsink != NULL && row.sink != -__builtin_inff();
    const double share = needed ? sinks_share(x + row.first, &row) : 0.0; /* first: dx may be x */
    elem *dx = (elem *)call->dx + r * call->dx_stride;
    if (call->of == VACTI_LOGSUMEXP) {
        const float dy = ((const float *)call->dy)[r];
        rows_logsumexp_backward(dx, dy, x, ((const float *)call->y)[r], &row);
        return needed ? share * (double)dy : 0.0;
    }
    const rows_gradient g = {dx,
                             (const elem *)call->dy + r * call->dy_stride,
                             (const elem *)call->y + r * call->y_stride,
                             call->cols,
                             call->options->scale,
                             NULL,
                             x + row.first};
    const double total =
        call->of == VACTI_SOFTMAX ? rows_softmax_masked_row(&g, &row) : rows_log_softmax_masked_row(&g, &row);
    return needed ? -share * total : 0.0;
}

/* Of the rows of value `h`, (r/repeat) mod count == h. */
VACT_NOINLINE static double sinks_of_one(const vacti_masked_gradient *call, size_t h, size_t count, size_t repeat)
{
    sum_large sum = {0.0, 0.0};
    size_t first, period;
    if (__builtin_mul_overflow(h, repeat, &first))
        return 0.0;
    if (__builtin_mul_overflow(count, repeat, &period))
        period = SIZE_MAX;
    while (first < call->rows) {
        for (size_t r = first; r - first < repeat && r < call->rows; r++)
            sum_large_add(&sum, sinks_row(call, r));
        first = call->rows - first > period ? first + period : call->rows;
    }
    return sum_large_total(sum);
}

VACT_INLINE void sinks_backward(const vacti_masked_gradient *call)
{
    const vact_values_layout layout = call->options->heads_layout;
    if (call->dsink == NULL) {
        sinks_of_one(call, 0, 1, 1);
        return;
    }
    const size_t count = layout.count == 0 ? 1 : layout.count, repeat = layout.repeat == 0 ? 1 : layout.repeat;
    for (size_t h = 0; h < count; h++)
        call->dsink[h] = (float)sinks_of_one(call, h, count, repeat);
}

#endif
