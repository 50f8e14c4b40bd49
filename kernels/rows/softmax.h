/*
 * softmax, log_softmax and logsumexp of a row of logits (rows/logits.h): three passes (the maximum; the exponentials
 * and their sum; the results) over the 64 lanes of loop/rows.h.
 *
 * softmax stores each exponential rounded, but adds what it was before to the sum. So its error is that rounding (1, in
 * units of 2^-24), that of the result (half an ULP), 0.15 of the exponentials and 0.125 of softmax_reciprocal_of_sum;
 * what the sum lacks is below 0.1 up to 2^18 columns. Seen: 1.63 ULP.
 */
#ifndef VACT_ROWS_SOFTMAX_H
#define VACT_ROWS_SOFTMAX_H

#include "math/fast/exp_eighths.h"
#include "rows/logits.h"

/* The functions of one element, which rows and columns (rows/axis.h) share. ------------------------------------- */

/* p*2^-116, rounded once. What is subnormal is rounded to a whole number of 2^-149 by an addition, at the speed of
 * normal numbers: with logits of +-100 it is every other element. */
VACT_INLINE vf softmax_unscaled(vf p)
{
    vf unscale = vf_set1(0x1p-116f), least = vf_set1(0x1p-10f);
    vm low = vm_lt(p, least);
    if (__builtin_expect(vm_any(low), 0)) {
        vf subnormal = vf_units(vf_fma(p, vf_set1(0x1p33f), vf_set1(0x1p23f)));
        return vf_select(low, subnormal, vf_mul(vf_select(low, least, p), unscale));
    }
    return vf_mul(p, unscale);
}

/* e over the sum, from 2^116/sum as hi + lo: no product is subnormal. */
VACT_INLINE vf softmax_quotient(vf e, vf_pair reciprocal)
{
    return softmax_unscaled(vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo)));
}

/* More than 1/sum by 2^-27. The largest exponential lies in [1.75, 1.91]*2^64, its rounding is at most 0.572*2^-24, and
 * its share of a sum of which it is all becomes exactly 1. */
VACT_INLINE logits_pivot softmax_reciprocal_of_sum(double sum) { return rows_split(0x1.0000002p116 / sum); }

/* What is so far below the maximum that its share is 0 counts as this far. */
#define SOFTMAX_LEAST (-125.0f)

/* Where logits lie relative to the maximum. Up to 256 they enter as they are;
 * beyond, where reduction would lose digits, the maximum is subtracted first. */
#define SOFTMAX_NEAR 256.0f

VACT_INLINE bool softmax_is_near(float max) { return max >= -SOFTMAX_NEAR && max <= SOFTMAX_NEAR; }

/* Of z near its maximum. */
VACT_INLINE fast_eighths softmax_near(vf z, vf max, vf origin)
{
    return fast_eighths_of(fast_eighths_reduce(vf_max(vf_add(max, vf_set1(SOFTMAX_LEAST)), z), origin));
}

VACT_INLINE fast_eighths softmax_far(vf_pair z, vf_pair max, vf origin)
{
    vf_pair d = logits_distance(z, max);
    fast_eighths_reduced x = fast_eighths_reduce(vf_max(vf_set1(SOFTMAX_LEAST), d.hi), origin);
    x.r = vf_add(x.r, d.lo);
    return fast_eighths_of(x);
}

/*
 * Adds e to lane sums that began at EIGHTHS_MOST: no term is larger, so what the addition loses is exact in two
 * operations, and goes to lo together with what the rounding of e to `stored` lost. Returns e rounded.
 */
VACT_INLINE vf softmax_add(vf *hi, vf *lo, fast_eighths e)
{
    vf stored = fast_eighths_value(e);
    vf s = vf_add(*hi, stored);
    vf rest = vf_sub(e.power, vf_sub(s, *hi));
    *lo = vf_add(*lo, vf_fma(e.power, e.rise, rest));
    *hi = s;
    return stored;
}

/* What has gathered in lo goes to hi, before every 16th term of a lane: so lo never is so large that it loses digits of
 * terms too small for hi. */
#define SOFTMAX_FOLD ((size_t)16 * ROW_LANES)

