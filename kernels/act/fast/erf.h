/*
 * erf: a polynomial on each of eight intervals, its coefficients by table look-up, as for tanh (math/fast/tanh.h). With
 * t = |x|, erf(t) = base + d*P(d), d = t - c exact. Next to 0, c is 0 and base is t, since erf(t) = t + 0.1284*t - ...;
 * in the others c was searched such that base = erf(c) is within 2^-33 of a float. base is the minimum of t and the
 * table's entry, as erf(c) is below its interval. Tables: docs/approximations/fast_erf.py.
 *
 * Largest error 0.8439 ULP, at 0x1.84363p-1 (all inputs); monotone.
 */
#ifndef VACT_ACT_FAST_ERF_H
#define VACT_ACT_FAST_ERF_H

VACT_INLINE vf erf_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
#ifdef MATH_SHORT /* the same with fewer terms, each piece in t itself (elem/terms_<type>.h) */
    return vf_flip_sign(terms_erf(vf_min(vf_set1(TERMS_ERF_MOST), vf_abs(x))), x);
#else
    _Alignas(32) static const float centre[8] = {0.0f,           0.0f,          0x1.b183eep-1f, 0x1.91676p+0f,
                                                 0x1.0b99a8p+1f, 0x1.4e80ap+1f, 0x1.915812p+1f, 0x1.d3a22ep+1f};
    _Alignas(32) static const float level[8] = {0x1p+0f,        0x1p+0f,        0x1.89a81p-1f,  0x1.f2629cp-1f,
                                                0x1.fe684ap-1f, 0x1.ffe344p-1f, 0x1.fffecap-1f, 0x1.fffff8p-1f};
    _Alignas(32) static const float p0[8] = {0x1.06eba8p-3f, 0x1.071062p-3f,  0x1.1a1466p-1f,  0x1.8b6e48p-4f,
                                             0x1.d37082p-7f, 0x1.3fed54p-10f, 0x1.fcac5cp-15f, 0x1.e3cc5ap-20f};
    _Alignas(32) static const float p1[8] = {0x1.d4adbap-23f, -0x1.1af74p-10f, -0x1.ddadfep-2f,  -0x1.3603bep-3f,
                                             -0x1.e89e8ap-6f, -0x1.a20848p-9f, -0x1.8eb13ap-13f, -0x1.b7e788p-18f};
    _Alignas(32) static const float p2[8] = {-0x1.8129ap-2f, -0x1.7a0f92p-2f, 0x1.465714p-4f,  0x1.0228fep-3f,
                                             0x1.2d8dep-5f,  0x1.517c58p-8f,  0x1.8b8d6ap-12f, 0x1.02e684p-16f};
    _Alignas(32) static const float p3[8] = {0x1.1c561ep-13f, -0x1.880abap-6f, 0x1.f329d6p-4f,   -0x1.8c2d4ap-5f,
                                             -0x1.d3b05ep-6f, -0x1.735318p-8f, -0x1.1513f4p-11f, -0x1.c67f3ep-16f};
    _Alignas(32) static const float p4[8] = {0x1.ca75acp-4f, 0x1.48d938p-3f, -0x1.0ee788p-4f, -0x1.eae7dep-8f,
                                             0x1.a434f4p-7f, 0x1.1efc5ep-8f, 0x1.1fd1bap-11f, 0x1.1adc06p-15f};
    _Alignas(32) static const float p5[8] = {0x1.5a5362p-9f,   -0x1.b83d66p-5f, -0x1.55c19cp-7f,  0x1.10920cp-6f,
                                             -0x1.293d86p-10f, -0x1.2cd40cp-9f, -0x1.cac6c2p-12f, -0x1.9bf07cp-16f};
    _Alignas(32) static const float p6[8] = {-0x1.ddd194p-6f, 0x1.a3ad32p-10f, 0x1.bbc7aep-7f,  -0x1.6967d6p-8f,
                                             -0x1.2d7524p-9f, 0x1.54c3b4p-11f, 0x1.10c3f6p-12f, 0x1.7bf01ap-16f};
    vf t = vf_min(vf_set1(0x1.f5c28ep+1f), vf_abs(x)); /* erf rounds to 1 from 3.9192 on; NaN stays NaN */
    vi i = vf_bits(vf_fma(t, vf_set1(0x1.e9cbc2p+0f), vf_set1(0x1p+23f)));
    vf d = vf_sub(t, vf_look_up(centre, i));
    vf p = vf_fma(vf_look_up(p6, i), d, vf_look_up(p5, i));
    p = vf_fma(p, d, vf_look_up(p4, i));
    p = vf_fma(p, d, vf_look_up(p3, i));
    p = vf_fma(p, d, vf_look_up(p2, i));
    p = vf_fma(p, d, vf_look_up(p1, i));
    p = vf_fma(p, d, vf_look_up(p0, i));
    return vf_flip_sign(vf_fma(d, p, vf_min(vf_look_up(level, i), t)), x);
#endif
}

#define ACT_CALLED VACT_NOINLINE static

#endif
