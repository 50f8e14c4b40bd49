/*
 * 2^96*e^d as a hi/lo pair, for the operations over rows. With the factor 2^96, hi is normal down to d = -131.5, and so
 * is nearly every lo: a subnormal costs some processors 150 cycles. Below -131.5 e^d < 2^-189 becomes 0.
 *
 * d = n*ln 2 + r as in exp_rise.h, here with the rounding error of r. e^r = 1 + r + r*(r*q(r)): 1 + r is exact as a
 * pair, and the last term, at most 0.07, is rounded at 2^-28. The low part of d is a factor 1 + low. Relative error at
 * most 2^-25.8, with that of the polynomial.
 */
#ifndef VACT_MATH_FAST_EXP_PAIR_H
#define VACT_MATH_FAST_EXP_PAIR_H

#include "math/common/constants.h"
#include "math/fast/exp_rise.h"

#define FAST_PAIR_UNSCALE 0x1p-96f

/* d.hi above 20 counts as 20; |d.lo| <= 2^-13, and not NaN. NaN for a NaN in d.hi. */
VACT_INLINE vf_pair fast_exp_pair(vf_pair d)
{
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f), shift = vf_set1(VF_POWER_SHIFT + 96.0f);
    vf least = vf_set1(-131.5f);
    vf x = vf_min(vf_set1(20.0f), vf_max(least, d.hi));
    vf shifted = vf_fma(x, vf_set1(MATH_LOG2E), shift);
    vf n = vf_sub(shifted, shift);
    vf near = vf_fnma(n, vf_set1(MATH_LN2_HI), x); /* exact */
    vf r = vf_fnma(n, vf_set1(MATH_LN2_LO), near);
    vf r_low = vf_add(vf_fnma(n, vf_set1(MATH_LN2_LO), vf_sub(near, r)), d.lo);
    vf slope = vf_mul(r, fast_exp_curve(r));
    vf line = vf_add(one, r);
    vf line_low = vf_sub(r, vf_sub(line, one));
    vf low = vf_fma(r_low, vf_fma(slope, r, line), vf_fma(slope, r, line_low));
    vf hi = vf_add(line, low);
    vf lo = vf_sub(low, vf_sub(hi, line));
    vf power = vf_select(vm_lt(d.hi, least), zero, vf_power_of_two(shifted));
    /* FMAs with 0, not products: sums follow, and no bare product may feed a sum. */
    return (vf_pair){vf_fma(hi, power, zero), vf_fma(lo, power, zero)};
}

#endif
