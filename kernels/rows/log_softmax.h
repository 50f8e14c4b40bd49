/*
 * log_softmax and logsumexp of a row of logits.
 *
 * log(sum e^(z - max)) = log1p(R), R = (sum - w)/w, where w is the exponential that the sum holds for one column equal
 * to the maximum. So the constant factor of the exponentials cancels, and that column counts exactly 1.
 *
 * The lanes of the sum begin at EIGHTHS_MOST = 2^65, and their low parts stay at about 2^45 at most (softmax_fold). So
 * R may be off by up to 2^-43 per column. Where R is less than 2^-17 times the number of columns, that could be 2^-26
 * of R or more. There R is summed again: from 0, without the columns that equal the maximum, with Knuth's two-sum. So R
 * keeps its digits where one logit is far above the others.
 *
 * The relative errors of two exponentials differ by 0.2*2^-24 at most. R/(1 + R) <= log1p(R), and no result is below
 * log1p(R) in magnitude, so this makes 0.2 ULP of the result at most. Roundings make 1 ULP (log_softmax_level). Seen:
 * 1.05 ULP in rows of 2 and 3 columns, 1.02 from 7 columns on.
 */
#ifndef VACT_ROWS_LOG_SOFTMAX_H
#define VACT_ROWS_LOG_SOFTMAX_H

#include "rows/softmax.h"

/* The functions of one vector, which rows and columns (rows/axis.h) share. ------------------------------------- */

/* Whether R is accurate enough as it is, for a row of so many columns. True if it is NaN. */
VACT_INLINE bool log_softmax_has_digits(double rest, size_t cols) { return !(rest * 0x1p17 < (double)cols); }

/* power + power*rise; the product is exact. */
VACT_INLINE double log_softmax_exact(float power, float rise) { return (double)power + (double)power * (double)rise; }

/* log1p(R), NaN for NaN. */
VACT_INLINE double log_softmax_log(double rest) { return once_log1p(rest) + (rest - rest); }

/* R of VF_LANES rows or columns from the sums and the exponential of each maximum, which also go to `winners`. Returns
 * whether all are accurate enough. */
VACT_INLINE bool log_softmax_rests(double rests[VF_LANES], double winners[VF_LANES], fast_eighths winner, size_t cols)
{
    float power[VF_LANES], rise[VF_LANES];
    vf_store(power, winner.power);
    vf_store(rise, winner.rise);
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        winners[lane] = log_softmax_exact(power[lane], rise[lane]);
        rests[lane] = (rests[lane] - winners[lane]) / winners[lane];
    }
    bool all = true;
    for (size_t lane = 0; lane < VF_LANES; lane++)
        all = all && log_softmax_has_digits(rests[lane], cols);
    return all;
}

/* The exponential as a hi/lo pair, 0 where the column equals the maximum (a winner). */
VACT_INLINE vf_pair log_softmax_other(fast_eighths e, vm winner)
{
    vf power = vf_select(winner, vf_set1(0.0f), e.power);
    vf hi = vf_fma(power, e.rise, power);
    return (vf_pair){hi, vf_fma(power, e.rise, vf_sub(power, hi))};
}

/*
 * max + log = hi + lo, |lo| <= ulp(hi)/2. A logit z <= max without a low part has the result -(d + lo), d = hi - z. It
 * is rounded twice at most:
 *
 * - Where z and hi are within a factor of two of each other, d is exact (Sterbenz). What is left is the rounding of
 *   lo to a float, 2^-25*lo, and that of the result. Where log is below half an ULP of max, hi is max and lo is all of
 *   log. So at the maximum d is 0 and the result is -log with all its digits. For log = 0 it is -0: -lo is -0 then, and
 *   d is +0.
 * - Elsewhere d >= |hi|/2, and its rounding loses at most half an ULP of d. With the second rounding that is 1 ULP of
 *   the result, unless the result is in the binade below. Then d rounds to a power of two, P, with d + lo < P <= d, and
 *   hi <= 2*P, so |lo| <= ulp(P)/2. Both d + lo and what is computed, P + lo rounded, lie between P - ulp(P)/2 and P.
 *   That interval is one ULP of the binade below.
 */
