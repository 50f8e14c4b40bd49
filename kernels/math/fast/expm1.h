/*
 * e^x - 1 of the `fast` variant for x <= 64: with e^x = 2^n + 2^n*t (math/fast/exp_rise.h) it is 2^n*t + (2^n - 1).
 * 2^n - 1 is exact down to n = -24; below, the sum rounds to -1. Included after a header of vec/.
 *
 * Largest error for x <= 0: 0.923 ULP, at -0x1.632ef8p-2; monotone.
 */
#ifndef VACT_MATH_FAST_EXPM1_H
#define VACT_MATH_FAST_EXPM1_H

#include "math/fast/exp_rise.h"

/* From here down e^x - 1 rounds to -1: e^x is below a quarter of an ULP. */
#define FAST_EXPM1_LEAST (-20.0f)

/* Up to this |x|, e^x - 1 is x within half an ULP. */
#define FAST_ELU_TINY 0x1p-26f

/* -20 <= x <= 0, and not tiny, as products of x would be subnormal, which is slow. NaN for NaN. n*ln 2 is one product:
 * the float lacks 2^-29, and 2^n makes n times that harmless. */
VACT_INLINE vf fast_expm1(vf x)
{
    const vf shift = vf_set1(VF_POWER_SHIFT);
    vf shifted = vf_fma(x, vf_set1(MATH_LOG2E), shift);
    vf r = vf_fnma(vf_sub(shifted, shift), vf_set1(MATH_LN2), x);
    vf power = vf_power_of_two(shifted);
    return vf_fma(power, fast_exp_rise(r), vf_sub(power, vf_set1(1.0f)));
}

/* x > 0 ? x : e^x - 1, for every x. fast_expm1 gets neither a tiny nor a positive x, so that nothing in it is subnormal
 * or overflows. */
VACT_INLINE vf fast_elu(vf x)
{
    vf bounded = vf_min(vf_set1(-FAST_ELU_TINY), vf_max(vf_set1(FAST_EXPM1_LEAST), x));
    return vf_max(x, fast_expm1(bounded)); /* e^x - 1 is above x, for a negative x that is not tiny */
}

/* power*e^(r + r_lo) + (rest - power) as a hi/lo pair, so that a product with it is rounded once. lo has the rounding
 * errors of t and of the sum, both exact since the larger term is known, and r_lo*e^r. */
VACT_INLINE vf_pair fast_expm1_pair_of(vf power, vf rest, vf r, vf r_lo)
{
    vf slope = vf_mul(r, fast_exp_curve(r));
    vf t = vf_fma(slope, r, r);
    vf t_lo = vf_fma(slope, r, vf_sub(r, t));
    vf_pair m;
    m.hi = vf_fma(power, t, rest);
    m.lo = vf_fms(power, t, vf_sub(m.hi, rest));
    m.lo = vf_fma(power, vf_add(t_lo, vf_fma(r_lo, t, r_lo)), m.lo);
    return m;
}

/* e^(x + x_lo) - 1 as a hi/lo pair: -20 <= x <= 64, |x_lo| <= 2^-24*|x|. */
VACT_INLINE vf_pair fast_expm1_pair(vf x, vf x_lo)
{
    fast_reduced parts = fast_reduce(x);
    vf power = vf_power_of_two(parts.shifted);
    return fast_expm1_pair_of(power, vf_sub(power, vf_set1(1.0f)), parts.r, x_lo);
}

/* The same of x alone, right to 2^-28 also below x = -17, where 2^n - 1 is no float. */
VACT_INLINE vf_pair fast_expm1_pair_exact(vf x)
{
    const vf one = vf_set1(1.0f);
    fast_reduced parts = fast_reduce(x);
    vf power = vf_power_of_two(parts.shifted), rest = vf_sub(power, one);
    vf_pair m = fast_expm1_pair_of(power, rest, parts.r, vf_set1(0.0f));
    m.lo = vf_add(m.lo, vf_sub(power, vf_add(rest, one)));
    return m;
}

#endif
