/*
 * softmax of a row of logits, in three passes: the maximum, the exponentials and their sum (rows/exponentials.h), the
 * results.
 *
 * Each exponential is stored rounded, but the sum adds it as it was before. So the error of a result, in units of
 * 2^-24, is 1 for that rounding, 0.15 for the exponential, 0.125 for softmax_reciprocal_of_sum and what the sum lacks,
 * plus half an ULP for the rounding of the result. Seen: 1.63 ULP.
 */
#ifndef VACT_ROWS_SOFTMAX_H
#define VACT_ROWS_SOFTMAX_H

#include "rows/short.h"
#include "rows/wide.h"

/* The functions of one vector, which rows and columns (rows/axis.h) share. ------------------------------------- */

/* e divided by the sum. `reciprocal` is 2^116/sum as a hi/lo pair, so that no product is subnormal. */
VACT_INLINE vf softmax_quotient(vf e, vf_pair reciprocal)
{
    return softmax_unscaled(vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo)));
}

/* scale/sum, and more than that by 2^-27 relative; scale is 1 or 2^116. The largest exponential lies in
 * [1.75, 1.91]*2^64 and is rounded by 0.572*2^-24 at most. So where it is the whole sum, its share becomes exactly 1.
 */
VACT_INLINE logits_pivot softmax_scaled_reciprocal(double sum, double scale)
{
    const double reciprocal = 0x1.0000002p0 * scale / sum;
    const float hi = (float)reciprocal;
    return (logits_pivot){hi, (float)(reciprocal - (double)hi)}; /* both NaN if the sum is; never infinite */
}

VACT_INLINE logits_pivot softmax_reciprocal_of_sum(double sum) { return softmax_scaled_reciprocal(sum, 0x1p116); }

/* Rows ---------------------------------------------------------------------------------------------------------- */

/* What fills a row whose largest logit, or sink, is not finite: `nothing` if no column is left, or beside a sink of
 * +inf; else NaN. */
VACT_NOINLINE static float rows_without_pivot(double max, const elem *src, size_t cols, const logits_row *row,
                                              float nothing)
{
    if (max < 0.0)
        return row->masked ? nothing : __builtin_nanf("");
    if (!(row->sink == __builtin_inff()))
        return __builtin_nanf("");
    logits_row bare = *row;
    bare.sink = -row->sink;
    return wide_max(src, cols, &bare).hi < __builtin_inf() ? nothing : __builtin_nanf("");
}

/* The sink's exponential, as the sum holds those of columns; 0 for none. `near` is a constant. */
VACT_INLINE double softmax_sink(const softmax_place *place, bool near)
{
    if (__builtin_expect(place->row->sink == -__builtin_inff(), 1))
        return 0.0;
    const vf sink = vf_set1(place->row->sink);
    const fast_eighths e = near ? softmax_near(sink, place->max.hi, place->origin)
                                : softmax_far((vf_pair){sink, vf_set1(0.0f)}, place->max, place->origin);
    return (double)sum_first_lane(e.power) + (double)sum_first_lane(e.power) * (double)sum_first_lane(e.rise);
}

/* The sum of the exponentials, and they themselves if `lanes` is not null, of a row whose maximum is subtracted first.
 * The first form needs less stack. */
VACT_NOINLINE static double softmax_far_rolled(float *lanes, const elem *src, size_t cols, const softmax_place *place)
{
    return softmax_exponentials_rolled(lanes, src, cols, place, softmax_parts_far);
}

VACT_NOINLINE static double softmax_far_sum(float *lanes, const elem *src, size_t cols, const softmax_place *place)
{
    const softmax_place here = *place;
    return logits_are_elements(place->row) ? softmax_exponentials(lanes, src, cols, &here, softmax_parts_far_plain)
                                           : softmax_far_rolled(lanes, src, cols, place);
}

