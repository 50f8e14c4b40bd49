/*
 * The derivatives of gelu and gelu_tanh: g(|x|) for x < 0 and 1 - g(|x|) above, g(t) = e^-E(t)*G(t).
 *
 * The exponential is 2^n*e^(-w*ln(2)/C) with w = E(t)*C/ln 2 + n*C. C has 16 bits, so that n*C is exact; G holds what
 * E(t) may differ from the exact exponent. G is a polynomial on each of eight intervals, each half an octave of
 * 1 + SLOPE*t, its coefficients by table look-up: no division. With e^(-w*ln(2)/C) = 1 + rise, g is 2^n times the
 * hi/lo pair G + rise*G, the low part at most 0.41 of the high one.
 *
 * C and the tables: docs/approximations/fast_gradient.py.
 */
#ifndef VACT_MATH_FAST_GRADIENT_NORMAL_H
#define VACT_MATH_FAST_GRADIENT_NORMAL_H

#include "math/common/horner.h"
#include "math/fast/gradient.h"

#define GRADIENT_C 0x1.638cp+0f

typedef struct {
    vf shifted; /* VF_POWER_SHIFT + n */
    vf_pair g;  /* g(t) = 2^n*(hi + lo) */
} gradient_scaled;

/* VF_POWER_SHIFT + n, for the exponent rounded. */
VACT_INLINE vf gradient_shifted(vf exponent)
{
    return vf_fma(exponent, vf_set1(-0x1.70a624p-1f), vf_set1(VF_POWER_SHIFT));
}

/* n*C, exact. */
VACT_INLINE vf gradient_reduction(vf shifted)
{
    return vf_mul(vf_sub(shifted, vf_set1(VF_POWER_SHIFT)), vf_set1(GRADIENT_C));
}

/* e^(-w*ln(2)/C) - 1 is w*(FIRST + w*bend); error 0.06 * 2^-24 of e^(-w*ln(2)/C). */
#define GRADIENT_FIRST -0x1.ff0e5ap-2f

VACT_INLINE vf gradient_bend(vf w)
{
    return horner4(w, 0x1.6d2148p-16f, -0x1.1022dep-12f, 0x1.52cddap-9f, -0x1.537122p-6f, 0x1.fe1d26p-4f);
}

/* FIRST and the rest are added to G one after the other: the rounding of their sum would count. */
VACT_INLINE gradient_scaled gradient_scaled_of(vf shifted, vf w, vf_pair curve)
{
    vf weighted = vf_mul(w, curve.hi);
    vf bent = vf_fma(weighted, vf_mul(w, gradient_bend(w)), curve.lo);
    return (gradient_scaled){shifted, {curve.hi, vf_fma(weighted, vf_set1(GRADIENT_FIRST), bent)}};
}

/* Of 1 + SLOPE*t, a number in [1, 16). */
VACT_INLINE vi gradient_octave(vf s) { return vi_shift_right(vf_bits(s), 22); }

#endif
