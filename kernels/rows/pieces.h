/*
 * softmax and log_softmax of plain rows of floats whose results are to have another type: they go piece by piece to the
 * caller, who converts them. The bits are those of the rows' own kernels.
 */
#ifndef VACT_ROWS_PIECES_H
#define VACT_ROWS_PIECES_H

#include "rows/log_softmax.h"

VACT_INLINE bool softmax_pieces(const elem *src, size_t cols, vacti_put_fn *put, void *context)
{
    elem results[ROWS_BUFFER];
    const row_range range = row_range_of(src, cols);
    const softmax_row_kind kind = softmax_kind_of(range);
    if (kind == SOFTMAX_ROW_FAR)
        return false;
    const logits_row plain = logits_plain_row(cols);
    const softmax_place place = softmax_place_near(range.max, &plain);
    const bool close = kind == SOFTMAX_ROW_CLOSE;
    const double sum = softmax_near_sum(NULL, src, cols, &place);
    const logits_pivot reciprocal = softmax_reciprocal_of_sum(close ? sum * 0x1p116 : sum);
    for (size_t c = 0; c < cols; c += ROWS_BUFFER) {
        const size_t n = cols - c < ROWS_BUFFER ? cols - c : ROWS_BUFFER;
        if (close)
            softmax_results_again(results, src + c, n, &place, reciprocal, softmax_parts_close, softmax_close_quotient);
        else
            softmax_results_again(results, src + c, n, &place, reciprocal, softmax_parts_near, softmax_quotient);
        put(context, results, c, n);
    }
    return true;
}

VACT_INLINE bool log_softmax_pieces(const elem *src, size_t cols, vacti_put_fn *put, void *context)
{
    elem results[ROWS_BUFFER];
    const float max = row_max(src, cols) + 0.0f;
    if (!softmax_is_near(max))
        return false;
    const logits_row plain = logits_plain_row(cols);
    const softmax_place place = softmax_place_near(max, &plain);
    const double sum = softmax_near_sum(NULL, src, cols, &place);
    const double log = log_softmax_log(log_softmax_rest(sum, src, cols, &place, true));
    const log_softmax_level level = log_softmax_level_of(max, log);
    for (size_t c = 0; c < cols; c += ROWS_BUFFER) {
        const size_t n = cols - c < ROWS_BUFFER ? cols - c : ROWS_BUFFER;
        log_softmax_results(results, src + c, n, level, false);
        put(context, results, c, n);
    }
    return true;
}

#endif
