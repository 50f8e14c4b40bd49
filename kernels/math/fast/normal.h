/*
 * The lower tail of the standard normal of the `fast` variant, Phi(-t) = 2^-64 * 2^n * (1 + rest) for t in [0, 14.41],
 * with its relative accuracy everywhere.
 *
 * Phi(-t) = e^-G/2, G = t^2/2 + L(t), and L is as smooth as a logarithm: on each of eight intervals, which one
 * permutation tells apart, it is L(c) + d*P(d) with d = t - c and P of degree 5. No factor is left beside the
 * exponential then, no division and no product to round: only the argument G reduced by multiples of ln 2 must be known
 * to 2^-25. For that the centres c are floats at which 2*L(c), with the offset of the power of two, lies within 2^-29
 * of a multiple of 2^-15: `level`, which a multiple of the first part of 2*ln 2 leaves exactly. t^2 less that is one
 * rounding of a number below 1.5, and d*P(d) is below 0.6, so no term's rounding is large. The power n is chosen by
 * t^2 and the tangent at c, which is there before P and within 0.05 of G.
 *
 * The first centre is -2*10^-6 for the level's sake; for small t everything cancels but 2^63, and `rest` is -0.8*t.
 * docs/approximations/fast_normal.py makes the tables, docs/approximations/fast_normal_search.c has moved the last bits
 * of the polynomials to make the largest error of gelu smaller.
 */
#ifndef VACT_MATH_FAST_NORMAL_H
#define VACT_MATH_FAST_NORMAL_H

#define FAST_NORMAL_LIMIT 0x1.cdp+3f /* t*Phi(-t) is below 2^-150 from here on */

typedef struct {
    vf shifted; /* n + VF_POWER_SHIFT, n in [-87, 63] */
    vf rest;
} fast_normal;

VACT_INLINE fast_normal fast_normal_tail(vf t)
{
    _Alignas(32) static const float centre[8] = {0x1.351e76p+3f, 0x1.98e784p+3f, -0x1.04d234p-19f, 0x1.e23f3ap-1f,
                                                 0x1.107516p+1f, 0x1.ecaf52p+1f, 0x1.5efaf4p+2f,   0x1.c2ef26p+2f};
    /* Twice L(c) - 63*ln 2. */
    _Alignas(32) static const float level[8] = {-0x1.494ff8p+6f, -0x1.471c1p+6f,  -0x1.5d58ap+6f, -0x1.5868f8p+6f,
                                                -0x1.543fd8p+6f, -0x1.504988p+6f, -0x1.4dadap+6f, -0x1.4bc44p+6f};
    /* Twice the coefficients of P. */
    _Alignas(32) static const float p1[8] = {0x1.9f61cap-3f, 0x1.3cbbb8p-3f, 0x1.98846cp+0f, 0x1.12e53cp+0f,
                                             0x1.6f9d88p-1f, 0x1.dce52ap-2f, 0x1.5ff5b2p-2f, 0x1.17fd1ep-2f};
    _Alignas(32) static const float p2[8] = {-0x1.4a6562p-7f, -0x1.83526p-8f,  -0x1.741a9ap-2f, -0x1.a5f1fep-3f,
                                             -0x1.b61f2cp-4f, -0x1.9555d6p-5f, -0x1.cabee2p-6f, -0x1.27b5fep-6f};
    _Alignas(32) static const float p3[8] = {0x1.57a83p-11f, 0x1.381ec8p-12f, 0x1.29bec8p-4f, 0x1.4c16c2p-5f,
                                             0x1.29ba92p-6f, 0x1.a70054p-8f,  0x1.7b336ap-9f, 0x1.92c4a8p-10f};
    _Alignas(32) static const float p4[8] = {-0x1.8a037ep-15f, -0x1.17df88p-16f, -0x1.3c86ecp-7f,  -0x1.c009ap-8f,
                                             -0x1.878e8p-9f,   -0x1.ca94aap-11f, -0x1.4ffe8ap-12f, -0x1.2ad3c6p-13f};
    _Alignas(32) static const float p5[8] = {0x1.e64588p-19f, 0x1.0e0e02p-20f, 0x1.377d06p-13f, 0x1.aba878p-11f,
                                             0x1.d46f8cp-12f, 0x1.f159d6p-14f, 0x1.33f9bep-15f, 0x1.cc9ee2p-17f};
    _Alignas(32) static const float p6[8] = {-0x1.46782ep-22f, -0x1.012cf4p-24f, 0x1.76f58p-13f,   -0x1.a0385p-19f,
                                             -0x1.bf81e4p-15f, -0x1.0e3204p-16f, -0x1.17648ep-18f, -0x1.58e4e6p-20f};
    /* The intervals: a quarter of an octave of START + SLOPE*t each, the first cut short. */
    vi i = vi_of_bits(vf_fma(t, vf_set1(0x1.389374p-1f), vf_set1(0x1.99999ap+1f)));
    vf d = vf_sub(t, vf_look_up(centre, i));
    vf k = vf_look_up(level, i);
    vf tangent = vf_look_up(p1, i);
    vf p = vf_fma(vf_look_up(p6, i), d, vf_look_up(p5, i));
    p = vf_fma(p, d, vf_look_up(p4, i));
    p = vf_fma(p, d, vf_look_up(p3, i));
    p = vf_fma(p, d, vf_look_up(p2, i));
    p = vf_fma(p, d, tangent);

    fast_normal tail;
    vf twice = vf_fma(tangent, d, vf_fma(t, t, k));
    tail.shifted = vf_fma(twice, vf_set1(-0x1.715476p-1f), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(tail.shifted, vf_set1(VF_POWER_SHIFT));
    vf known = vf_fms(t, t, vf_fms(n, vf_set1(-0x1.62e4p+0f), k));
    vf r = vf_fma(vf_fma(p, d, known), vf_set1(-0.5f), vf_mul(n, vf_set1(-0x1.7f7d1cp-20f)));

    /* e^r - 1 = r + r^2*q(r) for r in [-0.348, 0.393], within 0.1 * 2^-24 of e^r. */
    vf square = vf_mul(r, r);
    vf q = vf_fma(vf_set1(0x1.729a22p-10f), r, vf_set1(0x1.125d88p-7f));
    vf low = vf_fma(vf_set1(0x1.55545ep-3f), r, vf_set1(0x1.000002p-1f));
    q = vf_fma(vf_fma(q, r, vf_set1(0x1.554f88p-5f)), square, low);
    tail.rest = vf_fma(square, q, r);
    return tail;
}

#endif
