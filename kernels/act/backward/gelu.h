/*
 * The derivative of gelu: Phi(x) + x*phi(x), by math/fast/gradient_normal.h with E(t) = t^2*ln(2)/C, that is nearly
 * t^2/2. Lanes with |x| > 11 are special: there 2^n takes two factors.
 */
#ifndef VACT_ACT_BACKWARD_GELU_H
#define VACT_ACT_BACKWARD_GELU_H

#include "loop/form.h"
#include "math/fast/gradient_normal.h"

#define GELU_BACKWARD_COMMON 11.0f

/* G(t), t <= 18.7 */
VACT_INLINE vf_pair gelu_backward_curve(vf t)
{
    _Alignas(32) static const float centre[8] = {0x1.7efa6ep+0f, 0x1.7700b2p+1f, 0x1.27362ap+2f, 0x1.d6bddcp+2f,
                                                 0x1.5f1026p+3f, 0x1.074c88p+4f, 0x1.9ee5d6p-2f, 0x1.aeda6p-1f};
    _Alignas(32) static const float terms[8][8] = {
        {-0x1.8f3b3ep-2f, -0x1.095ccep+0f, -0x1.b9218ep+0f, -0x1.5ed6p+1f, -0x1.f14066p+1f, -0x1.46232ap+2f,
         0x1.aeba78p-3f, -0x1.9f0d44p-5f},
        {-0x1.f31bd4p-2f, -0x1.b3db0cp-2f, -0x1.9239c8p-2f, -0x1.65663cp-2f, -0x1.201e7ap-2f, -0x1.4237e4p-3f,
         -0x1.4b60ep-1f, -0x1.1d7d92p-1f},
        {0x1.2eda2ep-5f, 0x1.a5345p-7f, 0x1.0a84f6p-7f, 0x1.125846p-7f, 0x1.525144p-7f, 0x1.857128p-7f, 0x1.167b2cp-3f,
         0x1.390d06p-4f},
        {-0x1.8f5b5cp-7f, -0x1.15d114p-9f, -0x1.188418p-12f, 0x1.5c83dcp-13f, 0x1.561c5cp-13f, 0x1.3f2afp-16f,
         -0x1.05c468p-4f, -0x1.01636cp-5f},
        {0x1.0eaeb6p-8f, 0x1.3aed7ep-11f, 0x1.ba4efp-14f, 0x1.2baadep-17f, -0x1.4869fcp-18f, -0x1.ddff2p-18f,
         0x1.bfadcap-6f, 0x1.8ea114p-7f},
        {-0x1.4bb004p-10f, -0x1.288d1ap-13f, -0x1.4a350ep-16f, -0x1.010478p-19f, -0x1.0fc542p-22f, 0x1.0125bp-26f,
         -0x1.5b223ap-7f, -0x1.1a5322p-8f},
        {0x1.5f8268p-12f, 0x1.0c44bp-15f, 0x1.c44f98p-19f, 0x1.c8b56ap-23f, 0x1.68a8eap-26f, 0x1.1aae06p-28f,
         0x1.f2b68ap-9f, 0x1.74e89ep-10f},
        {-0x1.ca2cbcp-15f, -0x1.7dd748p-18f, -0x1.ad5f2ap-22f, -0x1.41c108p-26f, -0x1.7e08c2p-30f, -0x1.7b5abep-36f,
         -0x1.b00a18p-10f, -0x1.85345p-12f}};
    vi interval = gradient_octave(vf_fma(t, vf_set1(0x1.9ab1f8p-1f), vf_set1(1.0f)));
    return gradient_polynomial(vf_sub(t, vf_look_up(centre, interval)), interval, terms, 7);
}

VACT_INLINE gradient_scaled gelu_backward_scaled(vf t)
{
    vf shifted = gradient_shifted(vf_mul(t, t));
    return gradient_scaled_of(shifted, vf_fma(t, t, gradient_reduction(shifted)), gelu_backward_curve(t));
}

VACT_INLINE vf gelu_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_scaled of = gelu_backward_scaled(gradient_magnitude(x));
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    return gradient_reflected_power(sides, of.g, vf_power_of_two(of.shifted));
}

/* From 18.67 on n is -251. */
VACT_INLINE vf gelu_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_scaled of = gelu_backward_scaled(vf_min(vf_set1(0x1.2abcp+4f), gradient_magnitude(x)));
    return gradient_reflected_scaled(gradient_sides_of(dy, vm_le(vf_set1(0.0f), x)), of.g, of.shifted);
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range gelu_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_BACKWARD_COMMON};
}

#endif
