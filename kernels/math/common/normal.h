/*
 * The scaled lower tail of the standard normal, E(t) = Phi(-t)*e^(t^2/2) for t in [0, 14.6]. It keeps its relative
 * accuracy where Phi(-t) itself vanishes. SLEEF has no such function.
 *
 * E(t)*(t + 4) varies only by a factor of 3, so a polynomial in s = (t - 4)/(t + 4) = 1 - 8/(t + 4) has no
 * cancellation; degree 9, error 0.31 * 2^-24 (coefficients: docs/approximations/normal_tail.sollya). One division
 * serves both s and the factor. 1/(t + 4) is a hi/lo pair: rounding t + 4 would move a small t by 2^-22, that is 3 ULP
 * of E.
 */
#ifndef VACT_MATH_COMMON_NORMAL_H
#define VACT_MATH_COMMON_NORMAL_H

#include "math/common/horner.h"
#include "math/common/pair.h"

typedef struct {
    vf f, s;            /* E(t)*(t + 4) = (f*s + NORMAL_SECOND)*s + NORMAL_FIRST */
    vf_pair reciprocal; /* 1/(t + 4) */
} normal_parts;

#define NORMAL_FIRST 0x1.82b4bcp-1f
#define NORMAL_SECOND -0x1.373e3ap-1f

VACT_INLINE normal_parts normal_parts_of(vf t)
{
    vf one = vf_set1(1.0f), eight = vf_set1(8.0f);
    vf_pair sum = pair_sum(t, vf_set1(4.0f)), reciprocal;
    reciprocal.hi = vf_div(one, sum.hi);
    reciprocal.lo = vf_mul(reciprocal.hi, vf_fnma(reciprocal.hi, sum.lo, vf_fnma(reciprocal.hi, sum.hi, one)));
    vf s = vf_fnma(eight, reciprocal.lo, vf_fnma(eight, reciprocal.hi, one));
    vf f = horner7(s, -0x1.083532p-13f, 0x1.8f7a32p-13f, 0x1.9b97a8p-10f, -0x1.cd89bep-9f, -0x1.ed511ep-8f,
                   0x1.eed906p-5f, -0x1.7dffb2p-3f, 0x1.8c6d8cp-2f);
    return (normal_parts){f, s, reciprocal};
}

/* A hi/lo pair; the rounding errors of the polynomial remain. */
VACT_INLINE vf_pair normal_scaled_tail(vf t)
{
    normal_parts parts = normal_parts_of(t);
    vf f = vf_fma(parts.f, parts.s, vf_set1(NORMAL_SECOND));
    f = vf_fma(f, parts.s, vf_set1(NORMAL_FIRST));
    vf_pair tail = pair_product(f, parts.reciprocal.hi);
    tail.lo = vf_fma(f, parts.reciprocal.lo, tail.lo);
    return tail;
}

/* More accurate: s and the last two steps of the polynomial are hi/lo pairs too. */
VACT_INLINE vf_pair normal_scaled_tail_closely(vf t)
{
    normal_parts parts = normal_parts_of(t);
    vf eight = vf_set1(8.0f);
    vf_pair s = pair_sum(vf_set1(1.0f), vf_mul(vf_neg(eight), parts.reciprocal.hi));
    s.lo = vf_fnma(eight, parts.reciprocal.lo, vf_add(s.lo, vf_sub(s.hi, parts.s)));
    vf second = vf_set1(NORMAL_SECOND), first = vf_set1(NORMAL_FIRST);
    vf_pair g, f;
    g.hi = vf_fma(parts.f, parts.s, second);
    g.lo = vf_fma(parts.f, s.lo, vf_fma(parts.f, parts.s, vf_sub(second, g.hi)));
    f.hi = vf_fma(g.hi, parts.s, first);
    f.lo = vf_fma(g.hi, parts.s, vf_sub(first, f.hi));
    f.lo = vf_fma(g.hi, s.lo, vf_fma(g.lo, parts.s, f.lo));
    vf_pair tail = pair_product(f.hi, parts.reciprocal.hi);
    tail.lo = vf_fma(f.lo, parts.reciprocal.hi, vf_fma(f.hi, parts.reciprocal.lo, tail.lo));
    return tail;
}

#endif
