/* hard_sigmoid: alpha*x + beta clamped to [0, 1]; the line is rounded once, also where the product overflows. */
#ifndef VACT_ACT_WIDE_HARD_SIGMOID_H
#define VACT_ACT_WIDE_HARD_SIGMOID_H

#include "math/wide/gate.h"

/* alpha*x + beta. A line through the origin is the product alone, with the sign of a zero; so is an infinite one. */
VACT_INLINE wide hard_sigmoid_line(vf x, const act_params *params)
{
    const wide product =
        wide_multiply(wide_split(vf_set1(params->v[0])), wide_split(params->v[0] == 0.0 ? wide_bounded(x) : x));
    const vm infinite = vm_eq(vf_abs(product.hi), vf_set1(__builtin_inf()));
    const wide sum = wide_add(product, wide_split(vf_set1(params->v[1])));
    return params->v[1] == 0.0 ? product : wide_select(infinite, product, sum);
}

VACT_INLINE wide hard_sigmoid_value(vf x, const act_params *params)
{
    const vf zero = vf_set1(0.0), line = wide_round(hard_sigmoid_line(x, params));
    const vf clamped = vf_min(vf_set1(1.0), vf_max(zero, vf_add(line, zero)));
    const int through_origin = params->v[1] == 0.0 && params->v[0] >= 0.0;
    return wide_of(through_origin ? vf_select(vm_eq(x, zero), x, clamped) : clamped);
}

VACT_INLINE wide hard_sigmoid_slope(vf x, const act_params *params)
{
    const vf line = wide_round(hard_sigmoid_line(x, params));
    const vm flat = vm_or(vm_le(line, vf_set1(0.0)), vm_le(vf_set1(1.0), line));
    return wide_select(flat, wide_nothing(), wide_split(vf_set1(params->v[0])));
}

#endif
