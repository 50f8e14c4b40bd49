/* The gradients of softmax and log_softmax over all rows of a matrix: short ones in groups, rows with options, and the
 * choice between them. */
#ifndef VACT_ROWS_GRADIENTS_ROWS_H
#define VACT_ROWS_GRADIENTS_ROWS_H

#include "rows/gradients.h"

/* Rows of at most SHORT_COLUMNS columns (rows/short.h) ----------------------------------------------------------- */

VACT_INLINE vf_pair rows_short_sum(const rows_gradient *g, size_t vectors, bool products)
{
    vf_pair term[ROW_VECTORS];
    const vf zero = vf_set1(0.0f);
#pragma GCC unroll 16
    for (size_t k = 0; k < ROW_VECTORS; k++)
        if (k < vectors) {
            const rows_outputs at = rows_outputs_at(g, k * VF_LANES, k + 1 < vectors, false);
            const vf_pair v = products ? pair_product(at.dy, at.y) : (vf_pair){at.dy, zero};
            term[k] = (vf_pair){vf_add(v.hi, zero), v.lo}; /* as in rows_lanes_sum no -0 */
        } else {
            term[k] = (vf_pair){zero, zero}; /* not used: so that compilers see that it is set */
        }
    return short_sum_of(term, vectors, sum_join);
}

/* A group of n rows. False, and nothing is written, where a sum must be computed again: not here, below the lanes, for
 * the stack. */
VACT_INLINE bool rows_short_group(const rows_gradient *first, const rows_gradient_strides *strides, size_t n,
                                  size_t vectors, rows_kind kind)
{
    _Alignas(64) short_lanes lanes;
#pragma GCC unroll 1
    for (size_t r = 0; r < n; r++) {
        const rows_gradient g = rows_gradient_at(first, strides, r);
        const vf_pair sum = rows_short_sum(&g, vectors, kind.products);
        vf_store(lanes.hi[r], sum.hi);
        vf_store(lanes.lo[r], sum.lo);
    }
    short_fill(&lanes, n, 0.0f);
    double totals[VF_LANES];
    short_signed_totals(totals, &lanes);
    bool sound = true;
    for (size_t r = 0; r < n; r++)
        sound = sound && rows_sum_is_sound(totals[r]);
    if (__builtin_expect(!sound, 0))
        return false;
#pragma GCC unroll 1
    for (size_t r = 0; r < n; r++) {
        const rows_gradient g = rows_gradient_at(first, strides, r);
        const rows_slope slope = rows_slope_of(&g, totals[r], kind);
#pragma GCC unroll 16
        for (size_t k = 0; k < ROW_VECTORS; k++)
            if (k < vectors) {
                const bool whole = k + 1 < vectors;
                const vf dx = rows_result(&g, k * VF_LANES, &slope, kind, whole, false, false);
                rows_put(&g, k * VF_LANES, dx, whole, false);
            }
    }
    return true;
}

VACT_INLINE size_t rows_short_group_size(size_t r, size_t rows)
{
    return rows - r < SHORT_GROUP ? rows - r : SHORT_GROUP;
}

/* From row r on. Returns the first row of the first group that is not done, or `rows`. */
VACT_INLINE size_t rows_short_groups(const rows_gradient *first, const rows_gradient_strides *strides, size_t r,
                                     size_t rows, size_t vectors, rows_kind kind)
{
    for (; r < rows; r += SHORT_GROUP) {
        const rows_gradient g = rows_gradient_at(first, strides, r);
        if (!rows_short_group(&g, strides, rows_short_group_size(r, rows), vectors, kind))
            return r;
    }
    return rows;
}

typedef size_t rows_short_fn(const rows_gradient *first, const rows_gradient_strides *strides, size_t r, size_t rows);

VACT_NOINLINE static size_t rows_softmax_short(const rows_gradient *first, const rows_gradient_strides *strides,
                                               size_t r, size_t rows)
{
    const size_t vectors = short_vectors(first->cols);
    return vectors == 1 ? rows_short_groups(first, strides, r, rows, 1, ROWS_SOFTMAX)
                        : rows_short_groups(first, strides, r, rows, vectors, ROWS_SOFTMAX);
}

VACT_NOINLINE static size_t rows_log_softmax_short(const rows_gradient *first, const rows_gradient_strides *strides,
                                                   size_t r, size_t rows)
{
    return rows_short_groups(first, strides, r, rows, short_vectors(first->cols), ROWS_LOG_SOFTMAX);
}

