/*
 * The derivative of gelu_quick: s + p*s*(1 - s), p = 1.702x, s = sigmoid(p). As in math/fast/gradient_gate.h, with a
 * table of its own, whose argument is |x|: so 1.702 need not be a hi/lo pair but in special lanes.
 */
#ifndef VACT_ACT_BACKWARD_GELU_QUICK_H
#define VACT_ACT_BACKWARD_GELU_QUICK_H

#include "loop/form.h"
#include "math/common/gelu_quick.h"
#include "math/fast/gradient_gate.h"

#define GELU_QUICK_BACKWARD_COMMON 8.04f

/* The exact |x| is t - excess. */
VACT_INLINE vf_pair gelu_quick_backward_curve(vf t, vf excess)
{
    _Alignas(32) static const float centre[8] = {0x1.30d8e4p+1f, 0x1.e0da8p+1f,  0x1.3db6aap+2f, 0x1.8f48bcp+2f,
                                                 0x1.e97346p+2f, 0x1.351eeep-3f, 0x1.79d422p-1f, 0x1.68a864p+0f};
    _Alignas(32) static const float terms[10][8] = {
        {-0x1.a1332p-5f, -0x1.26687cp-7f, -0x1.a1d7ap-10f, -0x1.ed5f02p-13f, -0x1.c04e3p-16f, 0x1.7de6d2p-2f,
         0x1.45c1p-8f, -0x1.98f1p-4f},
        {0x1.bfe7fp-5f, 0x1.9653b4p-7f, 0x1.33af7ap-9f, 0x1.782f8ep-12f, 0x1.5dc1cap-15f, -0x1.a59198p-1f,
         -0x1.8726fap-2f, -0x1.f9eecap-13f},
        {-0x1.29b8f8p-6f, -0x1.0820a6p-7f, -0x1.b9f37p-10f, -0x1.1af41cp-12f, -0x1.0e9f34p-15f, 0x1.70adc8p-3f,
         0x1.b6a51ep-2f, 0x1.1035c2p-3f},
        {-0x1.a8d8cap-8f, 0x1.9a159ep-9f, 0x1.984d38p-11f, 0x1.16d6d2p-13f, 0x1.146718p-16f, 0x1.7c5876p-2f,
         -0x1.60dba4p-4f, -0x1.0125a8p-3f},
        {0x1.4802e6p-7f, -0x1.6c4968p-11f, -0x1.0b8612p-12f, -0x1.92a0aep-15f, -0x1.a23dcp-18f, -0x1.035f8p-3f,
         -0x1.125992p-3f, 0x1.82442p-5f},
        {-0x1.6ff4e2p-8f, 0x1.0eaed6p-17f, 0x1.fb92e6p-15f, 0x1.c1f8fap-17f, 0x1.f262bcp-20f, -0x1.2be692p-3f,
         0x1.8118a4p-4f, 0x1.5d3858p-8f},
        {0x1.ec1946p-10f, 0x1.1c355ep-14f, -0x1.3d3b66p-17f, -0x1.8e9a34p-19f, -0x1.e4c72ep-22f, 0x1.22a4b6p-4f,
         0x1.957002p-8f, -0x1.0160d2p-6f},
        {-0x1.3b4a34p-12f, -0x1.331e82p-15f, 0x1.a384bcp-22f, 0x1.16c33ap-21f, 0x1.8882p-24f, 0x1.d16aap-6f,
         -0x1.1e5a02p-5f, 0x1.0b606p-7f},
        {-0x1.3441a2p-15f, 0x1.2b61a2p-17f, 0x1.0a89b6p-22f, -0x1.18a00ap-24f, -0x1.08af66p-26f, -0x1.f05d9ep-4f,
         0x1.87ae2ap-7f, -0x1.c9aeecp-11f},
        {0x1.a85e18p-13f, -0x1.65e274p-18f, -0x1.5f6754p-22f, 0x1.cbcec6p-30f, 0x1.7122bep-29f, 0x1.ccda28p-2f,
         0x1.37c9cep-7f, -0x1.e44784p-10f}};
    vi interval = vf_bits(vf_fma(t, vf_set1(0x1.7d9d6ap-1f), vf_set1(0x1.fffffap+22f)));
    return gradient_polynomial(vf_sub(vf_sub(t, vf_look_up(centre, interval)), excess), interval, terms, 9);
}

VACT_INLINE vf gelu_quick_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    return gradient_reflected(sides, gelu_quick_backward_curve(gradient_magnitude(x), vf_set1(0.0f)));
}

VACT_INLINE vf gelu_quick_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf limit = vf_set1(GELU_QUICK_BACKWARD_COMMON), t = gradient_magnitude(x);
    vm far = vm_lt(limit, t);
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    vf_pair p = gelu_quick_exponent(vf_min(vf_set1(128.0f), t));
    return vf_select(far, gradient_far_gate(sides, p.hi, p.lo),
                     gradient_reflected(sides, gelu_quick_backward_curve(vf_min(limit, t), vf_set1(0.0f))));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range gelu_quick_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_QUICK_BACKWARD_COMMON};
}

#endif
