/*
 * dy*sigmoid(p), for the derivatives of log_sigmoid and softplus: g(|p|) for p < 0 and 1 - g(|p|) above, as in
 * math/fast/gradient_gate.h.
 */
#ifndef VACT_MATH_FAST_GRADIENT_TAIL_H
#define VACT_MATH_FAST_GRADIENT_TAIL_H

#include "math/fast/gradient.h"

/* Up to this t the table serves; its last interval ends at 8.1, where rounding may pass it. */
#define GRADIENT_TAIL_NEAR 8.09f

VACT_INLINE vf_pair gradient_near_tail(vf t, vf excess)
{
    _Alignas(32) static const float centre[8] = {0x1.39337ap+1f, 0x1.c1492cp+1f, 0x1.370aep+2f, 0x1.8d72c4p+2f,
                                                 0x1.e3d77p+2f,  0x1.9eb9bcp-4f, 0x1.7c31dp-1f, 0x1.6ae42ep+0f};
    _Alignas(32) static const float terms[8][8] = {
        {0x1.4650a6p-4f, 0x1.db9738p-6f, 0x1.f80286p-8f, 0x1.06caecp-9f, 0x1.10f09ap-11f, 0x1.e61a0ep-2f,
         0x1.4a2e7cp-2f, 0x1.8f74bap-3f},
        {-0x1.2c518ep-4f, -0x1.cdc90ep-6f, -0x1.f4223cp-8f, -0x1.06440ap-9f, -0x1.10cc3ap-11f, -0x1.feb0a4p-3f,
         -0x1.bf6f08p-3f, -0x1.418b18p-3f},
        {0x1.f8ef6ep-6f, 0x1.b2f9ccp-7f, 0x1.ec70e4p-9f, 0x1.0536d4p-10f, 0x1.10838ap-12f, 0x1.9d517cp-8f,
         0x1.3dc7bap-5f, 0x1.883904p-5f},
        {-0x1.c08904p-8f, -0x1.ff9436p-9f, -0x1.3e2748p-10f, -0x1.597d9cp-12f, -0x1.6a98dcp-14f, 0x1.51d6f4p-6f,
         0x1.72e2b2p-7f, -0x1.8db252p-10f},
        {0x1.4443ep-12f, 0x1.7fe7a4p-11f, 0x1.2a3e0ap-12f, 0x1.53e924p-14f, 0x1.690feap-16f, -0x1.151848p-10f,
         -0x1.5794dep-8f, -0x1.ce60dp-9f},
        {0x1.62c342p-12f, -0x1.f246b2p-15f, -0x1.9fac1p-15f, -0x1.06ee62p-16f, -0x1.1e2058p-18f, -0x1.0425eep-9f,
         -0x1.4f07fp-12f, 0x1.01d23cp-10f},
        {-0x1.1578a2p-13f, -0x1.0a11b4p-16f, 0x1.8628f2p-18f, 0x1.495e74p-19f, 0x1.7ad9ecp-21f, 0x1.e52ccep-13f,
         0x1.1e1c8cp-11f, 0x1.0fc3e4p-14f},
        {0x1.d38742p-18f, 0x1.2dac56p-17f, -0x1.68dbdep-25f, -0x1.569cacp-22f, -0x1.caa57ap-24f, -0x1.8266fp-12f,
         -0x1.099b32p-16f, -0x1.94ce8ep-14f}};
    vi interval = vf_bits(vf_fma(t, vf_set1(0x1.7b425ep-1f), vf_set1(0x1.fffffap+22f)));
    return gradient_polynomial(vf_sub(vf_sub(t, vf_look_up(centre, interval)), excess), interval, terms, 7);
}

/* From t = 8 on: z/(1 + z) is z*(1 - z + z^2) but for z^4. */
VACT_INLINE vf gradient_far_tail(gradient_sides s, vf t, vf t_lo)
{
    gradient_far e = gradient_far_of(t, t_lo);
    vf less = vf_fms(e.z, e.z, e.z);
    vf lo = vf_add(vf_fma(less, e.rise, less), e.rise);
    return gradient_reflected_scaled(s, (vf_pair){vf_set1(1.0f), lo}, e.shifted);
}

#endif