VACT_INLINE void softmax_fold(vf *hi, vf *lo)
{
    vf s = vf_add(*hi, *lo);
    *lo = vf_sub(*lo, vf_sub(s, *hi));
    *hi = s;
}

/* log(sum e^(z - max)) from the exponentials of all but the winners and the number of those: log1p of the sum without
 * one winner, which keeps its digits where the winner takes all. */
VACT_INLINE double softmax_log_of_sum(double scaled_others, double winners)
{
    return once_log1p(__builtin_fma(scaled_others, 0x1p-96, winners - 1.0));
}

/* -((max - z) + log): both terms are at least 0, so nothing cancels. */
VACT_INLINE vf softmax_log_element(vf_pair z, vf_pair max, vf_pair log)
{
    vf_pair distance = pair_sum(max.hi, vf_neg(z.hi));
    vf_pair sum = pair_sum(distance.hi, log.hi);
    vf low = vf_add(sum.lo, vf_add(vf_add(distance.lo, vf_sub(max.lo, z.lo)), log.lo));
    vm finite = vm_lt(sum.hi, vf_set1(__builtin_inff()));
    return vf_neg(vf_select(finite, vf_add(sum.hi, low), sum.hi));
}

VACT_INLINE vm softmax_is_winner(vf_pair z, vf_pair max) { return vm_and(vm_eq(z.hi, max.hi), vm_eq(z.lo, max.lo)); }

/* Rows ---------------------------------------------------------------------------------------------------------- */

/* The row where the largest logit is not finite: NaN, but for a mask that leaves nothing. */
VACT_INLINE float softmax_without_pivot(logits_pivot max, const logits_row *row, float nothing)
{
    return max.hi < 0.0f && row->masked ? nothing : __builtin_nanf("");
}

/* Stores the exponentials, times 2^96, and returns their sum. */
VACT_INLINE double rows_exponentials(float *dst, const float *src, size_t cols, const logits_row *row, vf_pair base,
                                     logits_fn *at)
{
    row_sum sum = row_sum_zero();
    size_t i = 0;
    for (; cols - i >= ROW_LANES; i += ROW_LANES)
        for (size_t k = 0; k < ROW_VECTORS; k++) {
            vf_pair e = fast_exp_pair(logits_distance(at(src, i + k * VF_LANES, cols, row), base));
            vf_store(dst + i + k * VF_LANES, e.hi);
            rows_add_pair(&sum, k, e);
        }
    for (size_t k = 0; i < cols; k++, i += VF_LANES) {
        vf_pair e = fast_exp_pair(logits_distance(at(src, i, cols, row), base));
        rows_store(dst, e.hi, i, cols);
        rows_add_pair(&sum, k, e);
    }
    return rows_total(&sum);
}

/* A row of softmax, once its maximum is known. */
typedef struct {
    const logits_row *row;
    vf_pair max;
    vf origin;
} softmax_place;

typedef fast_eighths softmax_parts_fn(const float *src, size_t i, size_t cols, const softmax_place *place);

/* The vector at column i, whole or not; beyond the row the maximum, which is left out. */
VACT_INLINE vf softmax_load(const float *src, size_t i, size_t cols, vf max)
{
    return cols - i >= VF_LANES ? vf_load(src + i) : vf_keep_first(vf_load_partial(src + i, cols - i), cols - i, max);
}

/* For plain rows with a near maximum, of which none is beyond SOFTMAX_CLOSE below it: the same as softmax_parts_near.
 */
VACT_INLINE fast_eighths softmax_parts_close(const float *src, size_t i, size_t cols, const softmax_place *place)
{
    return fast_eighths_of(fast_eighths_reduce(softmax_load(src, i, cols, place->max.hi), place->origin));
}

VACT_INLINE fast_eighths softmax_parts_near(const float *src, size_t i, size_t cols, const softmax_place *place)
{
    return softmax_near(softmax_load(src, i, cols, place->max.hi), place->max.hi, place->origin);
}

VACT_INLINE fast_eighths softmax_parts_far(const float *src, size_t i, size_t cols, const softmax_place *place)
{
    return softmax_far(logits_at(src, i, cols, place->row), place->max, place->origin);
}

