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
    _Alignas(32) static const float centre[8] = {0x1.6300aap+0f, 0x1.04cdaep+1f, 0x1.9a764ap+1f, 0x1.3c3118p+2f,
                                                 0x1.d1eb9ep+2f, 0x1.57e4f8p+3f, 0x1.8f5d08p-3f, 0x1.4cccfcp-1f};
    _Alignas(32) static const float terms[9][8] = {{-0x1.6c9242p+0f, -0x1.f004bap+1f, -0x1.653558p+3f, -0x1.05956ap+5f,
                                                    -0x1.74d698p+6f, -0x1.19d602p+8f, 0x1.e46afap-2f, 0x1.1ba86ep-3f},
                                                   {-0x1.80f61cp+1f, -0x1.22584cp+2f, -0x1.07b35ap+3f, -0x1.14552p+4f,
                                                    -0x1.1d0c62p+5f, -0x1.2f0deep+6f, -0x1.28e082p-2f, -0x1.3aff66p+0f},
                                                   {-0x1.2ca512p+0f, -0x1.3b733cp+0f, -0x1.00c2c6p+1f, -0x1.961a04p+1f,
                                                    -0x1.2b35f2p+2f, -0x1.b9b124p+2f, -0x1.b14fd8p-1f, -0x1.2c2748p+0f},
                                                   {0x1.6ce2a2p-5f, -0x1.f7aedcp-4f, -0x1.fdd296p-3f, -0x1.b6bbb8p-3f,
                                                    -0x1.b66742p-3f, -0x1.b665dep-3f, -0x1.5750d6p-2f, -0x1.04db2ep-3f},
                                                   {-0x1.bdeaep-6f, -0x1.2956b2p-4f, 0x1.0cd98cp-7f, 0x1.b303fcp-13f,
                                                    -0x1.3d6f7p-20f, 0x1.6f92dcp-18f, 0x1.3c39fap-4f, 0x1.02ebp-3f},
                                                   {-0x1.50128p-5f, 0x1.45a2bep-7f, 0x1.037124p-8f, -0x1.8f1d36p-13f,
                                                    0x1.eae14cp-21f, -0x1.503d8p-22f, 0x1.a225e6p-5f, -0x1.9a58a2p-7f},
                                                   {0x1.8789e2p-7f, 0x1.0dd422p-7f, -0x1.b4c75cp-9f, 0x1.12ae38p-13f,
                                                    0x1.ab0fc4p-22f, -0x1.0fbee6p-19f, -0x1.d63324p-7f, -0x1.96f76p-6f},
                                                   {0x1.0bdc9p-8f, -0x1.bc8bdp-9f, 0x1.65c00cp-11f, -0x1.0fff32p-14f,
                                                    -0x1.94ca72p-22f, 0x1.39a19ap-21f, -0x1.fd6d1ep-8f, 0x1.fa78cep-9f},
                                                   {-0x1.1c7ce2p-9f, 0x1.1c786cp-13f, 0x1.02446p-15f, 0x1.109234p-16f,
                                                    0x1.15c7bap-24f, 0x1.56c83cp-27f, -0x1.6778d6p-8f, 0x1.9bfa02p-9f}};
    vi interval = gradient_octave(vf_fma(t, vf_set1(0x1.276276p+0f), vf_set1(1.0f)));
    return gradient_polynomial(vf_sub(t, vf_look_up(centre, interval)), interval, terms, 8);
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
