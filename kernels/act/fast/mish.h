/*
 * mish: x*f(x), f(x) = tanh(log(1 + e^x)).
 *
 * On [-8, 8] f is a polynomial on each of eight intervals. They are narrow near 0.35, where the poles of f are nearest,
 * at 0.35 +- 2.36i. 0.9375*x rounded to a whole number is one of 15 cells, a table of bytes gives the interval of the
 * cell, and a table look-up each coefficient.
 *
 * f = p0 + d*(p1 + d*q) with d = x - c. d is exact, but in the interval around 0 it has an error of up to half an ULP
 * of x. c is a quarter to half of the way into the interval, at a point where f and f' are nearly floats. The sum with
 * p0 is a hi/lo pair: below 0, where f grows eightfold within an interval, its rounding would count (2.2 ULP).
 *
 * The other lanes are special. Above 8: x - x*2*e^(-2x), which is x from 9.1 on. Below -8: x*w*(1 - w/2) with w = e^x
 * as in math/fast/exp.h (the next term is w^3/4); it is computed times 2^64 and scaled down by integer operations, as
 * it may be subnormal.
 *
 * Tables: docs/approximations/fast_mish.py; docs/approximations/fast_mish_search.c adjusted the last bits of the
 * coefficients. Largest error 1.537 ULP, at -0x1.7c28f4p+2 (all 2^32 inputs).
 */
#ifndef VACT_ACT_FAST_MISH_H
#define VACT_ACT_FAST_MISH_H

#include "loop/form.h"
#include "math/common/constants.h"
#include "math/fast/exp.h"
#include "math/fast/subnormal.h"

#define MISH_COMMON 8.0f

/* |x| <= 8. */
VACT_INLINE vf mish_near(vf x)
{
    _Alignas(32) static const unsigned char cells[16] = {0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 6, 7, 7, 7, 7};
#ifndef MATH_SHORT
    _Alignas(32) static const float centre[8] = {-0x1.e45c54p+2f, -0x1.53c488p+2f, -0x1.8931d6p+1f, -0x1.2c49aap+0f,
                                                 0x1.4p-24f,      0x1.eb8718p-1f,  0x1.39fd5ap+1f,  0x1.5c2e1ep+2f};
    _Alignas(32) static const float p0[8] = {0x1.0ece58p-11f, 0x1.437028p-8f, 0x1.72ccep-5f, 0x1.0d9186p-2f,
                                             0x1.333334p-1f,  0x1.b716fp-1f,  0x1.f99d4p-1f, 0x1.fffb1cp-1f};
    _Alignas(32) static const float p1[8] = {0x1.0ebc6ep-11f, 0x1.42a2d4p-8f, 0x1.6a085cp-5f, 0x1.c26e22p-3f,
                                             0x1.47ae14p-2f,  0x1.87c134p-3f, 0x1.75f754p-6f, 0x1.37a644p-14f};
    _Alignas(32) static const float p2[8] = {0x1.0e9898p-12f, 0x1.41082ep-9f,  0x1.588c9cp-6f,  0x1.1ff204p-4f,
                                             -0x1.0624f2p-6f, -0x1.796d0ap-4f, -0x1.453c18p-6f, -0x1.35b0b4p-14f};
    _Alignas(32) static const float p3[8] = {0x1.686cp-14f,   0x1.a7c3cap-11f, 0x1.9d0bc4p-8f, 0x1.18dc78p-10f,
                                             -0x1.77bcfcp-5f, 0x1.c2ef2ep-9f,  0x1.58dbe2p-7f, 0x1.99e052p-15f};
    _Alignas(32) static const float p4[8] = {0x1.67ae32p-16f, 0x1.9f37fap-13f, 0x1.41549cp-10f, -0x1.f6a2ccp-8f,
                                             -0x1.86b9fp-12f, 0x1.de9886p-7f,  -0x1.c8814cp-9f, -0x1.926a06p-16f};
    _Alignas(32) static const float p5[8] = {0x1.1e7eacp-18f, 0x1.3e9194p-15f, 0x1.c6147ap-14f, -0x1.71473cp-9f,
                                             0x1.0020fap-7f,  -0x1.155d98p-8f, 0x1.0cfff2p-11f, 0x1.343296p-17f};
    _Alignas(32) static const float p6[8] = {0x1.7ab60cp-21f, 0x1.82f008p-18f,  -0x1.a31c84p-16f, -0x1.a24e52p-14f,
                                             0x1.bd01dap-11f, -0x1.938a16p-10f, 0x1.44223ep-13f,  -0x1.928a52p-19f};
    _Alignas(32) static const float p7[8] = {0x1.b28c6cp-24f,  0x1.630abcp-21f, -0x1.f98d18p-17f, 0x1.467144p-12f,
                                             -0x1.49b384p-10f, 0x1.135acp-10f,  -0x1.002cb6p-13f, 0x1.eab21cp-21f};
    _Alignas(32) static const float p8[8] = {0x1.5553p-27f,    0x1.584c1ap-24f, -0x1.4ce0aap-18f, 0x1.08f892p-13f,
                                             -0x1.08279cp-12f, 0x1.464c9p-15f,  0x1.1d51ep-15f,   -0x1.cc972ep-23f};
    _Alignas(32) static const float p9[8] = {0x1.1904d2p-29f, -0x1.950714p-26f, -0x1.189f06p-21f, -0x1.04f42cp-17f,
                                             0x1.4f69e4p-13f, -0x1.2276e8p-13f, -0x1.e32fdp-19f,  0x1.996acep-26f};
#endif
    /* The factor is a little less than 15/16, so that 8 is in the last cell. */
    vi i = vi_look_up(cells, vf_bits(vf_fma(x, vf_set1(0x1.dffffep-1f), vf_set1(0x1.80001p+23f))));
#ifdef MATH_SHORT /* with fewer terms */
    return vf_mul(x, pieces_of(terms_mish_table + 1, TERMS_MISH, i, vf_sub(x, vf_look_up(terms_mish_table[0], i))));
#else
    vf d = vf_sub(x, vf_look_up(centre, i));
    vf q = vf_fma(vf_look_up(p9, i), d, vf_look_up(p8, i));
    q = vf_fma(q, d, vf_look_up(p7, i));
    q = vf_fma(q, d, vf_look_up(p6, i));
    q = vf_fma(q, d, vf_look_up(p5, i));
    q = vf_fma(q, d, vf_look_up(p4, i));
    q = vf_fma(q, d, vf_look_up(p3, i));
    q = vf_fma(q, d, vf_look_up(p2, i));
    vf slope = vf_fma(d, q, vf_look_up(p1, i)), outer = vf_look_up(p0, i);
    vf f = vf_fma(d, slope, outer);
    vf f_lo = vf_fma(d, slope, vf_sub(outer, f));
    return vf_copysign(vf_fma(x, f, vf_mul(x, f_lo)),
                       x); /* the sign of a zero: with a negative f_lo the sum of two zeros is +0 */
#endif
}

