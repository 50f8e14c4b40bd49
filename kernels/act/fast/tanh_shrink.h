/*
 * tanh_shrink: x - tanh(x).
 *
 * Up to |x| = 0.65 the difference would cancel: there it is x^3*(1/3 + x^2*G(x^2)), with the error of the cube
 * that its last rounding makes. Its product with the float 1/3 is rounded once, together with the small terms: G and
 * what the float lacks of 1/3. Above 0.65 it is a polynomial on each of eight intervals, as for tanh
 * (math/fast/tanh.h): level + d*P(d), d = x - c exact, c searched such that c - tanh(c) is within 2^-8 ULP of a float.
 * Coefficients: docs/approximations/fast_tanh_shrink.py.
 *
 * |x| > 9, where the result is x - 1, and tiny x are special. For a tiny x the cube of 2^40*x is computed, so that it
 * and the low parts are normal, and fast_scale_down ends it. So no operation meets a subnormal number, which takes
 * processors ten times as long.
 *
 * Largest error 1.588 ULP, at 0x1.70da0ep-13 (all inputs).
 */
#ifndef VACT_ACT_FAST_TANH_SHRINK_H
#define VACT_ACT_FAST_TANH_SHRINK_H

#include "loop/form.h"
#include "math/common/digits.h"
#include "math/common/horner.h"
#include "math/common/pair.h"
#include "math/fast/subnormal.h"

#define TANH_SHRINK_TINY 0x1p-14f /* up to here x^3/3 is right to 2^-29 */
#define TANH_SHRINK_LARGE 9.0f

/* a^3, given y = a*a. */
VACT_INLINE vf_pair tanh_shrink_cube(vf a, vf y)
{
    vf cube = vf_mul(a, y);
    return (vf_pair){cube, vf_fma(a, vf_fms(a, a, y), vf_fms(a, y, cube))};
}

/* a <= 0.6505. */
VACT_INLINE vf tanh_shrink_near(vf a)
{
    vf third = vf_set1(1.0f / 3.0f), y = vf_mul(a, a), cube = vf_mul(a, y);
    vf g =
        horner5(y, -0x1.21b91p-9f, 0x1.0eec38p-7f, -0x1.644344p-6f, 0x1.ba0226p-5f, -0x1.1110d6p-3f, -0x1.b1cc24p-27f);
    return vf_fma(cube, third, vf_fma(cube, g, vf_mul(vf_fms(a, y, cube), third)));
}