typedef struct {
    float hi, minus_lo;
} log_softmax_level;

/* max must not be -0; then hi is not -0 either. */
VACT_INLINE log_softmax_level log_softmax_level_of(float max, double log)
{
    float hi = (float)((double)max + log);
    return (log_softmax_level){hi, -(float)(((double)max - (double)hi) + log)};
}

VACT_NOINLINE static void log_softmax_levels(float hi[VF_LANES], float minus_lo[VF_LANES], vf max,
                                             const double rests[VF_LANES])
{
    float maxima[VF_LANES];
    vf_store(maxima, max);
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        const log_softmax_level level = log_softmax_level_of(maxima[lane], log_softmax_log(rests[lane]));
        hi[lane] = level.hi;
        minus_lo[lane] = level.minus_lo;
    }
}

VACT_INLINE vf log_softmax_result(vf z, vf level_hi, vf level_minus_lo)
{
    return vf_sub(level_minus_lo, vf_sub(level_hi, z));
}

/* -((max - z) + log): both terms are at least 0, so nothing cancels. -inf for -inf, which counts as max on the way,
 * since the errors of its sums would be NaN. */
VACT_INLINE vf log_softmax_of_pair(vf_pair z, vf_pair max, vf_pair log)
{
    const vf nothing = vf_set1(-__builtin_inff());
    const vm left_out = vm_eq(z.hi, nothing);
    vf_pair distance = pair_sum(max.hi, vf_neg(vf_select(left_out, max.hi, z.hi)));
    vf_pair sum = pair_sum(distance.hi, log.hi);
    vf low = vf_add(sum.lo, vf_add(vf_add(distance.lo, vf_sub(max.lo, z.lo)), log.lo));
    vm finite = vm_lt(sum.hi, vf_set1(__builtin_inff()));
    return vf_select(left_out, nothing, vf_neg(vf_select(finite, vf_add(sum.hi, low), sum.hi)));
}

/* Rows ---------------------------------------------------------------------------------------------------------- */

/* The sum of all exponentials except those of the winners. */
typedef struct {
    row_sum sum;
    const elem *src;
    size_t cols;
    const softmax_place *place;
    bool near;
} log_softmax_sum;

VACT_INLINE void log_softmax_add_others(void *context, size_t i, size_t n, size_t k)
{
    log_softmax_sum *to = context;
    const softmax_place *place = to->place;
    vf_pair z = logits_at(to->src, i, to->cols, place->row);
    fast_eighths e =
        to->near ? softmax_near(z.hi, place->max.hi, place->origin) : softmax_far(z, place->max, place->origin);
    if (n < VF_LANES)
        e.power = vf_keep_first(e.power, n, vf_set1(0.0f));
    row_sum_add_pair(&to->sum, k, log_softmax_other(e, softmax_is_winner(z, place->max)));
}

VACT_NOINLINE static double log_softmax_others(const elem *src, size_t cols, const softmax_place *place, bool near)
{
    log_softmax_sum others;
    others.src = src;
    others.cols = cols;
    others.place = place;
    others.near = near;
    row_sum_start(&others.sum);
    row_sums_rolled(&others.sum, 1, cols, log_softmax_add_others, &others);
    return row_sum_total_apart(&others.sum);
}

/* The exponential of the maximum, as the sum holds it. */
VACT_INLINE double log_softmax_winner(const softmax_place *place, bool near)
{
    fast_eighths e = near ? softmax_near(place->max.hi, place->max.hi, place->origin)
                          : softmax_far(place->max, place->max, place->origin);
    return log_softmax_exact(sum_first_lane(e.power), sum_first_lane(e.rise));
}

