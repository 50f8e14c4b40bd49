/*
 * log_softmax: x_i - log(sum_j e^(x_j)) per row = -((max - x_i) + log1p(R)), R the sum of e^(x_j - max) without one
 * winner.
 *
 * Both terms are at least 0, so nothing cancels. R keeps its digits where one logit towers over the rest, because
 * the columns equal to the maximum, which contribute exactly 1 each, are counted apart from the others. These are
 * summed times 2^24 (math/fast/softmax.h), with what each exponential loses in rounding; R and log1p(R) are carried
 * as hi + lo, so that the exponentials' own error, a third of an ULP, and one rounding are all there is.
 *
 * Over sampled rows at most 1.09 ULP, in rows of two columns (0x1.7e134p+2, 0x1.932064p-4); 0.62 in 1024.
 */
#ifndef VACT_ACT_FAST_LOG_SOFTMAX_H
#define VACT_ACT_FAST_LOG_SOFTMAX_H

#include "loop/rows.h"
#include "math/fast/log1p.h"
#include "math/fast/softmax.h"

typedef fast_softmax_parts log_softmax_parts_fn(vf x, fast_softmax_row row);

typedef struct {
    row_sum others, winners;
} log_softmax_sums;

VACT_INLINE void log_softmax_add(log_softmax_sums *sums, size_t k, vf x, fast_softmax_row row,
                                 log_softmax_parts_fn *parts_of)
{
    vf zero = vf_set1(0.0f);
    vm winner = vm_eq(x, row.max);
    fast_softmax_parts parts = parts_of(x, row);
    parts.power = vf_select(winner, zero, parts.power);
    vf e = vf_fma(parts.power, parts.rise, parts.power);
    vf e_lo = vf_fma(parts.power, parts.rise, vf_sub(parts.power, e));
    row_sum_add(&sums->others, k, e);
    sums->others.lo[k] = vf_add(sums->others.lo[k], e_lo);
    row_count_add(&sums->winners, k, vf_select(winner, vf_set1(1.0f), zero));
}

/* R where the maximum is finite; NaN for a row with a NaN. */
VACT_INLINE vf_pair log_softmax_rest(const float *src, size_t cols, fast_softmax_row row,
                                     log_softmax_parts_fn *parts_of)
{
    log_softmax_sums sums = {row_sum_zero(), row_sum_zero()};
    size_t i = 0;
    for (; cols - i >= ROW_LANES; i += ROW_LANES)
        for (size_t k = 0; k < ROW_VECTORS; k++)
            log_softmax_add(&sums, k, vf_load(src + i + k * VF_LANES), row, parts_of);
    size_t k = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES, k++)
        log_softmax_add(&sums, k, vf_load(src + i), row, parts_of);
    if (i < cols) {
        /* -inf adds nothing where the maximum is a number; where it is not, the row is NaN anyway. */
        vf rest = vf_keep_first(vf_load_partial(src + i, cols - i), cols - i, vf_set1(-__builtin_inff()));
        log_softmax_add(&sums, k, rest, row, parts_of);
    }
    row_total others = row_sum_total(&sums.others), winners = row_sum_total(&sums.winners);
    vf unit = vf_set1(0x1p-24f);
    vf_pair sum = pair_sum(vf_set1(winners.hi - 1.0f), vf_mul(unit, vf_set1(others.hi)));
    sum.lo = vf_add(sum.lo, vf_fma(unit, vf_set1(others.lo), vf_set1(winners.lo)));
    return sum;
}

/* `log` is log1p(R) >= 0. */
VACT_INLINE vf log_softmax_element(vf x, vf max, vf_pair log)
{
    vf_pair distance = pair_sum(max, vf_neg(x));
    vf_pair sum = pair_sum(distance.hi, log.hi);
    vf low = vf_add(vf_add(sum.lo, log.lo), distance.lo);
    /* The low parts of an infinite sum are NaN. */
    vm finite = vm_lt(sum.hi, vf_set1(__builtin_inff()));
    return vf_neg(vf_select(finite, vf_add(sum.hi, low), sum.hi));
}

VACT_INLINE void log_softmax_row(float *dst, const float *src, size_t cols)
{
    float largest = row_max(src, cols);
    fast_softmax_row row = fast_softmax_row_of(largest);
    vf_pair rest = fast_softmax_near(largest) ? log_softmax_rest(src, cols, row, fast_softmax_parts_near)
                                              : log_softmax_rest(src, cols, row, fast_softmax_parts_far);
    vf_pair log = fast_log1p_pair(rest.hi);
    log.lo = vf_add(log.lo, vf_div(rest.lo, vf_add(vf_set1(1.0f), rest.hi)));
    vf max = row.max;
    log.hi = vf_add(log.hi, vf_sub(max, max)); /* adds 0, or NaN where the maximum is infinite */
    size_t i = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, log_softmax_element(vf_load(src + i), max, log));
    if (i < cols)
        vf_store_partial(dst + i, log_softmax_element(vf_load_partial(src + i, cols - i), max, log), cols - i);
}

#endif
