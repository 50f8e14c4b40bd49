/*
 * The derivative of gelu_tanh: s + w*s*(1 - s), s = sigmoid(p), p = x*(c1 + c2*x^2), w = x*p' = x*(c1 + 3*c2*x^2), both
 * hi/lo pairs (constants: math/common/gelu_tanh.h). |x| is bounded by 15, beyond which e^-|p| is 0, and from below by
 * 2^-40, where the slope is 1/2: so no part of the square is subnormal, which would be slow.
 */
#ifndef VACT_ACT_BACKWARD_GELU_TANH_H
#define VACT_ACT_BACKWARD_GELU_TANH_H

#include "math/common/gelu_tanh.h"
#include "math/fast/gradient.h"

VACT_INLINE vf gelu_tanh_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf c1_hi = vf_set1(GELU_TANH_C1_HI), c1_lo = vf_set1(GELU_TANH_C1_LO);
    const vf c2_hi = vf_set1(GELU_TANH_C2_HI), c2_lo = vf_set1(GELU_TANH_C2_LO);
    const vf three = vf_set1(3.0f);
    vf t = vf_copysign(vf_min(vf_set1(15.0f), vf_max(vf_set1(0x1p-40f), vf_abs(x))), x);
    vf_pair square = pair_product(t, t);
    vf_pair k = pair_product(c2_hi, square.hi);
    k.lo = vf_add(k.lo, vf_fma(c2_hi, square.lo, vf_mul(c2_lo, square.hi)));
    vf_pair u = pair_sum(c1_hi, k.hi), three_k = pair_product(three, k.hi);
    u.lo = vf_add(u.lo, vf_add(k.lo, c1_lo));
    vf_pair v = pair_sum(c1_hi, three_k.hi);
    v.lo = vf_add(v.lo, vf_fma(three, k.lo, vf_add(three_k.lo, c1_lo)));
    vf_pair p = pair_product(t, u.hi), w = pair_product(t, v.hi);
    p.lo = vf_fma(t, u.lo, p.lo);
    w.lo = vf_fma(t, v.lo, w.lo);
    return gradient_gate(dy, p, w);
}

#endif