/* 2^(v - 126.957) within 3.1 %, for bits = 2^23*v: they are read as a float. That float is 2^(v - 127) for a whole v,
 * and up to 1.0615 times that in between; 2^0.043 halves the error. */
VACT_INLINE vf mish_near_power(vf bits) { return vf_of_bits(vi_round(bits)); }

/* For x > 8; a smaller x counts as 8. x*2*e^(-2x) is a few ULP at most; an error of 3 % in it is 0.06 ULP. */
VACT_INLINE vf mish_above(vf x)
{
    vf bounded = vf_min(vf_set1(16.0f), vf_max(vf_set1(MISH_COMMON), x));
    vf missing =
        mish_near_power(vf_fma(bounded, vf_set1(-0x1p+24f * MATH_LOG2E), vf_set1(0x1p+23f * (1.0f + 126.957f))));
    return vf_fnma(bounded, missing, x);
}

/* For x < -8; a larger x counts as -8. */
VACT_INLINE vf mish_below(vf x)
{
    vf bounded =
        vf_max(vf_set1(-110.0f), vf_min(vf_set1(-MISH_COMMON), x)); /* at -110 |x*e^x| < 2^-150, and the rounding error
                                                                       of no product is subnormal */
    fast_eighths e = fast_eighths_scaled(fast_exp_reduce(bounded));
    /* (1 + rise)*(1 - w/2) - 1, w = T*(1 + rise) */
    vf scale = vf_set1(-0x1p-65f);
    vf square = vf_fma(vf_fma(scale, e.rise, vf_set1(-0x1p-64f)), e.rise, scale);
    vf rise = vf_fma(e.power, square, e.rise);
    vf scaled = vf_mul(bounded, e.power);
    vf more = vf_fnma(scaled, rise, vf_fnma(bounded, e.power, scaled));
    return fast_minus_unscaled(vf_fnma(scaled, vf_set1(1.0f), more));
}

VACT_INLINE vf mish_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return mish_near(x);
}

/* Each form is computed in every lane, of the nearest x of its own, and selected there: so nothing overflows. */
VACT_INLINE vf mish_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm above = vm_lt(vf_set1(MISH_COMMON), x), below = vm_lt(x, vf_set1(-MISH_COMMON));
    vf near = vf_min(vf_set1(MISH_COMMON), vf_max(vf_set1(-MISH_COMMON), x));
    return vf_select(below, mish_below(x), vf_select(above, mish_above(x), mish_near(near)));
}

#define ACT_TWO_FORMS
VACT_INLINE act_range mish_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, MISH_COMMON};
}

#endif
