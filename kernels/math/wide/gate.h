/* x*sigmoid(p) and its derivative: the form of silu, swish, gelu_quick and gelu_tanh. */
#ifndef VACT_MATH_WIDE_GATE_H
#define VACT_MATH_WIDE_GATE_H

#include "math/wide/functions.h"

#define WIDE_LARGEST 0x1.fffffffffffffp+1023

/* x, an infinity as the largest double. */
VACT_INLINE vf wide_bounded(vf x)
{
    const vf largest = vf_set1(WIDE_LARGEST);
    return vf_min(largest, vf_max(vf_neg(largest), x));
}

/* p, in magnitude at most 2^900: no sigmoid differs there from that beyond. */
VACT_INLINE vf_pair wide_gate_argument(vf_pair p)
{
    const vf limit = vf_set1(0x1p+900);
    const vf hi = vf_min(limit, vf_max(vf_neg(limit), p.hi));
    return (vf_pair){hi, vf_select(vm_eq(hi, p.hi), p.lo, vf_set1(0.0))};
}

/* x*sigmoid(p). An infinite x gives 0 with its sign, or an infinity: the limits. */
VACT_INLINE wide wide_gate_value(vf x, vf_pair p)
{
    const vf_pair argument = wide_gate_argument(p);
    const wide y = wide_multiply(wide_split(wide_bounded(x)), wide_sigmoid(argument));
    const vm infinite = vm_eq(vf_abs(x), vf_set1(__builtin_inf()));
    const vm nothing = vm_lt(argument.hi, vf_set1(-1.0));
    return wide_select(infinite, wide_of(vf_select(nothing, vf_copysign(vf_set1(0.0), x), x)), y);
}

/* sigmoid(p) + x*p'*sigmoid(p)*sigmoid(-p), with sigmoid(p) as a factor, so that it keeps its digits where it is
 * small; xp is x*p'. */
VACT_INLINE wide wide_gate_slope(wide xp, vf_pair p)
{
    const vf_pair argument = wide_gate_argument(p);
    const wide rest = wide_multiply(xp, wide_sigmoid(pair_neg(argument)));
    return wide_multiply(wide_sigmoid(argument), wide_add(wide_of(vf_set1(1.0)), rest));
}

#endif
