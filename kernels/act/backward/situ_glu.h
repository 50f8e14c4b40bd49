/*
 * The gradients of situ_glu. With s(x) = beta*tanh(x/beta), whose slope is 1/cosh^2(x/beta) = 4z/(1 + z)^2 for
 * z = e^-2|x/beta|:
 *
 *   for gate   dy*s2(up)*sigmoid(gate)*(1/cosh^2(gate/beta1) + s1(gate)*sigmoid(-gate))
 *   for up     dy*s1(gate)*sigmoid(gate)/cosh^2(up/beta2)
 *
 * Every factor is a hi/lo pair times a power of two, and the powers come last. Below 0 the two terms of the sum have
 * different signs, and it has a zero (at -1.226 for beta1 = 4). One form serves every lane. A beta outside
 * [2^-100, 2^100] counts as the nearer of these.
 */
#ifndef VACT_ACT_BACKWARD_SITU_GLU_H
#define VACT_ACT_BACKWARD_SITU_GLU_H

#include "act/gate/situ_glu.h"
#include "loop/backward.h"
#include "math/common/gate.h"
#include "math/fast/gradient.h"

/* value*2^n */
typedef struct {
    vf_pair value;
    vf n;
} situ_glu_power;

VACT_INLINE float situ_glu_backward_beta(float beta)
{
    return beta < SITU_GLU_LEAST ? SITU_GLU_LEAST : beta > SITU_GLU_MOST ? SITU_GLU_MOST : beta;
}

VACT_INLINE situ_glu_power situ_glu_sigma(vm above, gate_logistic e)
{
    gate_sigma s = gate_sigma_of(above, e);
    vf hi = vf_fma(s.reciprocal, s.change, s.reciprocal);
    return (situ_glu_power){{hi, vf_fma(s.reciprocal, s.change, vf_sub(s.reciprocal, hi))}, s.n};
}

VACT_INLINE situ_glu_power situ_glu_product(situ_glu_power a, situ_glu_power b)
{
    return (situ_glu_power){gradient_product(a.value, b.value), vf_add(a.n, b.n)};
}

/* 1/cosh^2(x/beta) */
VACT_INLINE situ_glu_power situ_glu_slope(vf x, float given)
{
    const vf beta = vf_set1(given), one = vf_set1(1.0f), inverse = vf_div(one, beta);
    const vf inverse_lo = vf_mul(vf_fnma(inverse, beta, one), inverse);
    vf m = vf_max(vf_set1(0x1p-40f * given), vf_min(vf_set1(160.0f * given), vf_abs(x))), twice = vf_add(m, m);
    vf t = vf_mul(twice, inverse), t_lo = vf_fma(twice, inverse_lo, vf_fms(twice, inverse, t));
    vm no_lane = vm_lt(one, one);
    gate_logistic e = gate_logistic_of((vf_pair){vf_min(vf_set1(300.0f), t), t_lo});
    vf hi = vf_fma(e.reciprocal, e.residual, e.reciprocal);
    vf_pair above = {hi, vf_fma(e.reciprocal, e.residual, vf_sub(e.reciprocal, hi))};
    situ_glu_power below = situ_glu_sigma(no_lane, e);
    return (situ_glu_power){gradient_product(above, below.value), vf_add(below.n, vf_set1(2.0f))};
}

/* value*2^(n - most), 0 where that is far below 1. */
VACT_INLINE vf_pair situ_glu_down(situ_glu_power y, vf most)
{
    const vf shift = vf_set1(VF_POWER_SHIFT);
    vf power = vf_power_of_two(vf_max(vf_set1(VF_POWER_SHIFT - 127.0f), vf_add(shift, vf_sub(y.n, most))));
    return (vf_pair){vf_mul(y.value.hi, power), vf_mul(y.value.lo, power)};
}

VACT_INLINE situ_glu_power situ_glu_sum(situ_glu_power a, situ_glu_power b)
{
    vf most = vf_max(a.n, b.n);
    vf_pair x = situ_glu_down(a, most), y = situ_glu_down(b, most), sum = pair_sum(x.hi, y.hi);
    sum.lo = vf_add(sum.lo, vf_add(x.lo, y.lo));
    return (situ_glu_power){sum, most};
}

VACT_INLINE vf situ_glu_result(vf dy, situ_glu_power y)
{
    vf n = vf_min(vf_set1(126.0f), vf_max(vf_set1(-251.0f), y.n));
    return gradient_sum(gradient_times(dy, y.value), vf_add(n, vf_set1(VF_POWER_SHIFT)), vf_set1(-0.0f));
}

/* A small s(x) is 2^100 times as large, since its products would be subnormal where that with dy is not. */
VACT_INLINE situ_glu_power situ_glu_signed_side(vf x, float beta)
{
    vf_pair y = situ_glu_side(x, beta);
    vm small = vm_lt(y.hi, vf_set1(0x1p-60f));
    vf scale = vf_select(small, vf_set1(0x1p+100f), vf_set1(1.0f));
    y = (vf_pair){vf_mul(y.hi, scale), vf_mul(y.lo, scale)};
    return (situ_glu_power){{vf_flip_sign(y.hi, x), vf_flip_sign(y.lo, x)},
                            vf_select(small, vf_set1(-100.0f), vf_set1(0.0f))};
}

/* Not inlined, since it is long. */
VACT_NOINLINE static gate_gradients situ_glu_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    const float beta1 = situ_glu_backward_beta(params->v[0]), beta2 = situ_glu_backward_beta(params->v[1]);
    const vf zero = vf_set1(0.0f);
    situ_glu_power a = situ_glu_signed_side(gate, beta1), b = situ_glu_signed_side(up, beta2);
    gate_logistic e = gate_logistic_of((vf_pair){vf_min(vf_set1(300.0f), vf_abs(gate)), zero});
    situ_glu_power s = situ_glu_sigma(vm_le(zero, gate), e), s_less = situ_glu_sigma(vm_lt(gate, zero), e);
    situ_glu_power sum = situ_glu_sum(situ_glu_slope(gate, beta1), situ_glu_product(a, s_less));
    vf dgate = situ_glu_result(dy, situ_glu_product(situ_glu_product(b, s), sum));
    vf dup = situ_glu_result(dy, situ_glu_product(situ_glu_product(a, s), situ_glu_slope(up, beta2)));
    return (gate_gradients){vf_or_nan(vf_or_nan(dgate, gate), up), vf_or_nan(vf_or_nan(dup, gate), up)};
}

#endif
