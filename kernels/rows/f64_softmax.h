/* softmax, log_softmax, logsumexp of rows in double lanes. */
#ifndef VACT_ROWS_F64_SOFTMAX_H
#define VACT_ROWS_F64_SOFTMAX_H

#include "rows/f64_scale.h"

/* The result of every element where the largest logit is not finite: `nothing` where the options leave out all, or the
 * sink takes all. */
VACT_NOINLINE static void row_without_scale(elem *dst, f64_row from, const row_scale *scale, double nothing)
{
    const bool masked = !ELEM_IS_LANE && from.options != NULL && from.options->masked;
    const bool taken = scale->of_sink && scale->max == scale->max;
    const double value = taken || (masked && scale->max == -__builtin_inf()) ? nothing : __builtin_nan("");
    for (size_t k = 0; k < from.cols; k++)
        dst[k * from.step] = (elem)value;
}

VACT_NOINLINE static void row_softmax(elem *dst, f64_row from)
{
    const row_scale scale = row_scale_of(from);
    if (!row_is_finite(&scale)) {
        row_without_scale(dst, from, &scale, 0.0);
        return;
    }
    const wide sum = wide_of_pair(pair_add_lane(scale.rest, vf_set1(1.0)));
    row_logits block;
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load_logits(&block, from, i, n, scale.max);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const wide exponential = wide_exp(row_below(&block, v, &scale));
            vf_store(block.hi.x + v * VF_LANES, wide_round(wide_divide(exponential, sum)));
        }
        row_store(dst + i * from.step, from.step, &block.hi, n);
    }
}

/* The pair difference + log, rounded; infinite with the difference. */
VACT_INLINE vf row_log_share(vf_pair difference, vf_pair log)
{
    const vm finite = vm_lt(vf_abs(difference.hi), vf_set1(__builtin_inf()));
    return vf_select(finite, pair_round(pair_add(difference, log)), difference.hi);
}

/* (x - max) - log(1 + rest). Negated last, so that a zero is -0. */
VACT_NOINLINE static void row_log_softmax(elem *dst, f64_row from)
{
    const row_scale scale = row_scale_of(from);
    if (!row_is_finite(&scale)) {
        row_without_scale(dst, from, &scale, -__builtin_inf());
        return;
    }
    const vf_pair log = wide_log1p(scale.rest);
    row_logits block;
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load_logits(&block, from, i, n, scale.max);
        for (size_t v = 0; v < ROW_VECTORS; v++)
            vf_store(block.hi.x + v * VF_LANES, vf_neg(row_log_share(pair_neg(row_below(&block, v, &scale)), log)));
        row_store(dst + i * from.step, from.step, &block.hi, n);
    }
}

VACT_INLINE double row_logsumexp(f64_row from)
{
    const row_scale scale = row_scale_of(from);
    if (!row_is_finite(&scale))
        return scale.max;
    double lanes[VF_LANES];
    const vf_pair max = {vf_set1(scale.max), vf_set1(scale.max_low)};
    vf_store(lanes, pair_round(ELEM_IS_LANE ? pair_add_lane(wide_log1p(scale.rest), max.hi)
                                            : pair_add(wide_log1p(scale.rest), max)));
    return lanes[0];
}

#endif
