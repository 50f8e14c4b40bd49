/*
 * log(1 + e^x) of the `fast` variant: max(x, 0) + log1p(z), z = e^-|x| = 2^n*(1 + t), log1p(z) by a table look-up.
 * Below -40 log1p(z) = z to the last bit, so the result is e^x, lane by lane.
 *
 * Largest error 1.723 ULP, at -0x1.31370cp+1.
 *
 * fast_log1p_of_power, more accurate, is for softplus with other parameters: log1p(z) = a*z + z*u with a = 27/32.
 * |u| < 0.16, so its roundings count little; a*z is a hi/lo pair. u is a polynomial in z - 1/2, whose terms get
 * smaller, where a series in z would cancel near z = 1. The two larger addends are added last.
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

/* log1p(z) for 0 <= z <= 1: (1 + z)*inverse = 1 + r, and log1p(z) = level + log1p(r), level = -log(inverse). The
 * entries are such that level is within 2^-34 of a float. In the first of eight cells r is z, so that small results
 * keep their digits. Tables: docs/approximations/fast_log1p.py. */
VACT_INLINE vf fast_log1p_of_exponential(vf z)
{
    _Alignas(32) static const float inverse[8] = {1.0f,           0x1.c3b1fap-1f, 0x1.94194p-1f,  0x1.6d9356p-1f,
                                                  0x1.4dc164p-1f, 0x1.33083ap-1f, 0x1.1c4516p-1f, 0x1.08a3cap-1f};
    _Alignas(32) static const float level[8] = {0.0f,           0x1.00a62ep-3f, 0x1.e4b0f4p-3f, 0x1.58efa8p-2f,
                                                0x1.b62fa6p-2f, 0x1.05d294p-1f, 0x1.2d42d8p-1f, 0x1.51e59ep-1f};
    const vf one = vf_set1(1.0f);
    vi i = vf_bits(vf_fma(z, vf_set1(7.49f), vf_set1(0x1p+23f)));
    vf c = vf_look_up(inverse, i);
    vf r = vf_fma(z, c, vf_sub(c, one));
    vf q = horner4(r, -0x1.5139cep-3f, 0x1.9b19fp-3f, -0x1.0001bcp-2f, 0x1.55551ep-2f, -0.5f);
    return vf_add(vf_look_up(level, i), vf_fma(vf_mul(r, r), q, r));
}

/* max(x, 0) + log1p(e^-magnitude). */
VACT_INLINE vf fast_softplus_of(vf x, vf magnitude)
{
    fast_negative_reduced parts = fast_reduce_negative(magnitude);
    vf r = vf_fma(parts.minus_n, vf_set1(MATH_LN2_LO), parts.coarse_r);
    vf t = vf_fma(vf_mul(r, fast_exp_curve(r)), r, r), power = vf_power_of_two(parts.shifted);
    vf log = fast_log1p_of_exponential(vf_fma(power, t, power));
    return vf_add(vf_max(vf_set1(0.0f), x), log);
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
