/*
 * The lower tail of the standard normal of the `fast` variant, Phi(-t) = 2^-64 * 2^n * (1 + rest) for t in [0, 14.41],
 * accurate relative to Phi(-t) everywhere.
 *
 * Phi(-t) = e^-G with G = t^2/2 + L(t), and L is as smooth as a logarithm. So there is no factor beside the
 * exponential, no division and no product to round; only G reduced by a multiple of ln 2 must be right to 2^-25. The
 * reduction is w = t^2 + M(t) - m*C. C has 15 bits and is within 1.5 % of 2*ln 2, so that m*C is exact and no second
 * part of ln 2 is needed. The 1.5 % cost nothing: they are in the coefficients of M, otherwise 2*L, and in those of
 * e^(-w*ln(2)/C) - 1, the first of which is within 2^-33 of a float.
 *
 * M = level + d*P(d), d = t - c, P of degree 4 on each of ten intervals. The low bits of the float 2^23 - 2.5 +
 * 0.4746*t number the intervals: in halves below 2^23, where L bends more, in wholes above. One table look-up serves
 * the eight intervals up to t = 10.5, another the two beyond, which are special lanes of gelu. Each centre c is a float
 * at which M is within 2^-29 of a multiple of 2^-16, `level`. So level - m*C is exact, and adding t^2 rounds once, to a
 * number that rarely exceeds 1. n comes from t^2 and the tangent at c, which are ready before P and within 0.06 of w.
 *
 * Tables: docs/approximations/fast_normal.py; docs/approximations/fast_normal_search.c adjusted the last bits of the
 * polynomials to reduce the largest error of gelu.
 */
#ifndef VACT_MATH_FAST_NORMAL_H
#define VACT_MATH_FAST_NORMAL_H

#include "math/common/horner.h"

#define FAST_NORMAL_NEAR 10.5f
#define FAST_NORMAL_LIMIT 0x1.cdp+3f /* t*Phi(-t) is below 2^-150 from here on */

typedef struct {
    vf shifted; /* n + VF_POWER_SHIFT, n in [-87, 63] */
    vf rest;
} fast_normal;

/* The interval of each t: centre, level, and the coefficients of P. */
enum { FAST_NORMAL_TERMS = 5 };
typedef struct {
    vf centre, level, p[FAST_NORMAL_TERMS];
} fast_normal_interval;

/* t beyond FAST_NORMAL_NEAR only if `any`. Such t use the second table of each pair: entries 2 and 3 are for one
 * interval, 4 for the last one; entry 0 equals that of the first table, as vf_look_up_either requires. */
