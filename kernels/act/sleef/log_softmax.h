/*
 * log_softmax: x_i - log(sum_j e^(x_j)) per row = -((max - x_i) + log1p(R)), R the sum of e^(x_j - max) without one
 * winner.
 *
 * Both terms are at least 0, so nothing cancels. R is accurate even where one logit is far above the others, since the
 * columns equal to the maximum, 1 each, are counted apart from the rest.
 */
#ifndef VACT_ACT_SLEEF_LOG_SOFTMAX_H
#define VACT_ACT_SLEEF_LOG_SOFTMAX_H

#include "loop/rows.h"
#include "math/common/pair.h"
#include "math/sleef/functions.h"
#include "math/sleef/softmax.h"

typedef struct {
    row_sum others, winners;
} log_softmax_sums;

VACT_INLINE void log_softmax_add(log_softmax_sums *sums, size_t k, vf x, vf max)
{
    vf zero = vf_set1(0.0f);
    vm winner = vm_eq(x, max);
    row_sum_add(&sums->others, k, vf_select(winner, zero, softmax_exponential(x, max)));
    row_count_add(&sums->winners, k, vf_select(winner, vf_set1(1.0f), zero));
}

/* R, where the maximum is finite; NaN for a row with a NaN. */
VACT_INLINE float log_softmax_rest(const elem *src, size_t cols, vf max)
{
    log_softmax_sums sums = {row_sum_zero(), row_sum_zero()};
    size_t i = 0;
    for (; cols - i >= ROW_LANES; i += ROW_LANES)
        for (size_t k = 0; k < ROW_VECTORS; k++)
            log_softmax_add(&sums, k, elem_load(src + i + k * VF_LANES), max);
    size_t k = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES, k++)
        log_softmax_add(&sums, k, elem_load(src + i), max);
    if (i < cols) {
        /* -inf adds nothing to a row with a finite maximum; any other row is NaN. */
        vf rest = vf_keep_first(elem_load_partial(src + i, cols - i), cols - i, vf_set1(-__builtin_inff()));
        log_softmax_add(&sums, k, rest, max);
    }
    row_total others = row_sum_total(&sums.others), winners = row_sum_total(&sums.winners);
    return ((winners.hi - 1.0f) + others.hi) + (winners.lo + others.lo);
}

/* `log` is log1p(R) >= 0. */
VACT_INLINE vf log_softmax_element(vf x, vf max, vf log)
{
    vf_pair distance = pair_sum(max, vf_neg(x));
    vf_pair sum = pair_sum(distance.hi, log);
    vf low = vf_add(sum.lo, distance.lo);
    /* The low parts of an infinite sum are NaN. */
    vm finite = vm_lt(sum.hi, vf_set1(__builtin_inff()));
    return vf_neg(vf_select(finite, vf_add(sum.hi, low), sum.hi));
}

VACT_INLINE void log_softmax_row(elem *dst, const elem *src, size_t cols)
{
    vf max = vf_set1(row_max(src, cols));
    vf log = math_log1p(vf_set1(log_softmax_rest(src, cols, max)));
    log = vf_add(log, vf_sub(max, max)); /* adds 0, or NaN where the maximum is infinite */
    size_t i = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES)
        elem_store(dst + i, log_softmax_element(elem_load(src + i), max, log));
    if (i < cols)
        elem_store_partial(dst + i, log_softmax_element(elem_load_partial(src + i, cols - i), max, log), cols - i);
}

VACT_INLINE void log_softmax_rows(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                                  size_t cols)
{
    loop_rows(dst, dst_stride, src, src_stride, rows, cols, log_softmax_row);
}

#endif
