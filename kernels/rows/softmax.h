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

/* e, times 2^96, over the sum, from 1/sum as hi + lo: no product but a result that is so is subnormal. */
VACT_INLINE vf softmax_quotient(vf e, vf_pair reciprocal)
{
    return vf_mul(vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo)), vf_set1(FAST_PAIR_UNSCALE));
}

VACT_INLINE logits_pivot softmax_reciprocal_of_sum(double scaled_sum) { return rows_split(0x1p96 / scaled_sum); }

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

VACT_INLINE void rows_softmax(float *dst, const float *src, size_t cols, const logits_row *row)
{
    logits_pivot pivot = logits_max(src, cols, row);
    if (!logits_finite(pivot)) {
        rows_fill(dst, cols, softmax_without_pivot(pivot, row, 0.0f));
        return;
    }
    vf_pair max = rows_broadcast(pivot);
    row_sum sum = row_sum_zero();
    for (size_t block = 0; block < cols; block += ROW_LANES)
        for (size_t k = 0, i = block; k < ROW_VECTORS && i < cols; k++, i += VF_LANES) {
            vf_pair e = fast_exp_pair(logits_distance(logits_at(src, i, cols, row), max));
            rows_store(dst, e.hi, i, cols);
            rows_add_pair(&sum, k, e);
        }
    vf_pair reciprocal = rows_broadcast(softmax_reciprocal_of_sum(rows_total(&sum)));
    for (size_t i = 0; i < cols; i += VF_LANES)
        rows_store(dst, softmax_quotient(rows_load(dst, i, cols), reciprocal), i, cols);
}

/* log(sum e^(z - max)) for a finite max. */
VACT_INLINE double rows_log_of_sum(const float *src, size_t cols, const logits_row *row, vf_pair max)
{
    row_sum others = row_sum_zero(), winners = row_sum_zero();
    vf zero = vf_set1(0.0f);
    for (size_t block = 0; block < cols; block += ROW_LANES)
        for (size_t k = 0, i = block; k < ROW_VECTORS && i < cols; k++, i += VF_LANES) {
            vf_pair z = logits_at(src, i, cols, row);
            vf_pair e = fast_exp_pair(logits_distance(z, max));
            vm winner = softmax_is_winner(z, max);
            rows_add_pair(&others, k, (vf_pair){vf_select(winner, zero, e.hi), vf_select(winner, zero, e.lo)});
            row_count_add(&winners, k, vf_select(winner, vf_set1(1.0f), zero));
        }
    return softmax_log_of_sum(rows_total(&others), rows_total(&winners));
}

VACT_INLINE void rows_log_softmax(float *dst, const float *src, size_t cols, const logits_row *row)
{
    logits_pivot pivot = logits_max(src, cols, row);
    if (!logits_finite(pivot)) {
        rows_fill(dst, cols, softmax_without_pivot(pivot, row, -__builtin_inff()));
        return;
    }
    vf_pair max = rows_broadcast(pivot);
    vf_pair log = rows_broadcast(rows_split(rows_log_of_sum(src, cols, row, max)));
    for (size_t i = 0; i < cols; i += VF_LANES)
        rows_store(dst, softmax_log_element(logits_at(src, i, cols, row), max, log), i, cols);
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
VACT_INLINE float rows_logsumexp(const float *src, size_t cols, const logits_row *row)
{
    logits_pivot pivot = logits_max(src, cols, row);
    if (!logits_finite(pivot))
        return pivot.hi > 0.0f && rows_have_nan(src, cols, row) ? __builtin_nanf("") : pivot.hi;
    double log = rows_log_of_sum(src, cols, row, rows_broadcast(pivot));
    return (float)(((double)pivot.hi + (double)pivot.lo) + log);
}

#endif