/* A row with this finite maximum. The exponentials go to `lanes`: dst, or a buffer (rows_piece). */
VACT_NOINLINE static void softmax_far_row(elem *dst, const elem *src, size_t cols, const logits_row *row,
                                          logits_pivot pivot, float *lanes)
{
    softmax_place place = softmax_place_far(pivot, row);
    double sum = !ELEM_IS_LANE && rows_are_whole(cols)
                     ? softmax_far_rolled(lanes, src, cols, &place) /* a buffer is on the stack */
                     : softmax_far_sum(ELEM_IS_LANE ? lanes : NULL, src, cols, &place);
    sum += softmax_sink(&place, false);
    vf_pair reciprocal = rows_broadcast(softmax_reciprocal_of_sum(sum));
    for (size_t c = 0; c < cols; c += rows_piece(c, cols)) {
        const size_t n = rows_piece(c, cols);
        if (!rows_are_whole(cols)) {
            const logits_row piece = logits_piece(row, c, n);
            place.row = &piece;
            (void)softmax_far_rolled(lanes, src + c, n, &place);
        }
        for (size_t i = 0; i < n; i += VF_LANES)
            rows_store(dst + c, softmax_quotient(rows_load_lanes(lanes, i, n), reciprocal), i, n);
    }
}

/* Any row. A soft cap's results have been stored (rows/softcap.h), or the row is wide. */
VACT_NOINLINE static void softmax_any_row(elem *dst, const elem *src, size_t cols, const logits_row *row, float *lanes)
{
    const logits_pivot pivot = logits_join(logits_max(src, cols, row), row->sink);
    const bool wide = row->cap != 0.0f || wide_is_needed(pivot.hi, row);
    const double largest = wide ? wide_softmax_row(dst, src, cols, row, lanes) : (double)pivot.hi;
    if (!wide_finite(largest))
        rows_fill(dst, cols, rows_without_pivot(largest, src, cols, row, 0.0f));
    else if (!wide)
        softmax_far_row(dst, src, cols, row, pivot, lanes);
}

/* For rows whose logits are close to the maximum; the reciprocal is not scaled. */
VACT_INLINE vf softmax_close_quotient(vf e, vf_pair reciprocal)
{
    return vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo));
}

typedef vf softmax_quotient_fn(vf e, vf_pair reciprocal);

VACT_INLINE void softmax_put(elem *dst, vf y, bool stream)
{
    if (stream)
        elem_stream(dst, y);
    else
        elem_store_tame(dst, y);
}

/* `from` may be dst; stream is a constant. */
VACT_INLINE void softmax_quotients(elem *dst, const float *from, size_t cols, logits_pivot reciprocal,
                                   softmax_quotient_fn *quotient, bool stream)
{
    vf_pair factor = rows_broadcast(reciprocal);
    size_t i = 0;
    for (; cols - i >= 4 * VF_LANES; i += 4 * VF_LANES)
        for (size_t k = i; k < i + 4 * VF_LANES; k += VF_LANES)
            softmax_put(dst + k, quotient(vf_load(from + k), factor), stream);
    for (; cols - i >= VF_LANES; i += VF_LANES)
        softmax_put(dst + i, quotient(vf_load(from + i), factor), stream);
    if (i < cols)
        elem_store_partial(dst + i, quotient(vf_load_partial(from + i, cols - i), factor), cols - i);
}

typedef enum { SOFTMAX_ROW_CLOSE, SOFTMAX_ROW_NEAR, SOFTMAX_ROW_FAR } softmax_row_kind;

VACT_INLINE softmax_row_kind softmax_kind_of(row_range range)
{
    if (!softmax_is_near(range.max))
        return SOFTMAX_ROW_FAR;
    return range.max - range.min <= SOFTMAX_CLOSE ? SOFTMAX_ROW_CLOSE : SOFTMAX_ROW_NEAR;
}

VACT_INLINE void softmax_ranges(row_range *ranges, const elem *src, size_t n, const rows_plain *m)
{
    for (size_t r = 0; r < n; r++)
        ranges[r] = row_range_of(src + r * m->src_stride, m->cols);
}

/* The results of a batch, from the ranges of its rows; `ranges` then holds those of the next batch. The exponentials go
 * to `exponentials`, with `stride` from one row to the next. That is dst, whose lines are prefetched if the cache does
 * not hold the matrix (`beyond`). Where results are streamed it is a buffer, so that dst need not be fetched. */
