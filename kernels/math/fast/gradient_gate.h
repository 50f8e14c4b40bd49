/*
 * dy*silu'(p), for silu and swish, without an exponential or a division where |p| is of usual size:
 * silu'(p) is g(|p|) for p < 0 and 1 - g(|p|) above, and g is a polynomial on each of eight intervals, its coefficients
 * by table look-up. The low bits of a float near 2^23 number the intervals: in halves below 2^23, in wholes above.
 *
 * The exact |p| is t - excess, or t + t_lo. Tables: docs/approximations/fast_gradient.py.
 */
#ifndef VACT_MATH_FAST_GRADIENT_GATE_H
#define VACT_MATH_FAST_GRADIENT_GATE_H

#include "math/fast/gradient.h"

/* Up to this t the table of gradient_near_gate serves; its last interval ends at 8.1, where rounding may pass it. */
#define GRADIENT_GATE_NEAR 8.09f

VACT_INLINE vf_pair gradient_near_gate(vf t, vf excess)
{
    _Alignas(32) static const float centre[8] = {0x1.a5cbc6p+1f, 0x1.28e9ecp+2f, 0x1.909624p+2f, 0x1.eed898p+2f,
                                                 0x1.07eac8p-3f, 0x1.8bdff6p-1f, 0x1.8272e6p+0f, 0x1.0ca546p+1f};
    _Alignas(32) static const float terms[8][8] = {
        {-0x1.3eb652p-4f, -0x1.19e472p-5f, -0x1.484496p-7f, -0x1.82a044p-9f, 0x1.be33fp-2f, 0x1.30983ep-3f,
         -0x1.5e6c9ap-5f, -0x1.84ff38p-4f},
        {0x1.2b2434p-5f, 0x1.8c293cp-6f, 0x1.08743cp-7f, 0x1.48d3a8p-9f, -0x1.fbc43p-2f, -0x1.7b7a3cp-2f,
         -0x1.3acd68p-3f, -0x1.1e9fbep-5f},
        {0x1.8376d8p-9f, -0x1.bd1d84p-8f, -0x1.8f815ep-9f, -0x1.0ec3c8p-10f, 0x1.05bbf4p-5f, 0x1.273f3ep-3f,
         0x1.0934fp-3f, 0x1.251746p-4f},
        {-0x1.0360e6p-7f, 0x1.af428ep-12f, 0x1.6412e2p-11f, 0x1.1af8dep-12f, 0x1.4ce5dp-4f, 0x1.afd032p-6f,
         -0x1.e2aadep-6f, -0x1.01a85ep-5f},
        {0x1.bcd1a2p-9f, 0x1.947456p-12f, -0x1.58d58p-14f, -0x1.9774b6p-15f, -0x1.031996p-7f, -0x1.be6b88p-6f,
         -0x1.fefa68p-8f, 0x1.06aa6ep-8f},
        {-0x1.8bc78ep-11f, -0x1.742e48p-13f, -0x1.149efep-19f, 0x1.8837aap-18f, -0x1.88097ep-7f, 0x1.32482ap-10f,
         0x1.8b36dep-8f, 0x1.f33a04p-10f},
        {0x1.9a42d8p-15f, 0x1.79e6a6p-15f, 0x1.9fba78p-19f, -0x1.92a162p-22f, 0x1.f24392p-11f, 0x1.b93c6ap-9f,
         -0x1.a830b2p-11f, -0x1.14ee2ep-10f},
        {0x1.c9856ep-15f, -0x1.081d66p-17f, -0x1.d5dc4ep-20f, -0x1.324366p-23f, 0x1.9ec23p-9f, -0x1.4038a4p-11f,
         -0x1.da9442p-12f, 0x1.950346p-13f}};
    vi interval = vf_bits(vf_fma(t, vf_set1(0x1.5ba782p-1f), vf_set1(0x1.fffff8p+22f)));
    return gradient_polynomial(vf_sub(vf_sub(t, vf_look_up(centre, interval)), excess), interval, terms, 7);
}

/* From t = 8 on: with m = 1 - t and z = e^-t, g = z*(m + z)/(1 + z)^2 is z*(m + (z - 3/2*z^2)*(1 - 2m)) but for z^3/2.
 */
VACT_INLINE vf gradient_far_gate(gradient_sides s, vf t, vf t_lo)
{
    const vf one = vf_set1(1.0f);
    gradient_far e = gradient_far_of(t, t_lo);
    vf m = vf_sub(one, e.t);
    vf m_lo = vf_sub(vf_sub(vf_sub(one, m), e.t), t_lo);
    vf curve = vf_fnma(vf_mul(vf_set1(1.5f), e.z), e.z, e.z);
    vf more = vf_fma(curve, vf_fnma(vf_set1(2.0f), m, one), m_lo);
    return gradient_reflected_scaled(s, (vf_pair){m, vf_fma(e.rise, vf_add(m, more), more)}, e.shifted);
}

#endif
