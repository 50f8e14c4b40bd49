/* softmax and log_softmax of rows with options. */
#ifndef VACT_ROWS_WITH_OPTIONS_H
#define VACT_ROWS_WITH_OPTIONS_H

#include "rows/log_softmax.h"
#include "rows/masked.h"

typedef void rows_any_fn(elem *dst, const elem *src, const logits_row *row, masked_begun *begun);

/* Rows with options. Constants: `any`, which does a row, and `nothing`, the result of an element that is left out.
 * Where elements are no floats, capped logits have no place: such a row is wide (rows/wide.h). */
VACT_INLINE void rows_with_options(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                                   size_t cols, const vact_softmax_options_f32 *options, rows_any_fn *any,
                                   float nothing, float *lanes)
{
    masked_begun begun = {dst, 0, 0.0, false, lanes};
    softcap_table table;
    if (ELEM_IS_LANE && options->softcap != 0.0f)
        softcap_table_of(&table, options->softcap);
    for (size_t r = 0; r < rows; r++) {
        logits_row row = logits_row_of(options, r, rows, cols);
        elem *const to = dst + r * dst_stride;
        const elem *from = src + r * src_stride + row.first;
        const size_t first = row.first, end = first + row.cols;
        if (row.cols != 0) {
            if (ELEM_IS_LANE && row.cap != 0.0f) {
                row = softcap_row(to + first, from, &row, &table);
                from = to + first;
            }
            any(to + first, from, &row, &begun);
        }
        rows_fill(to, first, nothing);
        rows_fill(to + end, row.length - end, nothing);
    }
    masked_end(&begun);
}

VACT_INLINE void log_softmax_row(elem *dst, const elem *src, const logits_row *row, masked_begun *begun)
{
    (void)begun;
    log_softmax_any_row(dst, src, row->cols, row);
}

VACT_NOINLINE static void softmax_with_options(elem *dst, size_t dst_stride, const elem *src, size_t src_stride,
                                               size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    float lanes[ELEM_IS_LANE ? 1 : ROWS_BUFFER];
    rows_with_options(dst, dst_stride, src, src_stride, rows, cols, options, masked_softmax_row, 0.0f, lanes);
}

VACT_NOINLINE static void log_softmax_with_options(elem *dst, size_t dst_stride, const elem *src, size_t src_stride,
                                                   size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    rows_with_options(dst, dst_stride, src, src_stride, rows, cols, options, log_softmax_row, -__builtin_inff(), NULL);
}

#endif