VACT_INLINE void softmax_batch(const rows_plain *m, const rows_batch *b, row_range *ranges, float *exponentials,
                               size_t stride, bool stream, bool beyond)
{
    const size_t cols = m->cols;
    if (stream && cols > ROWS_BUFFER)
        __builtin_unreachable(); /* so no long sum takes stack */
    const logits_row plain = logits_plain_row(cols);
    softmax_row_kind kinds[ROWS_AT_ONCE];
    double sums[ROWS_AT_ONCE];
    for (size_t r = 0; r < b->n; r++) {
        const elem *src = b->src + r * m->src_stride;
        float *to = exponentials + r * stride;
        kinds[r] = softmax_kind_of(ranges[r]);
        softmax_place place = softmax_place_near(kinds[r] == SOFTMAX_ROW_FAR ? 0.0f : ranges[r].max, &plain);
        place.ahead = rows_ahead(m, b, r);
        if (place.ahead && !stream && beyond)
            place.results = b->dst + (b->n + r) * m->dst_stride;
        if (!ELEM_IS_LANE && kinds[r] != SOFTMAX_ROW_FAR)
            sums[r] = softmax_near_whole(to, src, cols, &place);
        else if (kinds[r] == SOFTMAX_ROW_CLOSE)
            sums[r] = softmax_exponentials(to, src, cols, &place, softmax_parts_close);
        else if (kinds[r] == SOFTMAX_ROW_NEAR)
            sums[r] = softmax_exponentials(to, src, cols, &place, softmax_parts_near);
        else
            softmax_any_row(b->dst + r * m->dst_stride, src, cols, &plain, to);
    }
    if (b->after)
        softmax_ranges(ranges, b->src + b->n * m->src_stride, rows_next(b), m);
    for (size_t r = 0; r < b->n; r++) {
        elem *dst = b->dst + r * m->dst_stride;
        const float *from = exponentials + r * stride;
        if (kinds[r] == SOFTMAX_ROW_CLOSE)
            softmax_quotients(dst, from, cols, softmax_reciprocal_of_sum(sums[r] * 0x1p116), softmax_close_quotient,
                              stream);
        else if (kinds[r] == SOFTMAX_ROW_NEAR)
            softmax_quotients(dst, from, cols, softmax_reciprocal_of_sum(sums[r]), softmax_quotient, stream);
    }
}

VACT_NOINLINE static void softmax_streamed(const rows_plain *m, size_t at_once)
{
    _Alignas(64) float exponentials[ROWS_BUFFER];
    at_once = at_once < ROWS_BUFFER / m->cols ? at_once : ROWS_BUFFER / m->cols;
    row_range ranges[ROWS_AT_ONCE];
    rows_batch b = rows_batch_at(m, 0, at_once);
    softmax_ranges(ranges, b.src, b.n, m);
    for (size_t r = 0; r < m->rows; r += at_once) {
        b = rows_batch_at(m, r, at_once);
        softmax_batch(m, &b, ranges, exponentials, m->cols, true, true);
    }
    vf_stream_end();
}

/* Rows of at most SHORT_COLUMNS columns (rows/short.h) ----------------------------------------------------------- */

/* A row whose maximum is near and whose logits are close to it. False, and nothing is written, if it is another. */
VACT_INLINE bool softmax_short_row(elem *dst, const elem *src, size_t cols, size_t vectors)
{
    const short_row row = short_row_of(src, cols, vectors);
    if (__builtin_expect(!short_is_close(&row), 0))
        return false;
    const vi shift = short_shift_of(row.max);
    vf stored[ROW_VECTORS];
    vf_pair term[ROW_VECTORS];
#pragma GCC unroll 16
    for (size_t k = 0; k < ROW_VECTORS; k++)
        if (k < vectors) {
            const short_part part = short_part_of(short_exponential(row.z[k], shift), k, cols, vectors);
            stored[k] = part.stored;
            term[k] = part.term;
        } else {
            stored[k] = vf_set1(0.0f); /* not used: so that compilers see that it is set */
            term[k] = (vf_pair){stored[k], stored[k]};
        }
    const double total = short_total(short_sum_of(term, vectors, short_sum));
    const vf_pair reciprocal = rows_broadcast(softmax_scaled_reciprocal(total, 1.0));
#pragma GCC unroll 16
    for (size_t k = 0; k < ROW_VECTORS; k++)
        if (k < vectors)
            short_store(dst, softmax_close_quotient(stored[k], reciprocal), k, cols, vectors);
    return true;
}

/* Rows one by one, up to the first that is another. Returns how many are done. */
VACT_INLINE size_t softmax_short_singly(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                                        size_t cols, size_t vectors)
{
    size_t r = 0;
    while (r < rows && softmax_short_row(dst + r * dst_stride, src + r * src_stride, cols, vectors))
        r++;
    return r;
}

