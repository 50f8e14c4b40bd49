/*
 * The derivative of gelu_quick: s + p*s*(1 - s), p = 1.702x, s = sigmoid(p). As in math/fast/gradient_gate.h, with a
 * table of its own, whose argument is |x|: so 1.702 need not be a hi/lo pair but in special lanes.
 */
#ifndef VACT_ACT_BACKWARD_GELU_QUICK_H
#define VACT_ACT_BACKWARD_GELU_QUICK_H

#include "loop/form.h"
#include "math/common/gelu_quick.h"
#include "math/fast/gradient_gate.h"

#define GELU_QUICK_BACKWARD_COMMON 8.05f

VACT_INLINE vf_pair gelu_quick_backward_curve(vf t)
{
    _Alignas(32) static const float centre[8] = {0x1.374562p+1f, 0x1.be8244p+1f, 0x1.4201bp+2f,  0x1.97de52p+2f,
                                                 0x1.edbf2cp+2f, 0x1.351eeep-3f, 0x1.79d422p-1f, 0x1.68a864p+0f};
    _Alignas(32) static const float terms[10][8] = {
        {-0x1.8b1a2ep-5f, -0x1.a88be2p-7f, -0x1.7a7dfap-10f, -0x1.91fec6p-13f, -0x1.93b3fap-16f, 0x1.7de6d2p-2f,
         0x1.45c1p-8f, -0x1.98f1p-4f},
        {0x1.b09a72p-5f, 0x1.1dfa22p-6f, 0x1.1760ccp-9f, 0x1.335776p-12f, 0x1.3b3a9p-15f, -0x1.a59198p-1f,
         -0x1.8726fap-2f, -0x1.f9eecap-13f},
        {-0x1.37593ep-6f, -0x1.6453bp-7f, -0x1.92a06ep-10f, -0x1.cfebccp-13f, -0x1.e84ffap-16f, 0x1.70adc8p-3f,
         0x1.b6a51ep-2f, 0x1.1035c2p-3f},
        {-0x1.2e1e3cp-8f, 0x1.f82cdcp-9f, 0x1.75cf2p-11f, 0x1.cb3634p-14f, 0x1.f35e62p-17f, 0x1.7c5876p-2f,
         -0x1.60dba4p-4f, -0x1.0125a8p-3f},
        {0x1.1c20e2p-7f, -0x1.3c6e4p-11f, -0x1.edd12cp-13f, -0x1.4d8cd4p-15f, -0x1.7a66bcp-18f, -0x1.035f8p-3f,
         -0x1.125992p-3f, 0x1.82442p-5f},
        {-0x1.4be9eap-8f, -0x1.637876p-13f, 0x1.dbf466p-15f, 0x1.780e22p-17f, 0x1.c3d01cp-20f, -0x1.2be692p-3f,
         0x1.8118a4p-4f, 0x1.5d3858p-8f},
        {0x1.d06272p-10f, 0x1.562e1p-13f, -0x1.366d28p-17f, -0x1.51b2eep-19f, -0x1.b8e562p-22f, 0x1.22a4b6p-4f,
         0x1.957002p-8f, -0x1.0160d2p-6f},
        {-0x1.3aea88p-12f, -0x1.23ebeap-14f, 0x1.026f76p-21f, 0x1.e264f4p-22f, 0x1.662d3ep-24f, 0x1.d16aap-6f,
         -0x1.1e5a02p-5f, 0x1.0b606p-7f},
        {0x1.994f42p-15f, 0x1.6dbd98p-16f, 0x1.239dcp-24f, -0x1.0f72fap-24f, -0x1.d81526p-27f, -0x1.f05d9ep-4f,
         0x1.87ae2ap-7f, -0x1.c9aeecp-11f},
        {0x1.a22f7cp-13f, -0x1.654536p-18f, -0x1.57cd78p-22f, 0x1.0a383p-29f, 0x1.792d28p-29f, 0x1.ccda28p-2f,
         0x1.37c9cep-7f, -0x1.e44784p-10f}};
    vi interval = vf_bits(vf_fma(t, vf_set1(0x1.7d9d6ap-1f), vf_set1(0x1.fffffap+22f)));
    return gradient_polynomial(vf_sub(t, vf_look_up(centre, interval)), interval, terms, 9);
}

VACT_INLINE vf gelu_quick_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    return gradient_reflected(sides, gelu_quick_backward_curve(gradient_magnitude(x)));
}

VACT_INLINE vf gelu_quick_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf limit = vf_set1(GELU_QUICK_BACKWARD_COMMON), t = gradient_magnitude(x);
    vm far = vm_lt(limit, t);
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    vf_pair p = gelu_quick_exponent(vf_min(vf_set1(128.0f), t));
    return vf_select(far, gradient_far_gate(sides, p.hi, p.lo),
                     gradient_reflected(sides, gelu_quick_backward_curve(vf_min(limit, t))));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range gelu_quick_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_QUICK_BACKWARD_COMMON};
}

#endif