/* The vector at column i < cols of a row that may end in it. */
VACT_INLINE void softmax_rest(float *dst, const float *src, size_t i, size_t cols, const softmax_place *place,
                              softmax_parts_fn *parts_at, row_sum *sum)
{
    size_t k = i / VF_LANES % ROW_VECTORS;
    fast_eighths e = parts_at(src, i, cols, place);
    if (cols - i < VF_LANES)
        e.power = vf_keep_first(e.power, cols - i, vf_set1(0.0f));
    rows_store(dst, softmax_add(&sum->hi[k], &sum->lo[k], e), i, cols);
}

/* Stores the exponentials and returns their sum. */
VACT_INLINE double softmax_exponentials(float *dst, const float *src, size_t cols, const softmax_place *place,
                                        softmax_parts_fn *parts_at)
{
    enum { BLOCK = 4 * ROW_LANES };
    row_sum sum = row_sum_zero();
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum.hi[k] = vf_set1(EIGHTHS_MOST);
    size_t i = 0;
    for (; i < cols; i += BLOCK) {
        if (i % SOFTMAX_FOLD == 0)
            for (size_t k = 0; k < ROW_VECTORS; k++)
                softmax_fold(&sum.hi[k], &sum.lo[k]);
        if (cols - i < BLOCK)
            break;
        for (size_t k = 0; k < ROW_VECTORS; k++)
            for (size_t at = i + k * VF_LANES; at < i + BLOCK; at += ROW_LANES)
                vf_store(dst + at, softmax_add(&sum.hi[k], &sum.lo[k], parts_at(src, at, at + VF_LANES, place)));
    }
    for (; i < cols; i += VF_LANES)
        softmax_rest(dst, src, i, cols, place, parts_at, &sum);
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum.hi[k] = vf_sub(sum.hi[k], vf_set1(EIGHTHS_MOST));
    return rows_total(&sum);
}

VACT_INLINE void softmax_quotients(float *dst, size_t cols, double sum)
{
    vf_pair reciprocal = rows_broadcast(softmax_reciprocal_of_sum(sum));
    for (size_t i = 0; i < cols; i += VF_LANES)
        rows_store(dst, softmax_quotient(rows_load(dst, i, cols), reciprocal), i, cols);
}

/* Where all are within this of the maximum, no share and no product is subnormal, for up to 2^31 columns. */
#define SOFTMAX_CLOSE 40.0f

VACT_INLINE vf softmax_close_quotient(vf e, vf_pair reciprocal)
{
    return vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo));
}

VACT_INLINE void softmax_close_row(float *dst, const float *src, size_t cols, const softmax_place *place)
{
    vf_pair reciprocal =
        rows_broadcast(rows_split(0x1.0000002p0 / softmax_exponentials(dst, src, cols, place, softmax_parts_close)));
    size_t i = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, softmax_close_quotient(vf_load(dst + i), reciprocal));
    if (i < cols)
        rows_store(dst, softmax_close_quotient(rows_load(dst, i, cols), reciprocal), i, cols);
}

/* Any row, its maximum subtracted first. */
VACT_NOINLINE static void softmax_any_row(float *dst, const float *src, size_t cols, const logits_row *row)
{
    logits_pivot pivot = logits_max(src, cols, row, logits_at);
    if (!logits_finite(pivot)) {
        rows_fill(dst, cols, softmax_without_pivot(pivot, row, 0.0f));
        return;
    }
    softmax_place place = {row, rows_broadcast(pivot), fast_eighths_origin(vf_set1(0.0f))};
    softmax_quotients(dst, cols, softmax_exponentials(dst, src, cols, &place, softmax_parts_far));
}

VACT_INLINE void rows_softmax(float *dst, const float *src, size_t cols, const logits_row *row)
{
    if (!logits_are_plain(row, cols)) {
        softmax_any_row(dst, src, cols, row);
        return;
    }
    row_range range = row_range_of(src, cols);
    bool near = softmax_is_near(range.max);
    softmax_place place = {row, {vf_set1(range.max), vf_set1(0.0f)}, fast_eighths_origin(vf_set1(range.max))};
    if (!near)
        softmax_any_row(dst, src, cols, row);
    else if (range.max - range.min <= SOFTMAX_CLOSE)
        softmax_close_row(dst, src, cols, &place);
    else
        softmax_quotients(dst, cols, softmax_exponentials(dst, src, cols, &place, softmax_parts_near));
}