VACT_NOINLINE static size_t softmax_short_run(elem *dst, size_t dst_stride, const elem *src, size_t src_stride,
                                              size_t rows, size_t cols)
{
    switch (short_vectors(cols)) {
    case 1: return softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 1);
    case 2: return softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 2);
    case 3: return softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 3);
    case 4: return softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 4);
    default: return softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, short_vectors_above_four(cols));
    }
}

/* The results of a group. */
VACT_INLINE void softmax_short_results(elem *dst, size_t dst_stride, const float *stored, const double *totals,
                                       const short_rows *rows, size_t vectors, bool close, bool stream)
{
    float hi[VF_LANES], lo[VF_LANES];
    for (size_t r = 0; r < VF_LANES; r++) {
        const logits_pivot parts = softmax_scaled_reciprocal(totals[r], close ? 1.0 : 0x1p116);
        hi[r] = parts.hi;
        lo[r] = parts.lo;
    }
#pragma GCC unroll 1
    for (size_t r = 0; r < rows->n; r++, dst += dst_stride, stored += vectors * VF_LANES) {
        const vf_pair reciprocal = {vf_set1(hi[r]), vf_set1(lo[r])};
#pragma GCC unroll 16
        for (size_t k = 0; k < ROW_VECTORS; k++)
            if (k < vectors) {
                const vf e = vf_load(stored + k * VF_LANES);
                const vf y = close ? softmax_close_quotient(e, reciprocal) : softmax_quotient(e, reciprocal);
                if (stream && !short_is_partial(k, rows->cols, vectors))
                    elem_stream(dst + k * VF_LANES, y);
                else
                    short_store(dst, y, k, rows->cols, vectors);
            }
    }
}

/* A group whose maxima are near. False, and nothing is written, if one is not. */
VACT_INLINE bool softmax_short_group(elem *dst, size_t dst_stride, const short_rows *rows, size_t vectors, bool stream)
{
    _Alignas(64) float stored[SHORT_GROUP * SHORT_COLUMNS];
    _Alignas(64) short_lanes lanes;
    const vf max = short_maxima(&lanes, rows, vectors);
    if (!short_are_near(max))
        return false;
    double totals[VF_LANES];
    bool close;
    short_sums(totals, &lanes, stored, &close, rows, max, vectors);
    if (__builtin_expect(close, 1))
        softmax_short_results(dst, dst_stride, stored, totals, rows, vectors, true, stream);
    else
        softmax_short_results(dst, dst_stride, stored, totals, rows, vectors, false, stream);
    return true;
}

/* Rows in groups, up to the first whose maximum is not near. */
VACT_INLINE void softmax_short_groups(const rows_plain *m, short_walk *at, size_t vectors, bool stream)
{
    while (at->row < m->rows) {
        const size_t n = short_next(at, m->rows);
        const short_rows rows = {m->src + at->row * m->src_stride, m->src_stride, n, m->cols};
        if (!short_step(at, n,
                        softmax_short_group(m->dst + at->row * m->dst_stride, m->dst_stride, &rows, vectors, stream)))
            return;
    }
}

VACT_NOINLINE static void softmax_short_streamed(const rows_plain *m, short_walk *at)
{
    softmax_short_groups(m, at, short_vectors(m->cols), true);
    vf_stream_end();
}

VACT_NOINLINE static void softmax_short_cached(const rows_plain *m, short_walk *at)
{
    if (!ELEM_IS_LANE) {
        softmax_short_groups(m, at, short_vectors_of_any(m->cols), false);
        return;
    }
    switch (short_vectors(m->cols)) {
    case 1: softmax_short_groups(m, at, 1, false); break;
    case 2: softmax_short_groups(m, at, 2, false); break;
    case 3: softmax_short_groups(m, at, 3, false); break;
    case 4: softmax_short_groups(m, at, 4, false); break;
    default: softmax_short_groups(m, at, short_vectors_above_four(m->cols), false);
    }
}

/* From row `first` on. The groups' buffers are not on the stack while another row is computed. */
VACT_INLINE void softmax_short_many(const rows_plain *m, size_t first)
{
    const bool stream = rows_stream(m);
    const logits_row plain = logits_plain_row(m->cols);
    float lanes[ELEM_IS_LANE ? 1 : SHORT_COLUMNS];
    for (short_walk at = {first, 0};; short_done(&at, 1)) {
        stream ? softmax_short_streamed(m, &at) : softmax_short_cached(m, &at);
        if (at.row == m->rows)
            return;
        elem *const dst = m->dst + at.row * m->dst_stride;
        softmax_any_row(dst, m->src + at.row * m->src_stride, m->cols, &plain, ELEM_IS_LANE ? elem_lanes(dst) : lanes);
    }
}

