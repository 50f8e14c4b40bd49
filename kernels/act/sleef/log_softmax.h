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

enum { LOG_SOFTMAX_OTHERS, LOG_SOFTMAX_WINNERS, LOG_SOFTMAX_SUMS };

typedef struct {
    row_sum sums[LOG_SOFTMAX_SUMS];
    const elem *src;
    vf max;
} log_softmax_walk;

VACT_INLINE void log_softmax_add(void *context, size_t i, size_t n, size_t k)
{
    log_softmax_walk *walk = context;
    vf zero = vf_set1(0.0f);
    /* -inf adds nothing to a row with a finite maximum; any other row is NaN. */
    vf x = n == VF_LANES ? elem_load(walk->src + i)
                         : vf_keep_first(elem_load_partial(walk->src + i, n), n, vf_set1(-__builtin_inff()));
    vm winner = vm_eq(x, walk->max);
    row_sum_add(&walk->sums[LOG_SOFTMAX_OTHERS], k, vf_select(winner, zero, softmax_exponential(x, walk->max)));
    row_count_add(&walk->sums[LOG_SOFTMAX_WINNERS], k, vf_select(winner, vf_set1(1.0f), zero));
}

/* R, where the maximum is finite; NaN for a row with a NaN. */
VACT_INLINE float log_softmax_rest(const elem *src, size_t cols, vf max)
{
    log_softmax_walk walk;
    walk.src = src;
    walk.max = max;
    for (size_t s = 0; s < LOG_SOFTMAX_SUMS; s++)
        row_sum_start(&walk.sums[s]);
    row_sums_of(walk.sums, LOG_SOFTMAX_SUMS, cols, log_softmax_add, &walk);
    double repeated = row_sum_total(&walk.sums[LOG_SOFTMAX_WINNERS]) - 1.0;
    return (float)(repeated + row_sum_total(&walk.sums[LOG_SOFTMAX_OTHERS]));
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