/* R from the sum, or summed again where it would lack digits. */
VACT_INLINE double log_softmax_rest(double sum, const elem *src, size_t cols, const softmax_place *place, bool near)
{
    double winner = log_softmax_winner(place, near), sink = softmax_sink(place, near);
    double rest = ((sum + sink) - winner) / winner;
    if (__builtin_expect(log_softmax_has_digits(rest, cols), 1))
        return rest;
    const bool sink_wins = place->row->sink == sum_first_lane(place->max.hi) && sum_first_lane(place->max.lo) == 0.0f;
    return (log_softmax_others(src, cols, place, near) + (sink_wins ? 0.0 : sink)) / winner;
}

/* R for any finite max. */
VACT_NOINLINE static double log_softmax_any_rest(const elem *src, size_t cols, logits_pivot max, const logits_row *row)
{
    const softmax_place place = softmax_place_far(max, row);
    const double sum = softmax_far_sum(NULL, src, cols, &place);
    return log_softmax_rest(sum, src, cols, &place, false);
}

/* log(sum e^(z - max)) for any finite max. */
VACT_INLINE double log_softmax_any_log(const elem *src, size_t cols, logits_pivot max, const logits_row *row)
{
    return log_softmax_log(log_softmax_any_rest(src, cols, max, row));
}

/* A row with options. A soft cap's results have been stored (rows/softcap.h). */
VACT_NOINLINE static void log_softmax_any_row(elem *dst, const elem *src, size_t cols, const logits_row *row)
{
    const logits_pivot pivot = logits_join(logits_max(src, cols, row), row->sink);
    const bool wide = row->cap != 0.0f || wide_is_needed(pivot.hi, row);
    const double largest = wide ? wide_log_softmax_row(dst, src, cols, row) : (double)pivot.hi;
    if (!wide_finite(largest)) {
        rows_fill(dst, cols, rows_without_pivot(largest, src, cols, row, -__builtin_inff()));
    } else if (!wide) {
        const vf_pair max = rows_broadcast(pivot);
        const vf_pair log = rows_broadcast(rows_split(log_softmax_any_log(src, cols, pivot, row)));
        for (size_t i = 0; i < cols; i += VF_LANES)
            rows_store(dst, log_softmax_of_pair(logits_at(src, i, cols, row), max, log), i, cols);
    }
}

/* NaN where max is not finite. */
VACT_NOINLINE static double log_softmax_far_log(const elem *src, size_t cols, float max)
{
    const logits_row plain = logits_plain_row(cols);
    logits_pivot pivot = {max, 0.0f};
    return logits_finite(pivot) ? log_softmax_any_log(src, cols, pivot, &plain) : __builtin_nan("");
}

/* stream is a constant. */
VACT_INLINE void log_softmax_results(elem *dst, const elem *src, size_t cols, log_softmax_level level, bool stream)
{
    vf hi = vf_set1(level.hi), minus_lo = vf_set1(level.minus_lo);
    size_t i = 0;
    for (; cols - i >= 4 * VF_LANES; i += 4 * VF_LANES)
        for (size_t k = i; k < i + 4 * VF_LANES; k += VF_LANES)
            softmax_put(dst + k, log_softmax_result(elem_load(src + k), hi, minus_lo), stream);
    for (; cols - i >= VF_LANES; i += VF_LANES)
        softmax_put(dst + i, log_softmax_result(elem_load(src + i), hi, minus_lo), stream);
    if (i < cols)
        elem_store_partial(dst + i, log_softmax_result(elem_load_partial(src + i, cols - i), hi, minus_lo), cols - i);
}

VACT_INLINE void log_softmax_maxima(float *max, const elem *src, size_t n, const rows_plain *m)
{
    for (size_t r = 0; r < n; r++)
        max[r] = row_max(src + r * m->src_stride, m->cols) + 0.0f;
}

