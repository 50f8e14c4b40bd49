/*
 * The derivative of gelu_tanh: s + w*s*(1 - s), s = sigmoid(p), p = x*(c1 + c2*x^2), w = x*p', by
 * math/fast/gradient_normal.h with E(t) = t*h*ln(2)/C, h = k1 + k2*t^2, that is nearly p. k1 is so short that k1 - h is
 * exact for the h that occur, and h has a low part. Lanes with |x| > 9 are special: there 2^n takes two factors.
 */
#ifndef VACT_ACT_BACKWARD_GELU_TANH_H
#define VACT_ACT_BACKWARD_GELU_TANH_H

#include "loop/form.h"
#include "math/fast/gradient_normal.h"

#define GELU_TANH_BACKWARD_COMMON 9.0f

/* G(t), t <= 13 */
VACT_INLINE vf_pair gelu_tanh_backward_curve(vf t)
{
    _Alignas(32) static const float centre[8] = {0x1.206da6p+0f, 0x1.04cdaep+1f, 0x1.9a764ap+1f, 0x1.3c3118p+2f,
                                                 0x1.d1eb9ep+2f, 0x1.57e4f8p+3f, 0x1.206ec6p-2f, 0x1.4cccfcp-1f};
    _Alignas(32) static const float terms[8][8] = {
        {-0x1.71ccb8p-1f, -0x1.f004bap+1f, -0x1.653558p+3f, -0x1.05956ap+5f, -0x1.74d698p+6f, -0x1.19d602p+8f,
         0x1.c3f562p-2f, 0x1.1ba86ep-3f},
        {-0x1.31813cp+1f, -0x1.22584cp+2f, -0x1.07b35ap+3f, -0x1.14552p+4f, -0x1.1d0c62p+5f, -0x1.2f0deep+6f,
         -0x1.c69da2p-2f, -0x1.3aff66p+0f},
        {-0x1.365766p+0f, -0x1.3b734p+0f, -0x1.00c2c4p+1f, -0x1.961a04p+1f, -0x1.2b35f2p+2f, -0x1.b9b124p+2f,
         -0x1.dbfff6p-1f, -0x1.2c2748p+0f},
        {0x1.55974p-5f, -0x1.f7ae52p-4f, -0x1.fdd018p-3f, -0x1.b6ba3ap-3f, -0x1.b66718p-3f, -0x1.b665dcp-3f,
         -0x1.38307p-2f, -0x1.04db76p-3f},
        {0x1.1e4254p-5f, -0x1.294f5ap-4f, 0x1.0ccdf6p-7f, 0x1.b4a622p-13f, -0x1.0c3ab6p-20f, 0x1.6e3328p-18f,
         0x1.8f42fcp-4f, 0x1.02e9p-3f},
        {-0x1.a5afd8p-5f, 0x1.44fba4p-7f, 0x1.018576p-8f, -0x1.b30c3cp-13f, 0x1.9def1cp-22f, -0x1.7c90d8p-22f,
         0x1.583728p-5f, -0x1.9941dcp-7f},
        {0x1.1da2e6p-10f, 0x1.0ca168p-7f, -0x1.b32588p-9f, 0x1.1a749p-13f, 0x1.7ec25ep-22f, -0x1.0c5186p-19f,
         -0x1.418dd4p-6f, -0x1.934546p-6f},
        {0x1.82bb5ep-8f, -0x1.a70d6ep-9f, 0x1.7d032cp-11f, -0x1.44b0ap-15f, -0x1.26950cp-23f, 0x1.441084p-21f,
         -0x1.f1d21ep-8f, 0x1.bbea32p-9f}};
    vi interval = gradient_octave(vf_fma(t, vf_set1(0x1.276276p+0f), vf_set1(1.0f)));
    return gradient_polynomial(vf_sub(t, vf_look_up(centre, interval)), interval, terms, 7);
}

VACT_INLINE gradient_scaled gelu_tanh_backward_scaled(vf t)
{
    const vf k1 = vf_set1(0x1.99458p+1f), k2 = vf_set1(0x1.24cf26p-3f);
    vf_pair square = pair_product(t, t);
    vf h = vf_fma(k2, square.hi, k1);
    vf h_lo = vf_fma(k2, square.lo, vf_fma(k2, square.hi, vf_sub(k1, h)));
    vf shifted = gradient_shifted(vf_mul(t, h));
    vf w = vf_fma(t, h_lo, vf_fma(t, h, gradient_reduction(shifted)));
    return gradient_scaled_of(shifted, w, gelu_tanh_backward_curve(t));
}

VACT_INLINE vf gelu_tanh_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_scaled of = gelu_tanh_backward_scaled(gradient_magnitude(x));
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    return gradient_reflected_power(sides, of.g, vf_power_of_two(of.shifted));
}

/* From 12.89 on n is -251. */
VACT_INLINE vf gelu_tanh_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_scaled of = gelu_tanh_backward_scaled(vf_min(vf_set1(0x1.9cfcbep+3f), gradient_magnitude(x)));
    return gradient_reflected_scaled(gradient_sides_of(dy, vm_le(vf_set1(0.0f), x)), of.g, of.shifted);
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range gelu_tanh_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_TANH_BACKWARD_COMMON};
}

#endif
