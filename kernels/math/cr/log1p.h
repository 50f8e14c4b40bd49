/*
 * log(1 + e) as a pair for 0 <= e <= 1, for the variant `cr`. Method: d = 1 + e, c one of sixteen numbers of eight bits
 * near 1/d, z = c*d - 1, |z| <= 0.0323, and log(d) = -log(c) + log(1 + z). For e below 0.032 c is 1 and z is e, so the
 * relative error is small there too. log(1 + z) = z + z^2*B, B = -1/2 + z*(1/3 + z*Q(z)), B in a pair. Constants:
 * docs/approximations/cr_exp.py.
 */
#ifndef VACT_MATH_CR_LOG1P_H
#define VACT_MATH_CR_LOG1P_H

#include "math/cr/round.h"

_Alignas(64) static const float cr_log_inverses[16] = {
    0x1p+0f,   0x1.ep-1f,  0x1.c4p-1f, 0x1.acp-1f, 0x1.98p-1f, 0x1.84p-1f, 0x1.7p-1f,  0x1.6p-1f,
    0x1.5p-1f, 0x1.44p-1f, 0x1.38p-1f, 0x1.2cp-1f, 0x1.2p-1f,  0x1.18p-1f, 0x1.0cp-1f, 0x1.04p-1f};
_Alignas(64) static const
    float cr_logs[16] = {0x0p+0f,        0x1.08598cp-4f, 0x1.fe8914p-4f, 0x1.6f0128p-3f, 0x1.d1038p-3f,  0x1.1bf996p-2f,
                         0x1.522aep-2f,  0x1.7fafa4p-2f, 0x1.af5296p-2f, 0x1.d49024p-2f, 0x1.fb358ap-2f, 0x1.11af82p-1f,
                         0x1.269622p-1f, 0x1.35028ap-1f, 0x1.4b6fd6p-1f, 0x1.5af406p-1f};
_Alignas(64) static const float cr_logs_low[16] = {
    0x0p+0f,          -0x1.4c38cp-29f,  -0x1.890aa6p-30f, 0x1.6ead58p-28f, -0x1.b3543p-28f, 0x1.ad35cap-29f,
    0x1.ce28f6p-28f,  -0x1.09fabap-28f, -0x1.b6e646p-27f, 0x1.b7be9ap-28f, 0x1.ef491p-27f,  0x1.e3ad54p-28f,
    -0x1.d9648ep-26f, 0x1.b3b19p-26f,   0x1.f2e184p-26f,  -0x1.e4db1p-28f};

VACT_INLINE vf_pair cr_log1p(vf_pair e)
{
    const vf one = vf_set1(1.0f), shift = vf_set1(0x1.8p+23f);
    const vf t = vf_fma(e.hi, vf_set1(15.49f), shift);
    const vi j = vf_bits(t);
    const vf c = vf_look_up_16(cr_log_inverses, j);
    const vf d = vf_add(one, e.hi), d_low = vf_sub(e.hi, vf_sub(d, one));
    const vf product = vf_mul(c, d), product_low = vf_fms(c, d, product);
    vf_pair z = cr_normal(vf_sub(product, one), vf_fma(c, d_low, product_low));
    z.lo = vf_fma(c, e.lo, z.lo);

    vf q = vf_fma(z.hi, vf_set1(0x1.24cf0ep-3f), vf_set1(-0x1.5599b2p-3f));
    q = vf_fma(vf_fma(z.hi, q, vf_set1(0x1.999998p-3f)), z.hi, vf_set1(-0x1.fffffep-3f));
    const vf p = vf_fma(z.hi, q, vf_set1(0x1.555556p-2f)), half = vf_set1(-0.5f);
    const vf b = vf_fma(z.hi, p, half), b_low = vf_fma(z.hi, p, vf_sub(half, b));
    const vf square = vf_mul(z.hi, z.hi), square_low = vf_fms(z.hi, z.hi, square);
    const vf rise = vf_fma(square, b, z.hi), rise_error = vf_fma(square, b, vf_sub(z.hi, rise));
    /* z.lo/(1 + z), z.lo up to 2^-18 of z */
    const vf slope = vf_fma(z.lo, vf_fnma(z.hi, square, vf_sub(square, z.hi)), z.lo);
    const vf rest = vf_add(vf_fma(square, b_low, vf_fma(square_low, b, rise_error)), slope);
    const vf sum = vf_add(vf_look_up_16(cr_logs, j), rise);
    const vf error = vf_sub(rise, vf_sub(sum, vf_look_up_16(cr_logs, j)));
    return (vf_pair){sum, vf_add(error, vf_add(rest, vf_look_up_16(cr_logs_low, j)))};
}

#endif