/* The results of a batch, from the maxima of its rows. The maxima of the next batch go to `next`. */
VACT_INLINE void log_softmax_batch(const rows_plain *m, const rows_batch *b, const float *max, float *next, bool stream)
{
    const logits_row plain = logits_plain_row(m->cols);
    double sums[ROWS_AT_ONCE];
    log_softmax_level levels[ROWS_AT_ONCE];
    for (size_t r = 0; r < b->n; r++)
        if (softmax_is_near(max[r])) {
            softmax_place place = softmax_place_near(max[r], &plain);
            place.ahead = rows_ahead(m, b, r);
            place.results = stream || m->cols > ROWS_PREFETCHED ? NULL : b->dst + r * m->dst_stride;
            const elem *src = b->src + r * m->src_stride;
            sums[r] = ELEM_IS_LANE ? softmax_exponentials(NULL, src, m->cols, &place, softmax_parts_near)
                                   : softmax_near_sum(NULL, src, m->cols, &place);
        }
    if (b->after)
        log_softmax_maxima(next, b->src + b->n * m->src_stride, rows_next(b), m);
    for (size_t r = 0; r < b->n; r++) {
        const elem *src = b->src + r * m->src_stride;
        double log;
        if (softmax_is_near(max[r])) {
            softmax_place place = softmax_place_near(max[r], &plain);
            log = log_softmax_log(log_softmax_rest(sums[r], src, m->cols, &place, true));
        } else {
            log = log_softmax_far_log(src, m->cols, max[r]);
        }
        levels[r] = log_softmax_level_of(max[r], log);
    }
    for (size_t r = 0; r < b->n; r++)
        log_softmax_results(b->dst + r * m->dst_stride, b->src + r * m->src_stride, m->cols, levels[r], stream);
}

/* stream is a constant. */
VACT_INLINE void log_softmax_batches(const rows_plain *m, bool stream)
{
    size_t at_once = rows_at_once(m->cols);
    float max[2][ROWS_AT_ONCE];
    rows_batch b = rows_batch_at(m, 0, at_once);
    log_softmax_maxima(max[0], b.src, b.n, m);
    for (size_t r = 0, now = 0; r < m->rows; r += at_once, now = 1 - now) {
        b = rows_batch_at(m, r, at_once);
        log_softmax_batch(m, &b, max[now], max[1 - now], stream);
    }
    if (stream)
        vf_stream_end();
}

VACT_NOINLINE static void log_softmax_streamed(const rows_plain *m) { log_softmax_batches(m, true); }

VACT_NOINLINE static void log_softmax_long_rows(const rows_plain *m) { log_softmax_batches(m, false); }

/* Rows of at most SHORT_COLUMNS columns (rows/short.h) ----------------------------------------------------------- */

/* A row whose maximum is near, whose logits are close to it, and whose sum has digits enough. False, and nothing is
 * written, if it is another. */
VACT_INLINE bool log_softmax_short_row(elem *dst, const elem *src, size_t cols, size_t vectors)
{
    const short_row row = short_row_of(src, cols, vectors);
    if (__builtin_expect(!short_is_close(&row), 0))
        return false;
    const vi shift = short_shift_of(row.max);
    vf_pair term[ROW_VECTORS];
#pragma GCC unroll 16
    for (size_t k = 0; k < ROW_VECTORS; k++)
        if (k < vectors)
            term[k] = short_part_of(short_exponential(row.z[k], shift), k, cols, vectors).term;
        else
            term[k] = (vf_pair){row.max, row.max}; /* not used: so that compilers see that it is set */
    const fast_eighths e = short_exponential(row.max, shift);
    const double total = short_total(short_sum_of(term, vectors, short_sum));
    const double winner = log_softmax_exact(sum_first_lane(e.power), sum_first_lane(e.rise));
    const double rest = (total - winner) / winner;
    if (__builtin_expect(!log_softmax_has_digits(rest, cols), 0))
        return false;
    const log_softmax_level level = log_softmax_level_of(sum_first_lane(row.max) + 0.0f, log_softmax_log(rest));
    const vf hi = vf_set1(level.hi), minus_lo = vf_set1(level.minus_lo);
#pragma GCC unroll 16
    for (size_t k = 0; k < ROW_VECTORS; k++)
        if (k < vectors)
            short_store(dst, log_softmax_result(row.z[k], hi, minus_lo), k, cols, vectors);
    return true;
}

