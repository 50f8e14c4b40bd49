/* gelu: x*Phi(x), with Phi(-t) = e^(-t^2/2)*M(t) (math/wide/normal.h). Its slope Phi(x) + x*phi(x) is 1 + G above 0 and
 * -G below, G = e^(-t^2/2)*(t/sqrt(2*pi) - M(t)). */
#ifndef VACT_ACT_WIDE_GELU_H
#define VACT_ACT_WIDE_GELU_H

#include "math/wide/gate.h"

VACT_INLINE wide gelu_value(vf x, const act_params *params)
{
    (void)params;
    const vm negative = vm_lt(x, vf_set1(0.0));
    const wide tail = wide_normal_tail(pair_of(vf_abs(x)));
    const wide above = wide_of_pair(pair_add_lane(pair_neg(wide_plain(tail)), vf_set1(1.0)));
    const vf bounded = vf_max(vf_set1(-60.0), x);
    const wide y = wide_multiply(wide_split(bounded), wide_select(negative, tail, above));
    return wide_select(vm_eq(x, vf_set1(-__builtin_inf())), wide_of(vf_set1(-0.0)), y);
}

VACT_INLINE wide gelu_slope(vf x, const act_params *params)
{
    (void)params;
    const wide_normal of = wide_normal_of(pair_of(vf_abs(x)));
    const vf_pair density = pair_set1(0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56); /* 1/sqrt(2*pi) */
    const vf_pair difference = pair_subtract(pair_multiply(of.t, density), of.ratio);
    const wide g = wide_multiply(of.power, wide_of_pair(difference));
    const wide above = wide_of_pair(pair_add_lane(wide_plain(g), vf_set1(1.0)));
    return wide_select(vm_lt(x, vf_set1(0.0)), wide_neg(g), above);
}

#endif
