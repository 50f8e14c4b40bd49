/* What the options of the softmax family say of one row: its columns, scale, masks, soft cap and sink. In scalars
 * alone, so that kernels with lanes of any type share it. */
#ifndef VACT_ROWS_LOGITS_ROW_H
#define VACT_ROWS_LOGITS_ROW_H

#include <stdbool.h>

#include "abi.h"

/* A row, of the columns within causality, window and valid length alone. */
typedef struct {
    float scale, slope;
    const float *bias;         /* this row's, or null */
    const unsigned char *keep; /* this row's, or null */
    bool masked;               /* a mask, a length or a sink was given, even if it leaves out nothing */
    bool cap_after;            /* the soft cap is of the sum with the bias */
    float cap;                 /* 0: none */
    float sink;                /* -inf: none */
    size_t first, cols;        /* these columns of the matrix; sources, masks and results are from `first` on */
    size_t length;             /* the valid length */
} logits_row;

VACT_INLINE logits_row logits_plain_row(size_t cols)
{
    return (logits_row){1.0f, 1.0f, NULL, NULL, false, false, 0.0f, -__builtin_inff(), 0, cols, cols};
}

/* The offset of the mask's row that serves row r. */
VACT_INLINE size_t logits_mask_offset(const vact_mask_layout *layout, size_t r, size_t rows)
{
    size_t repeat = layout->repeat == 0 ? 1 : layout->repeat, period = layout->rows == 0 ? rows : layout->rows;
    size_t row = r; /* the divisions that change nothing are left out */
    if (layout->block != 0)
        row = r / layout->block * layout->block_rows + r % layout->block / repeat % layout->block_rows;
    else if (repeat != 1)
        row = r / repeat;
    return (row < period ? row : row % period) * layout->stride;
}

VACT_INLINE size_t logits_value(const vact_values_layout *layout, size_t r)
{
    const size_t count = layout->count == 0 ? 1 : layout->count;
    return count == 1 ? 0 : (layout->repeat <= 1 ? r : r / layout->repeat) % count;
}

/* a + b, at the end of the range where it would be beyond. */
VACT_INLINE int64_t logits_bounded_sum(int64_t a, int64_t b)
{
    int64_t sum;
    return !__builtin_add_overflow(a, b, &sum) ? sum : b < 0 ? INT64_MIN : INT64_MAX;
}

VACT_INLINE int64_t logits_signed(size_t n) { return n < (size_t)INT64_MAX ? (int64_t)n : INT64_MAX; }

/* A column number of the whole row as one of the block, within [0, cols]. */
VACT_INLINE size_t logits_column(int64_t k, const vact_softmax_options_f32 *options, size_t cols)
{
    const int64_t here = logits_bounded_sum(k, -logits_signed(options->first_column));
    return here <= 0 ? 0 : here < logits_signed(cols) ? (size_t)here : cols;
}

/* The columns of row r, and the valid length. */
VACT_INLINE void logits_limit(logits_row *row, const vact_softmax_options_f32 *options, size_t r)
{
    size_t end = row->cols;
    if (options->lengths != NULL)
        end = logits_column(options->lengths[logits_value(&options->lengths_layout, r)], options, end);
    row->length = end;
    if (options->causal_queries != 0) {
        int64_t position = logits_bounded_sum(logits_signed(r % options->causal_queries), options->causal_offset);
        if (options->causal_offsets != NULL)
            position = logits_bounded_sum(position, options->causal_offsets[logits_value(&options->causal_layout, r)]);
        const int64_t after = logits_bounded_sum(position, 1);
        end = logits_column(logits_bounded_sum(after, logits_signed(options->window_after)), options, end);
        if (options->window_before != 0)
            row->first = logits_column(logits_bounded_sum(after, -logits_signed(options->window_before)), options, end);
    }
    row->cols = end - row->first;
}

/* 0: none. */
VACT_INLINE float logits_cap(const vact_softmax_options_f32 *options)
{
    return options->softcap < __builtin_inff() ? options->softcap : 0.0f;
}

__attribute__((noinline, unused)) static logits_row logits_row_of(const vact_softmax_options_f32 *options, size_t r,
                                                                  size_t rows, size_t cols)
{
    logits_row row = logits_plain_row(cols);
    if (options == NULL)
        return row;
    logits_limit(&row, options, r);
    row.scale = options->scale;
    if (options->bias != NULL)
        row.bias = options->bias + logits_mask_offset(&options->bias_layout, r, rows) + row.first;
    if (options->keep != NULL)
        row.keep = options->keep + logits_mask_offset(&options->keep_layout, r, rows) + row.first;
    if (options->slopes != NULL)
        row.slope = options->slopes[logits_value(&options->heads_layout, r)];
    if (options->sinks != NULL)
        row.sink = options->sinks[logits_value(&options->heads_layout, r)];
    row.cap = logits_cap(options);
    row.cap_after = options->softcap_order == VACT_SOFTCAP_AFTER_MASK && row.bias != NULL;
    row.masked = row.bias != NULL || row.keep != NULL || options->causal_queries != 0 || options->lengths != NULL ||
                 options->sinks != NULL;
    return row;
}

#endif