/* 0.6505 <= a <= TANH_SHRINK_LARGE. */
VACT_INLINE vf tanh_shrink_far(vf a)
{
    _Alignas(32) static const float centre[8] = {0x1.64be22p+0f, 0x1.f381e4p+0f, 0x1.58ede8p+1f, 0x1.e7adep+1f,
                                                 0x1.52bef4p+2f, 0x1.d1db8p+2f,  0x1.7c62cep-1f, 0x1.058fe2p+0f};
    _Alignas(32) static const float level[8] = {0x1.04e7ecp-1f, 0x1.fb4892p-1f, 0x1.b42f54p+0f, 0x1.67ce02p+1f,
                                                0x1.12bfc8p+2f, 0x1.91db84p+2f, 0x1.cad7f8p-4f, 0x1.012f84p-2f};
    _Alignas(32) static const float p0[8] = {0x1.900e14p-1f, 0x1.d843d4p-1f, 0x1.f6bcc6p-1f, 0x1.feff12p-1f,
                                             0x1.fff2c2p-1f, 0x1.ffffcp-1f,  0x1.979cb4p-2f, 0x1.300378p-1f};
    _Alignas(32) static const float p1[8] = {0x1.8bd0fp-3f,   0x1.314bf4p-4f,  0x1.25b04ap-6f, 0x1.00a902p-9f,
                                             0x1.a667d4p-14f, 0x1.f87526p-20f, 0x1.84e3fcp-2f, 0x1.408934p-2f};
    _Alignas(32) static const float p2[8] = {-0x1.91330ap-4f,  -0x1.767bc2p-5f,  -0x1.80980ap-7f, -0x1.55d368p-10f,
                                             -0x1.1be67cp-14f, -0x1.4fca4cp-20f, -0x1.3f28dcp-5f, -0x1.b161f6p-4f};
    _Alignas(32) static const float p3[8] = {0x1.68f686p-6f,  0x1.380328p-6f,  0x1.740d44p-8f,  0x1.569432p-11f,
                                             0x1.28ee78p-15f, 0x1.6c1018p-21f, -0x1.a1911cp-4f, -0x1.75d2b2p-6f};
    _Alignas(32) static const float p4[8] = {0x1.0bb63cp-7f,   -0x1.3af604p-8f,  -0x1.11425ap-9f, -0x1.0c3396p-12f,
                                             -0x1.cd292ep-17f, -0x1.2806a2p-22f, 0x1.056792p-4f,  0x1.6c0f18p-5f};
    _Alignas(32) static const float p5[8] = {-0x1.02dbcp-7f,  0x1.1bbd94p-12f, 0x1.ea159ep-12f, 0x1.043a2ep-14f,
                                             0x1.686142p-19f, 0x1.c9bdb6p-25f, -0x1.6007fap-9f, -0x1.610a46p-6f};
    vi i = vi_shift_right(vf_bits(vf_fma(a, vf_set1(0x1.cb0e3cp+0f), vf_set1(-0x1.5316d2p-3f))), 22);
    vf d = vf_sub(a, vf_look_up(centre, i));
    vf p = vf_fma(vf_look_up(p5, i), d, vf_look_up(p4, i));
    p = vf_fma(p, d, vf_look_up(p3, i));
    p = vf_fma(p, d, vf_look_up(p2, i));
    p = vf_fma(p, d, vf_look_up(p1, i));
    p = vf_fma(p, d, vf_look_up(p0, i));
    return vf_fma(d, p, vf_look_up(level, i));
}

/* TANH_SHRINK_TINY <= a <= TANH_SHRINK_LARGE. */
VACT_INLINE vf tanh_shrink_of_magnitude(vf a)
{
#ifdef MATH_SHORT
    return vf_mul(vf_mul(vf_mul(a, a), a), terms_tanh_shrink(a));
#else
    return vf_select(vm_lt(a, vf_set1(0.6505f)), tanh_shrink_near(a), tanh_shrink_far(a));
#endif
}

VACT_INLINE vf tanh_shrink_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_flip_sign(tanh_shrink_of_magnitude(vf_abs(x)), x);
}

/* a <= TANH_SHRINK_TINY. Computed times 2^120. */
VACT_INLINE vf tanh_shrink_of_tiny(vf a)
{
    vf third = vf_set1(1.0f / 3.0f), t = vf_mul(vf_max(vf_set1(0x1p-50f), a), vf_set1(0x1p+40f));
    vf_pair cube = tanh_shrink_cube(t, vf_mul(t, t));
    vf low = vf_fma(cube.hi, vf_set1(-0x1.555556p-27f), vf_mul(cube.lo, third));
    return fast_scale_down(vf_fma(cube.hi, third, low), 0x1p+29f, 1.0f);
}

/* a > TANH_SHRINK_LARGE. */
VACT_INLINE vf tanh_shrink_of_large(vf a)
{
#ifdef MATH_SHORT
    return terms_tanh_shrink_of_large(a);
#else
    return vf_sub(a, vf_set1(1.0f));
#endif
}

VACT_INLINE vf tanh_shrink_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf a = vf_abs(x), least = vf_set1(TANH_SHRINK_TINY), large = vf_set1(TANH_SHRINK_LARGE);
    vf of_tiny = tanh_shrink_of_tiny(vf_min(least, a));
    vf y = tanh_shrink_of_magnitude(vf_min(large, vf_max(least, a)));
    y = vf_select(vm_lt(large, a), tanh_shrink_of_large(a), vf_select(vm_lt(a, least), of_tiny, y));
    return vf_flip_sign(vf_or_nan(y, x), x);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range tanh_shrink_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){TANH_SHRINK_TINY, TANH_SHRINK_LARGE};
}

#endif
