/*
 * S(t) = 1 - (1 - e^-t)/t for t >= 0, from 0 to 1: e^-t - 1 + t = t*S(t), without the cancellation of the left side.
 *
 * A polynomial on each of eight intervals, its coefficients by table look-up: level + d*P(d), d = t - c exact, c
 * searched such that level = S(c) is within 2^-37 of a float. P's constant is a hi/lo pair, and so is each of the last
 * three sums: so the result is a pair that is right to 2^-30. From 20.5 on e^-t does not count: it is 1 - 1/t, by a
 * division. (The tables end at 20.75, where the number of t's interval is that of the first.) Tables:
 * docs/approximations/fast_xielu.py.
 */
#ifndef VACT_MATH_FAST_EXP_SHARE_H
#define VACT_MATH_FAST_EXP_SHARE_H

#include "math/common/pair.h"

#define FAST_SHARE_NEAR 20.5f

/* t <= FAST_SHARE_NEAR */
VACT_INLINE vf_pair fast_exp_share(vf t)
{
    _Alignas(32) static const float centre[8] = {0x1.c2282ep+0f, 0x1.94f326p+1f, 0x1.5196a8p+2f, 0x1.02a10cp+3f,
                                                 0x1.89ce3cp+3f, 0x1.1ef942p+4f, 0.0f,           0x1.67c66cp-1f};
    _Alignas(32) static const float level[8] = {0x1.0f00ecp-1f, 0x1.6500eap-1f, 0x1.9f6e94p-1f, 0x1.c0ab9p-1f,
                                                0x1.d6655ap-1f, 0x1.e3742ep-1f, 0.0f,           0x1.20733p-2f};
    _Alignas(32) static const float p0[8] = {0x1.5b845p-3f,  0x1.5136a6p-4f, 0x1.1cf7cep-5f, 0x1.f43c52p-7f,
                                             0x1.b0b3f6p-8f, 0x1.97712p-9f,  0x1p-1f,        0x1.450dbcp-2f};
    _Alignas(32) static const float p0_lo[8] = {0x1.b3e5e8p-28f, -0x1.611ee8p-34f, 0x1.18e40ap-30f,  0x1.137a88p-33f,
                                                0x1.51e738p-36f, -0x1.aeef7p-34f,  -0x1.5fcfeap-49f, 0x1.768a74p-28f};
    _Alignas(32) static const float p1[8] = {-0x1.852208p-5f,  -0x1.3ce714p-6f,  -0x1.9064f8p-8f, -0x1.ea23a6p-10f,
                                             -0x1.19307ep-11f, -0x1.6b7702p-13f, -0x1.555556p-3f, -0x1.96eb14p-4f};
    _Alignas(32) static const float p2[8] = {0x1.5e013p-7f,   0x1.fd79b4p-9f,  0x1.053afap-10f, 0x1.d7cb9cp-13f,
                                             0x1.6d1726p-15f, 0x1.443b8ep-17f, 0x1.5555e8p-5f,  0x1.87c8b2p-6f};
    _Alignas(32) static const float p3[8] = {-0x1.04ff78p-9f,  -0x1.6046fep-11f, -0x1.3765p-13f,  -0x1.b845acp-16f,
                                             -0x1.d8a28cp-19f, -0x1.213802p-21f, -0x1.113b04p-7f, -0x1.319eep-8f};
    _Alignas(32) static const float p4[8] = {0x1.4b196ep-12f, 0x1.a7ca02p-14f, 0x1.504e1p-16f, 0x1.88cf76p-19f,
                                             0x1.2ebd6cp-22f, 0x1.01aa26p-25f, 0x1.77205p-10f, 0x1.90581cp-11f};
    _Alignas(32) static const float p5[8] = {-0x1.6c76ecp-15f, -0x1.c13144p-17f, -0x1.4940cep-19f, -0x1.4bdf06p-22f,
                                             -0x1.804b96p-26f, -0x1.cb336cp-30f, -0x1.8c16acp-12f, -0x1.cd46ccp-14f};
    _Alignas(32) static const float p6[8] = {0x1.66a33ep-18f, 0x1.ab774ap-20f, 0x1.318982p-22f, 0x1.110e16p-25f,
                                             0x1.0a7b44p-29f, 0x1.b08784p-34f, 0x1.a42608p-12f, 0x1.a6c11ap-17f};
    _Alignas(32) static const float p7[8] = {-0x1.4789f2p-21f, -0x1.5e565p-23f,  -0x1.f1503p-26f,  -0x1.93c6fp-29f,
                                             -0x1.483a88p-33f, -0x1.82e198p-38f, -0x1.45ef26p-12f, 0x1.eb58ep-18f};
    vi i = vi_shift_right(vf_bits(vf_fma(t, vf_set1(0x1.6bf3aap-1f), vf_set1(1.25f))), 22);
    vf d = vf_sub(t, vf_look_up(centre, i)), base = vf_look_up(level, i), first = vf_look_up(p0, i);
    vf p = vf_fma(vf_look_up(p7, i), d, vf_look_up(p6, i));
    p = vf_fma(p, d, vf_look_up(p5, i));
    p = vf_fma(p, d, vf_look_up(p4, i));
    p = vf_fma(p, d, vf_look_up(p3, i));
    p = vf_fma(p, d, vf_look_up(p2, i));
    vf second = vf_look_up(p1, i), bend = vf_fma(p, d, second), bend_lo = vf_fma(p, d, vf_sub(second, bend));
    vf slope = vf_fma(bend, d, first);
    vf slope_lo = vf_fma(bend_lo, d, vf_fma(bend, d, vf_sub(first, slope)));
    slope_lo = vf_add(slope_lo, vf_look_up(p0_lo, i));
    vf_pair share;
    share.hi = vf_fma(d, slope, base);
    share.lo = vf_fma(d, slope_lo, vf_fma(d, slope, vf_sub(base, share.hi)));
    return share;
}

/* FAST_SHARE_NEAR <= t <= FLT_MAX */
VACT_INLINE vf_pair fast_exp_share_far(vf t)
{
    const vf one = vf_set1(1.0f);
    vf inverse = vf_div(one, t), rest = vf_fnma(inverse, t, one);
    vf_pair share;
    share.hi = vf_sub(one, inverse);
    share.lo = vf_fnma(rest, inverse, vf_sub(vf_sub(one, share.hi), inverse));
    return share;
}

#endif