typedef struct {
    row_sum others, winners;
} log_sums;

VACT_INLINE void log_sums_add(log_sums *sums, size_t k, vf_pair z, vf_pair max)
{
    vf zero = vf_set1(0.0f);
    vf_pair e = fast_exp_pair(logits_distance(z, max));
    vm winner = softmax_is_winner(z, max);
    rows_add_pair(&sums->others, k, (vf_pair){vf_select(winner, zero, e.hi), vf_select(winner, zero, e.lo)});
    row_count_add(&sums->winners, k, vf_select(winner, vf_set1(1.0f), zero));
}

/* log(sum e^(z - max)) for a finite max. */
VACT_INLINE double rows_log_of_sum(const float *src, size_t cols, const logits_row *row, vf_pair max, logits_fn *at)
{
    log_sums sums = {row_sum_zero(), row_sum_zero()};
    size_t i = 0;
    for (; cols - i >= ROW_LANES; i += ROW_LANES)
        for (size_t k = 0; k < ROW_VECTORS; k++)
            log_sums_add(&sums, k, at(src, i + k * VF_LANES, cols, row), max);
    for (size_t k = 0; i < cols; k++, i += VF_LANES)
        log_sums_add(&sums, k, at(src, i, cols, row), max);
    return softmax_log_of_sum(rows_total(&sums.others), rows_total(&sums.winners));
}

VACT_INLINE void rows_log_softmax_of(float *dst, const float *src, size_t cols, const logits_row *row, logits_fn *at)
{
    logits_pivot pivot = logits_max(src, cols, row, at);
    if (!logits_finite(pivot)) {
        rows_fill(dst, cols, softmax_without_pivot(pivot, row, -__builtin_inff()));
        return;
    }
    vf_pair max = rows_broadcast(pivot);
    vf_pair log = rows_broadcast(rows_split(rows_log_of_sum(src, cols, row, max, at)));
    for (size_t i = 0; i < cols; i += VF_LANES)
        rows_store(dst, softmax_log_element(at(src, i, cols, row), max, log), i, cols);
}

VACT_INLINE void rows_log_softmax(float *dst, const float *src, size_t cols, const logits_row *row)
{
    if (logits_are_plain(row, cols))
        rows_log_softmax_of(dst, src, cols, row, logits_plain_at);
    else
        rows_log_softmax_of(dst, src, cols, row, logits_at);
}

/* Whether the +inf that logits_max found stands for a NaN. */
VACT_INLINE bool rows_have_nan(const float *src, size_t cols, const logits_row *row)
{
    vm found = vm_lt(vf_set1(1.0f), vf_set1(0.0f));
    for (size_t i = 0; i < cols; i += VF_LANES) {
        vf z = logits_at(src, i, cols, row).hi;
        found = vm_or(found, vm_outside(z, 0.0f, __builtin_inff()));
    }
    return vm_any(found);
}

/* -inf of nothing, +inf where there is one: the limits. */
VACT_INLINE float rows_logsumexp_of(const float *src, size_t cols, const logits_row *row, logits_fn *at)
{
    logits_pivot pivot = logits_max(src, cols, row, at);
    if (!logits_finite(pivot))
        return pivot.hi > 0.0f && rows_have_nan(src, cols, row) ? __builtin_nanf("") : pivot.hi;
    double log = rows_log_of_sum(src, cols, row, rows_broadcast(pivot), at);
    return (float)(((double)pivot.hi + (double)pivot.lo) + log);
}

VACT_INLINE float rows_logsumexp(const float *src, size_t cols, const logits_row *row)
{
    return logits_are_plain(row, cols) ? rows_logsumexp_of(src, cols, row, logits_plain_at)
                                       : rows_logsumexp_of(src, cols, row, logits_at);
}

#endif