/* Rows one by one, up to the first that is another. Returns how many are done. */
VACT_INLINE size_t log_softmax_short_singly(elem *dst, size_t dst_stride, const elem *src, size_t src_stride,
                                            size_t rows, size_t cols, size_t vectors)
{
    size_t r = 0;
    while (r < rows && log_softmax_short_row(dst + r * dst_stride, src + r * src_stride, cols, vectors))
        r++;
    return r;
}

VACT_NOINLINE static size_t log_softmax_short_run(elem *dst, size_t dst_stride, const elem *src, size_t src_stride,
                                                  size_t rows, size_t cols)
{
    switch (short_vectors(cols)) {
    case 1: return log_softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 1);
    case 2: return log_softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 2);
    case 3: return log_softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 3);
    case 4: return log_softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, 4);
    default:
        return log_softmax_short_singly(dst, dst_stride, src, src_stride, rows, cols, short_vectors_above_four(cols));
    }
}

/* R of a row whose sum lacks digits, times the exponential of its maximum. */
VACT_NOINLINE static double log_softmax_short_others(const elem *src, size_t cols, float max)
{
    const logits_row plain = logits_plain_row(cols);
    const softmax_place place = softmax_place_near(max, &plain);
    return log_softmax_others(src, cols, &place, true);
}

/* What the results of a group need, from the sums of its rows. */
VACT_NOINLINE static void log_softmax_short_levels(float hi[VF_LANES], float minus_lo[VF_LANES], double rests[VF_LANES],
                                                   const short_rows *rows, vf max)
{
    double winners[VF_LANES];
    const fast_eighths winner = softmax_near(max, max, fast_eighths_origin(max));
    if (__builtin_expect(!log_softmax_rests(rests, winners, winner, rows->cols), 0)) {
        float maxima[VF_LANES];
        vf_store(maxima, max);
        for (size_t r = 0; r < rows->n; r++)
            if (!log_softmax_has_digits(rests[r], rows->cols))
                rests[r] = log_softmax_short_others(rows->src + r * rows->stride, rows->cols, maxima[r]) / winners[r];
    }
    log_softmax_levels(hi, minus_lo, max, rests);
}

/* A group whose maxima are near. False, and nothing is written, if one is not. */
VACT_INLINE bool log_softmax_short_group(elem *dst, size_t dst_stride, const short_rows *rows, size_t vectors,
                                         bool stream)
{
    _Alignas(64) short_lanes lanes;
    const vf max = vf_add(short_maxima(&lanes, rows, vectors), vf_set1(0.0f));
    if (!short_are_near(max))
        return false;
    double sums[VF_LANES];
    bool close;
    short_sums(sums, &lanes, NULL, &close, rows, max, vectors);
    float hi[VF_LANES], minus_lo[VF_LANES];
    log_softmax_short_levels(hi, minus_lo, sums, rows, max);
    const elem *src = rows->src;
#pragma GCC unroll 1
    for (size_t r = 0; r < rows->n; r++, dst += dst_stride, src += rows->stride) {
        const vf level_hi = vf_set1(hi[r]), level_minus_lo = vf_set1(minus_lo[r]);
#pragma GCC unroll 16
        for (size_t k = 0; k < ROW_VECTORS; k++)
            if (k < vectors) {
                const vf y = log_softmax_result(short_load(src, k, rows->cols, vectors), level_hi, level_minus_lo);
                if (stream && !short_is_partial(k, rows->cols, vectors))
                    elem_stream(dst + k * VF_LANES, y);
                else
                    short_store(dst, y, k, rows->cols, vectors);
            }
    }
    return true;
}

