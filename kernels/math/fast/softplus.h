/*
 * log(1 + e^x) of the `fast` variant: max(x, 0) + log1p(z), z = e^-|x| = 2^n*(1 + t).
 *
 * log1p(z) = a*z + z*u with a = 27/32. |u| < 0.16, so its roundings count little; a*z is a hi/lo pair. u is a
 * polynomial in z - 1/2, whose terms get smaller, where a series in z would cancel near z = 1. The two larger addends
 * are added last. Below -40 log1p(z) = z to the last bit, so the result is e^x, lane by lane.
 *
 * Largest error 1.24 ULP, at -0x1.a2ff2p+2 (one input in 31).
 */
#ifndef VACT_MATH_FAST_SOFTPLUS_H
#define VACT_MATH_FAST_SOFTPLUS_H

#include "math/common/constants.h"
#include "math/common/horner.h"
#include "math/fast/exp_rise.h"

/* Beyond this |x| the result is x or e^x. */
#define FAST_SOFTPLUS_REACH 40.0f

/* A smaller |x| counts as this. */
#define FAST_SOFTPLUS_TINY 0x1p-30f

/* -magnitude = n*ln 2 + r; coarse_r is r before n times the low part of ln 2 is subtracted. */
typedef struct {
    vf shifted; /* n + VF_POWER_SHIFT */
    vf minus_n, coarse_r;
} fast_negative_reduced;

VACT_INLINE fast_negative_reduced fast_reduce_negative(vf magnitude)
{
    vf shift = vf_set1(VF_POWER_SHIFT);
    fast_negative_reduced parts;
    parts.shifted = vf_fnma(magnitude, vf_set1(MATH_LOG2E), shift);
    parts.minus_n = vf_sub(shift, parts.shifted);
    parts.coarse_r = vf_fms(parts.minus_n, vf_set1(MATH_LN2_HI), magnitude);
    return parts;
}

/* (e^r - 1 - r)/r^2. Coefficients, here and below: docs/approximations/softplus.sollya. */
VACT_INLINE vf fast_softplus_curve(vf r, vf r2)
{
    vf even = horner2(r2, 0x1.6a3d9cp-10f, 0x1.5558bep-5f, 0x1.fffffcp-2f);
    vf odd = horner1(r2, 0x1.12386ep-7f, 0x1.555494p-3f);
    return vf_fma(odd, r, even);
}

/* log1p(power*(1 + t)) as a hi/lo pair. */
VACT_INLINE vf_pair fast_log1p_of_power(vf power, vf t)
{
    vf z = vf_fma(power, t, power);
    power = vf_mul(vf_set1(0.84375f), power);
    vf main = vf_fma(power, t, power);
    vf main_lo = vf_fma(power, t, vf_sub(power, main));
    vf v = vf_sub(z, vf_set1(0.5f)), v2 = vf_mul(v, v);
    vf even = horner4(v2, 0x1.5716ccp-8f, 0x1.7ba734p-7f, 0x1.2c1a72p-5f, 0x1.0f955ep-3f, -0x1.0cdc12p-5f);
    vf odd = horner4(v2, -0x1.a69f34p-9f, -0x1.bb3398p-8f, -0x1.50f9aep-6f, -0x1.153ffep-4f, -0x1.2773a6p-2f);
    return (vf_pair){main, vf_fma(z, vf_fma(odd, v, even), main_lo)};
}

/* max(x, 0) + log1p(e^-magnitude). */
VACT_INLINE vf fast_softplus_of(vf x, vf magnitude)
{
    fast_negative_reduced parts = fast_reduce_negative(magnitude);
    vf r = vf_fma(parts.minus_n, vf_set1(MATH_LN2_LO), parts.coarse_r);
    vf r2 = vf_mul(r, r), t = vf_fma(fast_softplus_curve(r, r2), r2, r);
    vf_pair log = fast_log1p_of_power(vf_power_of_two(parts.shifted), t);
    vf positive = vf_max(vf_set1(0.0f), x);
    return vf_add(vf_add(vf_min(positive, log.hi), log.lo), vf_max(positive, log.hi));
}

/* |x| <= FAST_SOFTPLUS_REACH. */
VACT_INLINE vf fast_softplus(vf x) { return fast_softplus_of(x, vf_abs(x)); }

/* For every x. Each form is computed only if some lane needs it. */
VACT_INLINE vf fast_softplus_any(vf x)
{
    vf reach = vf_set1(FAST_SOFTPLUS_REACH), y = x;
    vm low = vm_lt(x, vf_neg(reach));
    if (!vm_all(low))
        y = fast_softplus_of(x, vf_min(reach, vf_abs(x)));
    return vm_any(low) ? vf_select(low, fast_exp_low(x), y) : y;
}

#endif
