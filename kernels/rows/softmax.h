/*
 * softmax, log_softmax and logsumexp of a row of logits (rows/logits.h): three passes (the maximum; the exponentials
 * and their sum; the results) over the 64 lanes of loop/rows.h. The exponentials enter the sum as hi + lo, and the sum
 * is double at the end, so that what is left is the rounding of the exponential stored and that of the result: at most
 * 1.6 ULP for softmax, 1.1 for log_softmax, for any number of columns.
 */
#ifndef VACT_ROWS_SOFTMAX_H
#define VACT_ROWS_SOFTMAX_H

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

/* e, times 2^96, over the sum, from 2^20/sum as hi + lo: no product is subnormal. */
VACT_INLINE vf softmax_quotient(vf e, vf_pair reciprocal)
{
    return softmax_unscaled(vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo)));
}

VACT_INLINE logits_pivot softmax_reciprocal_of_sum(double scaled_sum) { return rows_split(0x1p116 / scaled_sum); }

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

VACT_INLINE void rows_softmax_of(float *dst, const float *src, size_t cols, const logits_row *row, logits_fn *at)
{
    logits_pivot pivot = logits_max(src, cols, row, at);
    if (!logits_finite(pivot)) {
        rows_fill(dst, cols, softmax_without_pivot(pivot, row, 0.0f));
        return;
    }
    double sum = rows_exponentials(dst, src, cols, row, rows_broadcast(pivot), at);
    vf_pair reciprocal = rows_broadcast(softmax_reciprocal_of_sum(sum));
    size_t i = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, softmax_quotient(vf_load(dst + i), reciprocal));
    if (i < cols)
        rows_store(dst, softmax_quotient(rows_load(dst, i, cols), reciprocal), i, cols);
}

VACT_INLINE void rows_softmax(float *dst, const float *src, size_t cols, const logits_row *row)
{
    if (logits_are_plain(row, cols))
        rows_softmax_of(dst, src, cols, row, logits_plain_at);
    else
        rows_softmax_of(dst, src, cols, row, logits_at);
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