/* Rows in groups, up to the first whose maximum is not near. */
VACT_INLINE void log_softmax_short_groups(const rows_plain *m, short_walk *at, size_t vectors, bool stream)
{
    while (at->row < m->rows) {
        const size_t n = short_next(at, m->rows);
        const short_rows rows = {m->src + at->row * m->src_stride, m->src_stride, n, m->cols};
        if (!short_step(
                at, n,
                log_softmax_short_group(m->dst + at->row * m->dst_stride, m->dst_stride, &rows, vectors, stream)))
            return;
    }
}

VACT_NOINLINE static void log_softmax_short_streamed(const rows_plain *m, short_walk *at)
{
    log_softmax_short_groups(m, at, short_vectors(m->cols), true);
    vf_stream_end();
}

VACT_NOINLINE static void log_softmax_short_cached(const rows_plain *m, short_walk *at)
{
    if (!ELEM_IS_LANE) {
        log_softmax_short_groups(m, at, short_vectors_of_any(m->cols), false);
        return;
    }
    switch (short_vectors(m->cols)) {
    case 1: log_softmax_short_groups(m, at, 1, false); break;
    case 2: log_softmax_short_groups(m, at, 2, false); break;
    case 3: log_softmax_short_groups(m, at, 3, false); break;
    case 4: log_softmax_short_groups(m, at, 4, false); break;
    default: log_softmax_short_groups(m, at, short_vectors_above_four(m->cols), false);
    }
}

/* From row `first` on. The groups' buffers are not on the stack while another row is computed. */
VACT_INLINE void log_softmax_short_many(const rows_plain *m, size_t first, bool stream)
{
    for (short_walk at = {first, 0};; short_done(&at, 1)) {
        stream ? log_softmax_short_streamed(m, &at) : log_softmax_short_cached(m, &at);
        if (at.row == m->rows)
            return;
        const rows_plain one = {
            m->dst + at.row * m->dst_stride, m->dst_stride, m->src + at.row * m->src_stride, m->src_stride, 1, m->cols};
        log_softmax_long_rows(&one);
    }
}

/* Rows without options -------------------------------------------------------------------------------------------- */

VACT_INLINE void log_softmax_plain_rows(const rows_plain *m)
{
    const bool brief = VF_LANES > 1 && m->cols <= SHORT_COLUMNS;
    size_t done = 0;
    if (ELEM_IS_LANE && brief && m->rows < SHORT_LEAST) {
        done = log_softmax_short_run(m->dst, m->dst_stride, m->src, m->src_stride, m->rows, m->cols);
        if (__builtin_expect(done == m->rows, 1))
            return;
    }
    const bool stream = rows_stream(m);
    if (brief)
        log_softmax_short_many(m, done, stream);
    else
        stream ? log_softmax_streamed(m) : log_softmax_long_rows(m);
}

/* The limits: -inf if no column is left, +inf if a logit or the sink is +inf. */
VACT_INLINE float rows_logsumexp(const elem *src, size_t cols, const logits_row *row)
{
    if (row->cap != 0.0f)
        return wide_logsumexp(src, cols, row);
    logits_pivot pivot = {logits_are_elements(row) ? row_max(src, cols) + 0.0f : -__builtin_inff(), 0.0f};
    if (!(pivot.hi > -__builtin_inff())) /* of a row with a NaN row_max may be anything */
        pivot = logits_max(src, cols, row);
    pivot = logits_join(pivot, row->sink);
    if (pivot.hi == -__builtin_inff())
        return pivot.hi;
    if (!logits_finite(pivot) || wide_is_needed(pivot.hi, row))
        return wide_logsumexp(src, cols, row);
    double log = log_softmax_any_log(src, cols, pivot, row);
    return (float)(((double)pivot.hi + (double)pivot.lo) + log);
}

#endif
