/*
 * e^x and e^x - 1 as pairs of floats, for the variant `cr`. Method: x = m*ln(2)/16 + r + s, where r = x - m*C is exact
 * for C = the float nearest to ln(2)/16, |r| <= 0.0217, and s = m*(C - ln(2)/16) + low is below 2^-17. T is the float
 * nearest to 2^(m/16) and g its relative error, below 2^-25. Then
 *
 *   e^x = T*(1 + r + r^2/2 + r^3*P(r)/2 + (s + g)*e^r)
 *
 * rise = r + r^2/2 is a pair, and so is its product with T, added to T; all else is below 2^-18 and needs only floats.
 * P has degree 2. Constants: docs/approximations/cr_exp.py. Largest relative error of e^x 2^-40.4.
 */
#ifndef VACT_MATH_CR_EXP_H
#define VACT_MATH_CR_EXP_H

#include "math/common/constants.h"
#include "math/cr/round.h"

/* From here on T and all low parts that count are normal. */
#define CR_EXP_LEAST (-75.0f)

/* 2^(j/16) with j*2^19 taken off its bits, and its relative error. */
_Alignas(64) static const float cr_exp_powers[16] = {0x1p+0f,        0x1.fb5586p-1f, 0x1.f72b84p-1f, 0x1.f387a6p-1f,
                                                     0x1.f06fep-1f,  0x1.edea64p-1f, 0x1.ebfdaep-1f, 0x1.eab07ep-1f,
                                                     0x1.ea09e6p-1f, 0x1.ea1148p-1f, 0x1.eace54p-1f, 0x1.ec4918p-1f,
                                                     0x1.ee89fap-1f, 0x1.f199bep-1f, 0x1.f5818ep-1f, 0x1.fa4afap-1f};
_Alignas(64) static const float cr_exp_errors[16] = {
    0x0p+0f,          0x1.8d96d4p-25f,  -0x1.9c0c22p-27f, 0x1.964904p-25f,  0x1.125002p-25f, 0x1.370be4p-25f,
    -0x1.0a355p-25f,  -0x1.00d8acp-27f, 0x1.26055cp-26f,  -0x1.05cb44p-25f, 0x1.67a1cap-28f, 0x1.a3b5e4p-28f,
    -0x1.f9c304p-27f, -0x1.6961b4p-28f, -0x1.a5217cp-28f, 0x1.61428ep-28f};

/* e^x = power*(1 + rise + rest) */
typedef struct {
    vf power, rise, rest;
} cr_reduced;

/* Of x + low, |low| below 2^-17. */
VACT_INLINE cr_reduced cr_exp_reduce(vf x, vf low)
{
    const vf shift = vf_set1(0x1.8p+23f), half = vf_set1(0.5f);
    const vf t = vf_fma(x, vf_set1(16.0f * MATH_LOG2E), shift), m = vf_sub(t, shift);
    const vi bits = vf_bits(t);
    const vf r = vf_fnma(m, vf_set1(0x1.62e43p-5f), x);
    const vf s = vf_add(vf_fma(m, vf_set1(0x1.05c61p-33f), low), vf_look_up_16(cr_exp_errors, bits));
    const vf half_r = vf_mul(r, half), rise = vf_fma(half_r, r, r);
    const vf rest = vf_fma(half_r, r, vf_sub(r, rise));
    const vf curve = vf_fma(vf_fma(r, vf_set1(0x1.1111a8p-6f), vf_set1(0x1.55565cp-4f)), r, vf_set1(0x1.555556p-2f));
    const vf cubic = vf_fma(vf_mul(vf_mul(half_r, r), r), curve, rest);
    const vf power = vf_of_bits(vi_add(vf_bits(vf_look_up_16(cr_exp_powers, bits)), vi_shift_left(bits, 19)));
    return (cr_reduced){power, rise, vf_add(cubic, vf_fma(s, rise, s))};
}

/* e^(x + low), x from -75 to 87. The low part may be 2^-18 of the high part. */
VACT_INLINE vf_pair cr_exp(vf x, vf low)
{
    const cr_reduced e = cr_exp_reduce(x, low);
    const vf sum = vf_fma(e.power, e.rise, e.power);
    const vf error = vf_fma(e.power, e.rise, vf_sub(e.power, sum));
    return (vf_pair){sum, vf_fma(e.power, e.rest, error)};
}

/* base + power*(rise + rest), where base is power - 1 without base_low, and so 0 or larger than power*rise. */
VACT_INLINE vf_pair cr_expm1_sum(cr_reduced e, vf base, vf base_low)
{
    const vf sum = vf_fma(e.power, e.rise, base);
    const vf error = vf_fma(e.power, e.rise, vf_sub(base, sum));
    return (vf_pair){sum, vf_add(vf_fma(e.power, e.rest, base_low), error)};
}

/* e^(x + low) - 1, x from 0 to 87, or from -60 to 0. Relative error 2^-36 near |x| = 0.02, less elsewhere; the low part
 * may be 2^-13 of the high part. */
VACT_INLINE vf_pair cr_expm1_above(vf x, vf low)
{
    const cr_reduced e = cr_exp_reduce(x, low);
    const vf one = vf_set1(1.0f), base = vf_sub(e.power, one);
    return cr_expm1_sum(e, base, vf_sub(vf_sub(e.power, base), one));
}

VACT_INLINE vf_pair cr_expm1_below(vf x, vf low)
{
    const cr_reduced e = cr_exp_reduce(x, low);
    const vf one = vf_set1(1.0f), base = vf_sub(e.power, one);
    return cr_expm1_sum(e, base, vf_sub(e.power, vf_add(base, one)));
}

#endif
