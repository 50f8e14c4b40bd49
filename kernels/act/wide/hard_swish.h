/* hard_swish: x*clamp(alpha*x + beta, 0, 1), by default x*clamp(x + 3, 0, 6)/6; the result is rounded once. The rounded
 * line decides where it is 1, its sign where it is 0. */
#ifndef VACT_ACT_WIDE_HARD_SWISH_H
#define VACT_ACT_WIDE_HARD_SWISH_H

#include "act/wide/hard_sigmoid.h"
#include "act/wide/hard_sigmoid6.h"

VACT_INLINE int hard_swish_is_usual(const act_params *params)
{
    return params->v[0] == 0x1.5555555555555p-3 && params->v[1] == 0.5;
}

/* x where the line is at least 1, a zero where it is at most 0, else x times the line. */
VACT_INLINE wide hard_swish_value(vf x, const act_params *params)
{
    const wide line = hard_swish_is_usual(params) ? hard_sigmoid6_value(x, params) : hard_sigmoid_line(x, params);
    const vf rounded = wide_round(line);
    const wide between = wide_multiply(wide_split(x), line);
    const wide low = wide_of(vf_copysign(vf_set1(0.0), x));
    return wide_select(vm_le(vf_set1(1.0), rounded), wide_of(x),
                       wide_select(vm_le(line.hi, vf_set1(0.0)), low, between));
}

/* (2x + 3)/6, or 2*alpha*x + beta */
VACT_INLINE wide hard_swish_slope(vf x, const act_params *params)
{
    const vf one = vf_set1(1.0), zero = vf_set1(0.0), bounded = wide_bounded(x);
    vm low, high;
    wide slope;
    if (hard_swish_is_usual(params)) {
        low = vm_le(x, vf_set1(-3.0)), high = vm_le(vf_set1(3.0), x);
        const vf near = vf_min(vf_set1(3.0), vf_max(vf_set1(-3.0), x));
        slope = wide_of_pair(pair_divide(pair_sum(vf_add(near, near), vf_set1(3.0)), pair_of(vf_set1(6.0))));
    } else {
        const vf line = wide_round(hard_sigmoid_line(x, params));
        low = vm_le(line, zero), high = vm_le(one, line);
        wide twice = wide_multiply(wide_split(vf_set1(params->v[0])), wide_split(bounded));
        twice.n = vf_add(twice.n, one);
        slope = wide_add(twice, wide_split(vf_set1(params->v[1])));
    }
    return wide_select(high, wide_of(one), wide_select(low, wide_nothing(), slope));
}

#endif
