/*
 * x*sigma(p)*w for any x, p and w: exponents are counted apart, so that nothing overflows or is subnormal before the
 * result is. For special lanes of gated units with parameters, where an activation may be subnormal or 0 while its
 * product with a large w is not. Magnitudes only: the caller has the sign.
 *
 * With z = e^-|p| = 2^n*(1 + rise) the product is x*w/(1 + z), times z where p is below 0. The reciprocal of 1 + z has
 * a residual, and all that is small against 1 is added once: two roundings count.
 */
#ifndef VACT_MATH_COMMON_GATE_PRODUCT_H
#define VACT_MATH_COMMON_GATE_PRODUCT_H

#include "math/common/gate.h"
#include "math/common/pair.h"
#include "math/fast/exp_rise.h"

/* (hi + lo)*2^exponent, hi in [1, 2). */
typedef struct {
    vf hi, lo, exponent;
} gate_split;

/* x.hi > 0 and finite. */
VACT_INLINE gate_split gate_split_of(vf_pair x)
{
    const vf limit = vf_set1(0x1p-60f);
    vm small = vm_lt(x.hi, limit);
    vf raised = vf_select(small, vf_mul(vf_min(limit, x.hi), vf_set1(0x1p+96f)), x.hi);
    vi biased = vi_shift_right(vf_bits(raised), 23);
    vf exponent = vf_sub(vf_of_int(vi_sub(biased, vi_set1(127))), vf_select(small, vf_set1(96.0f), vf_set1(0.0f)));
    gate_split parts;
    parts.hi = vf_of_bits(vi_add(vi_sub(vf_bits(raised), vi_shift_left(biased, 23)), vi_set1(127u << 23)));
    parts.lo = vf_scale(x.lo, vf_neg(exponent));
    parts.exponent = exponent;
    return parts;
}

/* With z = e^-(t.hi + t.lo) = 2^n*(1 + rise): 1/(1 + z) = reciprocal*(1 + residual). t.hi in [0, 300]. */
typedef struct {
    vf reciprocal, residual, rise, n;
} gate_logistic;

VACT_INLINE gate_logistic gate_logistic_of(vf_pair t)
{
    const vf one = vf_set1(1.0f);
    fast_reduced parts = fast_reduce(vf_neg(t.hi));
    vf rise = fast_exp_rise(vf_sub(parts.r, t.lo));
    vf power = vf_power_of_two(vf_max(vf_set1(VF_POWER_SHIFT - 64.0f), parts.shifted));
    vf sum = vf_fma(power, rise, vf_add(one, power));
    vf sum_lo = vf_fma(power, rise, vf_add(vf_sub(one, sum), power));
    vf reciprocal = vf_div(one, sum);
    vf residual = vf_fnma(reciprocal, sum_lo, vf_fnma(reciprocal, sum, one));
    return (gate_logistic){reciprocal, residual, rise, parts.n};
}

/* sigma = reciprocal*(1 + change)*2^n */
typedef struct {
    vf reciprocal, change, n;
} gate_sigma;

/* sigma(t) where `above` holds, else sigma(-t). */
VACT_INLINE gate_sigma gate_sigma_of(vm above, gate_logistic e)
{
    vf below = vf_fma(e.residual, e.rise, vf_add(e.residual, e.rise));
    return (gate_sigma){e.reciprocal, vf_select(above, e.residual, below), vf_select(above, vf_set1(0.0f), e.n)};
}

/* y*2^n for y in [1/4, 16), rounded once, also where it is subnormal; no operation has a subnormal operand or result.
 */
VACT_INLINE vf gate_scaled(vf y, vf n)
{
    const vf border = vf_set1(-60.0f), least = vf_set1(-120.0f), most = vf_set1(252.0f);
    vf small = gate_scale_down(vf_scale(y, vf_max(least, vf_add(vf_min(border, n), vf_set1(49.0f)))));
    return vf_select(vm_lt(n, border), small, vf_scale(y, vf_min(most, vf_max(border, n))));
}

/* x*sigma*w*2^extra; one rounding but for those of small parts. Both x.hi and w.hi are > 0 and finite. */
VACT_INLINE vf gate_product(vf_pair x, gate_sigma s, vf_pair w, vf extra)
{
    gate_split a = gate_split_of(x), b = gate_split_of(w);
    vf_pair p = pair_product(a.hi, b.hi);
    p.lo = vf_fma(a.hi, b.lo, vf_fma(a.lo, b.hi, p.lo));
    vf_pair q = pair_product(p.hi, s.reciprocal);
    q.lo = vf_fma(p.lo, s.reciprocal, q.lo);
    vf y = vf_add(q.hi, vf_fma(q.hi, s.change, vf_fma(q.lo, s.change, q.lo)));
    vf n = vf_add(vf_add(a.exponent, b.exponent), vf_add(s.n, extra));
    return gate_scaled(y, n);
}

#endif
