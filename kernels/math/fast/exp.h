/*
 * e^x of the `fast` variant: x = n*ln 2 + r, n whole, |r| <= 0.347, e^x = 2^n * e^r.
 *
 * n comes by adding a number so large that the sum has no fraction (VF_POWER_SHIFT), which leaves it in the low bits.
 * ln 2 is two floats, the first short enough that n times it is exact, so r is off by half an ULP of itself.
 */
#ifndef VACT_MATH_FAST_EXP_H
#define VACT_MATH_FAST_EXP_H

#include "math/pair.h"

typedef struct {
    vf shifted; /* n + VF_POWER_SHIFT: of vf_power_of_two, for n in [-126, 127] */
    vf n;
    vf r;
} fast_reduced;

/* |x| <= 2^7; NaN stays NaN in r. */
VACT_INLINE fast_reduced fast_reduce(vf x)
{
    fast_reduced parts;
    parts.shifted = vf_fma(x, vf_set1(0x1.715476p+0f), vf_set1(VF_POWER_SHIFT));
    parts.n = vf_sub(parts.shifted, vf_set1(VF_POWER_SHIFT));
    vf r = vf_fnma(parts.n, vf_set1(0x1.62e4p-1f), x);
    parts.r = vf_fnma(parts.n, vf_set1(0x1.7f7d1cp-20f), r);
    return parts;
}

/* (e^r - 1)/r, within 2^-28 or so: docs/approximations/exp.sollya. */
VACT_INLINE vf fast_exp_slope(vf r)
{
    vf q = vf_set1(0x1.6b7354p-10f);
    q = vf_fma(q, r, vf_set1(0x1.122796p-7f));
    q = vf_fma(q, r, vf_set1(0x1.555716p-5f));
    q = vf_fma(q, r, vf_set1(0x1.5554bp-3f));
    q = vf_fma(q, r, vf_set1(0x1.fffffep-2f));
    return vf_fma(q, r, vf_set1(0x1p+0f));
}

VACT_INLINE vf fast_exp(vf x)
{
    vf clamped = vf_min(vf_set1(89.0f), vf_max(vf_set1(-104.0f), x));
    fast_reduced parts = fast_reduce(clamped);
    return vf_scale(vf_fma(fast_exp_slope(parts.r), parts.r, vf_set1(1.0f)), parts.n);
}

#endif
