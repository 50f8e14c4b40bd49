/*
 * What is made of the exponential, e^x - 1 and tanh. sigmoid(p) is 1/(1 + z) above 0 and z/(1 + z) below, z = e^-|p|:
 * sums of numbers that are not negative.
 */
#ifndef VACT_MATH_WIDE_OF_EXP_H
#define VACT_MATH_WIDE_OF_EXP_H

#include "math/wide/normal.h"

/* 1/(1 + e^-p), for every p */
VACT_INLINE wide wide_sigmoid(vf_pair p)
{
    const wide z = wide_exp(pair_neg(pair_abs(p)));
    const wide one = wide_of(vf_set1(1.0));
    const wide above = wide_of_pair(pair_add_lane(wide_plain(z), vf_set1(1.0)));
    return wide_divide(wide_select(vm_lt(p.hi, vf_set1(0.0)), z, one), above);
}

/* tanh p; of a tiny p it is p.hi, with digits that outlive a product. Callers whose p has a low part treat a tiny one
 * themselves. */
VACT_INLINE wide wide_tanh_of(vf_pair p)
{
    const vm tiny = vm_lt(vf_abs(p.hi), vf_set1(0x1p-200));
    return wide_select(tiny, wide_split(p.hi), wide_of_pair(wide_tanh(p)));
}

/* 1 - tanh^2 p = 4z/(1 + z)^2, z = e^-2|p| */
VACT_INLINE wide wide_tanh_slope(vf_pair p)
{
    const vf_pair magnitude = pair_abs(p);
    wide z = wide_exp((vf_pair){vf_mul(magnitude.hi, vf_set1(-2.0)), vf_mul(magnitude.lo, vf_set1(-2.0))});
    const vf_pair sum = pair_add_lane(wide_plain(z), vf_set1(1.0));
    z.n = vf_add(z.n, vf_set1(2.0));
    return wide_divide(z, wide_of_pair(pair_multiply(sum, sum)));
}

/* e^x - 1, for every x; of a tiny one it is x.hi, as in wide_tanh_of. */
VACT_INLINE wide wide_expm1_of(vf_pair x)
{
    const vf magnitude = vf_abs(x.hi), infinity = vf_set1(__builtin_inf());
    const vm tiny = vm_lt(magnitude, vf_set1(0x1p-200)), far = vm_lt(vf_set1(40.0), magnitude);
    const wide near = wide_of_pair(wide_expm1(pair_select(far, pair_of(vf_set1(0.0)), x)));
    const wide power = wide_exp(x);
    const wide beyond = wide_select(vm_eq(power.hi, infinity), power, wide_add(power, wide_of(vf_set1(-1.0))));
    return wide_select(tiny, wide_split(x.hi), wide_select(far, beyond, near));
}

#endif