/* The groups that are not done go row by row. */
VACT_INLINE void rows_short_backward(const rows_gradient *first, const rows_gradient_strides *strides, size_t rows,
                                     rows_short_fn *groups, rows_total_fn *total_of, rows_results_fn *results)
{
    for (size_t r = 0; (r = groups(first, strides, r, rows)) < rows; r += rows_short_group_size(r, rows)) {
        const rows_gradient g = rows_gradient_at(first, strides, r);
        rows_plain_backward(&g, strides, rows_short_group_size(r, rows), false, total_of, results);
    }
}

/* All rows --------------------------------------------------------------------------------------------------------- */

VACT_INLINE bool rows_are_short(size_t rows, size_t cols)
{
    return ELEM_IS_LANE && VF_LANES > 1 && rows >= SHORT_LEAST && cols <= SHORT_COLUMNS;
}

/* A row with options. Returns the sum over the row. */
VACT_INLINE double rows_masked_row(const rows_gradient *whole, const logits_row *row, rows_kind kind,
                                   rows_total_fn *total_of, rows_results_fn *results)
{
    const rows_storing storing = {false, NULL, NULL};
    rows_gradient g = *whole;
    g.row = row;
    g.cols = row->cols;
    g.dx += row->first;
    g.dy += row->first;
    g.y += row->first;
    double total;
    if (row->bias == NULL && row->keep == NULL && row->cap == 0.0f) {
        total = total_of(&g);
        results(&g, total, &storing);
    } else {
        total = rows_total(&g, kind.products, true);
        rows_results(&g, total, kind, true, false, storing);
    }
    rows_fill(whole->dx, row->first, 0.0f);
    rows_fill(g.dx + row->cols, row->length - row->first - row->cols, 0.0f);
    return total;
}

VACT_NOINLINE static double rows_softmax_masked_row(const rows_gradient *g, const logits_row *row)
{
    return rows_masked_row(g, row, ROWS_SOFTMAX, rows_softmax_total, rows_softmax_results);
}

VACT_NOINLINE static double rows_log_softmax_masked_row(const rows_gradient *g, const logits_row *row)
{
    return rows_masked_row(g, row, ROWS_LOG_SOFTMAX, rows_log_softmax_total, rows_log_softmax_results);
}

typedef double rows_masked_row_fn(const rows_gradient *g, const logits_row *row);

VACT_INLINE void rows_masked_backward(const rows_gradient *first, const rows_gradient_strides *strides, size_t rows,
                                      const vact_softmax_options_f32 *options, rows_masked_row_fn *of_row)
{
    for (size_t r = 0; r < rows; r++) {
        const logits_row row = logits_row_of(options, r, rows, first->cols);
        const rows_gradient g = rows_gradient_at(first, strides, r);
        of_row(&g, &row);
    }
}

/* options null: no element is left out. That has loops of its own, without a test of each. */
VACT_INLINE void rows_softmax_backward(const rows_gradient *first, const rows_gradient_strides *strides, size_t rows,
                                       const vact_softmax_options_f32 *options)
{
    if (options != NULL) {
        rows_masked_backward(first, strides, rows, options, rows_softmax_masked_row);
    } else if (rows_are_short(rows, first->cols)) {
        rows_short_backward(first, strides, rows, rows_softmax_short, rows_softmax_total, rows_softmax_results);
    } else {
        const bool stream = rows_gradient_streams(first, strides, rows);
        rows_plain_backward(first, strides, rows, stream, rows_softmax_total,
                            ELEM_IS_LANE && first->scale == 1.0f && !stream ? rows_softmax_unit_results
                                                                            : rows_softmax_results);
    }
}

VACT_INLINE void rows_log_softmax_backward(const rows_gradient *first, const rows_gradient_strides *strides,
                                           size_t rows, const vact_softmax_options_f32 *options)
{
    if (options != NULL)
        rows_masked_backward(first, strides, rows, options, rows_log_softmax_masked_row);
    else if (rows_are_short(rows, first->cols))
        rows_short_backward(first, strides, rows, rows_log_softmax_short, rows_log_softmax_total,
                            rows_log_softmax_results);
    else
        rows_plain_backward(first, strides, rows, rows_gradient_streams(first, strides, rows), rows_log_softmax_total,
                            rows_log_softmax_results);
}

#endif
