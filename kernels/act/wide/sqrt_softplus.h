/* sqrt_softplus: sqrt(log(1 + e^x)). Its slope is sigmoid(x)/(2*sqrt(log(1 + e^x))). */
#ifndef VACT_ACT_WIDE_SQRT_SOFTPLUS_H
#define VACT_ACT_WIDE_SQRT_SOFTPLUS_H

#include "act/wide/softplus.h"

/* The root of a number that is not negative: of an odd exponent twice the number. */
VACT_INLINE wide sqrt_softplus_root(wide a)
{
    const vf half = vf_round(vf_mul(a.n, vf_set1(0.5))), odd = vf_fnma(vf_set1(2.0), half, a.n);
    const vf_pair even = {vf_scale(a.hi, odd), vf_scale(a.lo, odd)};
    const vf plain = vf_sqrt(even.hi);
    const vm number = vm_and(vm_lt(vf_set1(0.0), plain), vm_lt(plain, vf_set1(__builtin_inf())));
    return wide_scaled(pair_select(number, pair_square_root(even), pair_of(plain)), half);
}

VACT_INLINE wide sqrt_softplus_value(vf x, const act_params *params)
{
    return (void)params, sqrt_softplus_root(softplus_plain(x));
}

VACT_INLINE wide sqrt_softplus_slope(vf x, const act_params *params)
{
    wide twice = sqrt_softplus_value(x, params);
    twice.n = vf_add(twice.n, vf_set1(1.0));
    const wide slope = wide_divide(wide_sigmoid(pair_of(x)), twice);
    return wide_select(vm_eq(x, vf_set1(-__builtin_inf())), wide_of(vf_set1(0.0)), slope);
}

#endif
