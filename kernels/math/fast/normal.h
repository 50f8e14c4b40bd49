/*
 * The lower tail of the standard normal of the `fast` variant, Phi(-t) = 2^-64 * 2^n * (1 + rest) for t in [0, 14.41],
 * with its relative accuracy everywhere.
 *
 * Phi(-t) = e^-G/2, G = t^2/2 + L(t), and L is as smooth as a logarithm: on each of eight intervals, which one
 * permutation tells apart, it is L(c) + d*P(d) with d = t - c and P of degree 5. No factor is left beside the
 * exponential then, no division and no product to round: only G less its multiple of ln 2 must be known to 2^-25. For
 * that the centres c are floats at which 2*L(c), with the offset of the power of two, lies within 2^-29 of a multiple
 * of 2^-15: `level`, which a multiple of the first part of 2*ln 2 leaves exactly. t^2 less that is one rounding of a
 * small number, of 1.4 at most; it is the largest error here where it exceeds 1. The power n is chosen by t^2 and the
 * tangent at c, which is there before P and within 0.1 of G.
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
    _Alignas(32) static const float centre[8] = {0x1.8b0224p+3f, -0x1.04d234p-19f, 0x1.3c837ap+0f, 0x1.1ac0b4p+1f,
                                                 0x1.d1f58cp+1f, 0x1.659c3ap+2f,   0x1.e23ap+2f,   0x1.2f3a2cp+3f};
    /* Twice L(c) - 63*ln 2. */
    _Alignas(32) static const float level[8] = {-0x1.4762p+6f,  -0x1.5d58ap+6f,  -0x1.57367p+6f,  -0x1.540568p+6f,
                                                -0x1.50af6p+6f, -0x1.4d8978p+6f, -0x1.4b3f98p+6f, -0x1.49769p+6f};
    /* Twice the coefficients of d*P(d). */
    _Alignas(32) static const float p1[8] = {0x1.479a18p-3f, 0x1.98846ep+0f, 0x1.ecb81ep-1f, 0x1.66fb9ep-1f,
                                             0x1.f2f392p-2f, 0x1.5a1d04p-2f, 0x1.06fabep-2f, 0x1.a71ff4p-3f};
    _Alignas(32) static const float p2[8] = {-0x1.9e0786p-8f, -0x1.741b3ep-2f, -0x1.63753cp-3f, -0x1.a4a016p-4f,
                                             -0x1.b86c1p-5f,  -0x1.bc582ap-6f, -0x1.05e3ep-6f,  -0x1.5694c6p-7f};
    _Alignas(32) static const float p3[8] = {0x1.588822p-12f, 0x1.29cf12p-4f, 0x1.0fd98p-5f,   0x1.1a7884p-6f,
                                             0x1.da61b4p-8f,  0x1.6a46aep-9f, 0x1.5188eep-10f, 0x1.6a8738p-11f};
    _Alignas(32) static const float p4[8] = {-0x1.3ee474p-16f, -0x1.3dd1d2p-7f,  -0x1.7342d6p-8f,  -0x1.70fb36p-9f,
                                             -0x1.085e2ep-10f, -0x1.3d380ep-12f, -0x1.db971ap-14f, -0x1.a72596p-15f};
    _Alignas(32) static const float p5[8] = {0x1.3ec6fp-20f,  0x1.84f26ap-13f, 0x1.8c26a4p-11f, 0x1.b5686cp-12f,
                                             0x1.269d0cp-13f, 0x1.2058c6p-15f, 0x1.5e9ff6p-17f, 0x1.0438e2p-18f};
    _Alignas(32) static const float p6[8] = {-0x1.34de8p-24f, 0x1.6786dcp-13f,  -0x1.ad573ap-15f, -0x1.a1e0ecp-15f,
                                             -0x1.21ccep-16f, -0x1.f1f2c4p-19f, -0x1.efc228p-21f, -0x1.44719ep-22f};
    /* The intervals: a quarter of an octave of START + SLOPE*t each, the first cut short. */
    vi i = vi_of_bits(vf_fma(t, vf_set1(0x1.06f694p-1f), vf_set1(0x1.4cccccp+1f)));
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
    vf twice_r = vf_fma(p, d, known);
    vf last = vf_mul(n, vf_set1(-0x1.7f7d1cp-20f));

    /* e^r - 1 = r + r^2*q(r) for r in [-0.348, 0.42], within 0.10 * 2^-24 of e^r; r itself unrounded but for its parts.
     */
    vf r = vf_fma(twice_r, vf_set1(-0.5f), last);
    vf square = vf_mul(r, r);
    vf q = vf_fma(vf_set1(0x1.76f73cp-10f), r, vf_set1(0x1.126d2p-7f));
    vf low = vf_fma(vf_set1(0x1.55543ep-3f), r, vf_set1(0x1.000004p-1f));
    q = vf_fma(vf_fma(q, r, vf_set1(0x1.554a4cp-5f)), square, low);
    tail.rest = vf_fma(twice_r, vf_set1(-0.5f), vf_fma(square, q, last));
    return tail;
}

#endif