/* Apart: its lanes do not lie below long rows. */
VACT_NOINLINE static void softmax_short_apart(const rows_plain *m) { softmax_short_many(m, 0); }

/* Rows without options -------------------------------------------------------------------------------------------- */

/* The results from exponentials that are computed again, to save a buffer. */
VACT_INLINE void softmax_results_again(elem *dst, const elem *src, size_t cols, const softmax_place *place,
                                       logits_pivot reciprocal, softmax_parts_fn *parts_at,
                                       softmax_quotient_fn *quotient)
{
    const vf_pair factor = rows_broadcast(reciprocal);
    size_t i = 0;
    for (; cols - i >= 4 * VF_LANES; i += 4 * VF_LANES)
        for (size_t k = i; k < i + 4 * VF_LANES; k += VF_LANES)
            elem_store_tame(dst + k, quotient(fast_eighths_value(parts_at(src, k, k + VF_LANES, place)), factor));
    for (; i < cols; i += VF_LANES)
        rows_store(dst, quotient(fast_eighths_value(parts_at(src, i, cols, place)), factor), i, cols);
}

VACT_INLINE void softmax_row_twice(elem *dst, const elem *src, size_t cols, float *lanes)
{
    const logits_row plain = logits_plain_row(cols);
    const row_range range = row_range_of(src, cols);
    const softmax_row_kind kind = softmax_kind_of(range);
    if (kind == SOFTMAX_ROW_FAR) {
        softmax_any_row(dst, src, cols, &plain, lanes);
        return;
    }
    const softmax_place place = softmax_place_near(range.max, &plain);
    const double sum = softmax_near_sum(NULL, src, cols, &place);
    if (kind == SOFTMAX_ROW_CLOSE)
        softmax_results_again(dst, src, cols, &place, softmax_reciprocal_of_sum(sum * 0x1p116), softmax_parts_close,
                              softmax_close_quotient);
    else
        softmax_results_again(dst, src, cols, &place, softmax_reciprocal_of_sum(sum), softmax_parts_near,
                              softmax_quotient);
}

/* Rows of which a buffer holds a piece. */
VACT_NOINLINE static void softmax_rows_twice(const rows_plain *m)
{
    float lanes[ROWS_PIECE];
    for (size_t r = 0; r < m->rows; r++)
        softmax_row_twice(m->dst + r * m->dst_stride, m->src + r * m->src_stride, m->cols, lanes);
}

VACT_NOINLINE static void softmax_long_rows(const rows_plain *m)
{
    size_t at_once = rows_at_once(m->cols);
    if (m->cols <= ROWS_BUFFER && rows_stream(m)) {
        softmax_streamed(m, at_once);
        return;
    }
    float buffer[ELEM_IS_LANE ? 1 : ROWS_BUFFER];
    const bool beyond = loop_walk_here(m->dst == m->src, m->rows * m->cols) != WALK_CACHED;
    row_range ranges[ROWS_AT_ONCE];
    rows_batch b = rows_batch_at(m, 0, at_once);
    softmax_ranges(ranges, b.src, b.n, m);
    for (size_t r = 0; r < m->rows; r += at_once) {
        b = rows_batch_at(m, r, at_once);
        softmax_batch(m, &b, ranges, ELEM_IS_LANE ? elem_lanes(b.dst) : buffer, ELEM_IS_LANE ? m->dst_stride : m->cols,
                      false, beyond);
    }
}

VACT_INLINE void softmax_plain_rows(const rows_plain *m)
{
    if (!rows_are_whole(m->cols)) { /* not below another buffer */
        softmax_rows_twice(m);
        return;
    }
    if (VF_LANES == 1 || m->cols > SHORT_COLUMNS) {
        softmax_long_rows(m);
        return;
    }
    if (!ELEM_IS_LANE) {
        softmax_short_apart(m);
        return;
    }
    size_t done = 0;
    if (m->rows < SHORT_LEAST) {
        done = softmax_short_run(m->dst, m->dst_stride, m->src, m->src_stride, m->rows, m->cols);
        if (__builtin_expect(done == m->rows, 1))
            return;
    }
    softmax_short_many(m, done);
}

#endif