VACT_INLINE fast_normal_interval fast_normal_interval_of(vf t, int any)
{
    _Alignas(64) static const float table[2 + FAST_NORMAL_TERMS][2][8] = {
        {{0x1.68e58ep+2f, 0x1.cc181p+2f, 0x1.28e238p+3f, 0x1.085636p-2f, 0x1.2091a4p+0f, 0x1.06f4dep+1f, 0x1.98b5f2p+1f,
          0x1.0a387p+2f},
         {0x1.68e58ep+2f, 0, 0x1.7017c4p+3f, 0x1.7017c4p+3f, 0x1.aeedf4p+3f, 0, 0, 0}},
        {{-0x1.4a6a7cp+6f, -0x1.49c388p+6f, -0x1.49d87cp+6f, -0x1.56a614p+6f, -0x1.52a1d8p+6f, -0x1.4fad6cp+6f,
          -0x1.4d3604p+6f, -0x1.4bc8a8p+6f},
         {-0x1.4a6a7cp+6f, 0, -0x1.4aeb1cp+6f, -0x1.4aeb1cp+6f, -0x1.4c97fp+6f, 0, 0, 0}},
        {{0x1.4eadp-3f, 0x1.a72adep-5f, -0x1.11afa4p-4f, 0x1.64b2e8p+0f, 0x1.e8142p-1f, 0x1.533732p-1f, 0x1.c01c4cp-2f,
          0x1.3a92b8p-2f},
         {0x1.4eadp-3f, 0, -0x1.5f6444p-3f, -0x1.5f6444p-3f, -0x1.03d354p-2f, 0, 0, 0}},
        {{-0x1.50afd4p-5f, -0x1.05aea6p-5f, -0x1.a1ff0ep-6f, -0x1.48d0cp-2f, -0x1.93432p-3f, -0x1.fcf88ep-4f,
          -0x1.422d12p-4f, -0x1.dbd18ap-5f},
         {-0x1.50afd4p-5f, 0, -0x1.673082p-6f, -0x1.673082p-6f, -0x1.489914p-6f, 0, 0, 0}},
        {{0x1.5cd82p-9f, 0x1.78b962p-10f, 0x1.7acbccp-11f, 0x1.fb7854p-5f, 0x1.20839cp-5f, 0x1.3423c4p-6f,
          0x1.2ddfaap-7f, 0x1.615892p-8f},
         {0x1.5cd82p-9f, 0, 0x1.9f0402p-12f, 0x1.9f0402p-12f, 0x1.08a57p-12f, 0, 0, 0}},
        {{-0x1.324ce8p-12f, -0x1.15b326p-13f, -0x1.c4d884p-15f, -0x1.2b5e92p-7f, -0x1.89ddaap-8f, -0x1.9a06d4p-9f,
          -0x1.65811p-10f, -0x1.72bac8p-11f},
         {-0x1.324ce8p-12f, 0, -0x1.9b9cdap-16f, -0x1.9b9cdap-16f, -0x1.bf5394p-17f, 0, 0, 0}},
        {{0x1.254218p-15f, 0x1.7d77eap-17f, 0x1.0330dp-18f, 0x1.bb4062p-12f, 0x1.9a184p-11f, 0x1.d18a88p-12f,
          0x1.9f8cbp-13f, 0x1.705546p-14f},
         {0x1.254218p-15f, 0, 0x1.9f7c2ap-20f, 0x1.9f7c2ap-20f, 0x1.da82c8p-21f, 0, 0, 0}}};
    vi i = vf_bits(vf_fma(t, vf_set1(0x1.e6p-2f), vf_set1(0x1.fffff6p+22f)));
    vm beyond = vm_lt(vf_set1(FAST_NORMAL_NEAR), t);
    vf found[2 + FAST_NORMAL_TERMS];
    for (int k = 0; k < 2 + FAST_NORMAL_TERMS; k++)
        found[k] = any ? vf_look_up_either(beyond, table[k], i) : vf_look_up(table[k][0], i);
    fast_normal_interval of = {found[0], found[1], {found[2]}};
    for (int k = 1; k < FAST_NORMAL_TERMS; k++)
        of.p[k] = found[2 + k];
    return of;
}

VACT_INLINE fast_normal fast_normal_of(vf t, fast_normal_interval of)
{
    vf d = vf_sub(t, of.centre);
    vf p = of.p[FAST_NORMAL_TERMS - 1];
    for (int k = FAST_NORMAL_TERMS - 2; k >= 0; k--)
        p = vf_fma(p, d, of.p[k]);
    vf twice = vf_fma(of.p[0], d, vf_fma(t, t, of.level));
    fast_normal tail;
    tail.shifted = vf_fma(twice, vf_set1(-0x1.76e058p-1f), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(tail.shifted, vf_set1(VF_POWER_SHIFT));
    vf known = vf_fms(t, t, vf_fms(n, vf_set1(-0x1.5da4p+0f), of.level));
    vf w = vf_fma(p, d, known);

    /* e^(-w*ln(2)/C) - 1 for -w*ln(2)/C in [-0.352, 0.383]; error 0.09 * 2^-24 of e^(-w*ln(2)/C). */
    tail.rest = vf_mul(w, horner5(w, 0x1.9235e6p-16f, -0x1.279794p-12f, 0x1.6a4b34p-9f, -0x1.64f08p-6f, 0x1.07bf28p-3f,
                                  -0x1.03d83p-1f));
    return tail;
}

/* t <= FAST_NORMAL_NEAR */
VACT_INLINE fast_normal fast_normal_near_tail(vf t) { return fast_normal_of(t, fast_normal_interval_of(t, 0)); }

VACT_INLINE fast_normal fast_normal_tail(vf t) { return fast_normal_of(t, fast_normal_interval_of(t, 1)); }

#endif
