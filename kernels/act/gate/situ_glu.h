/*
 * situ_glu: s1(gate)*sigmoid(gate)*s2(up), s(x) = beta*tanh(x/beta). Each s is a hi/lo pair: x is multiplied by a pair
 * for 1/beta, tanh is not rounded at its end, and the low part of its argument counts by the slope 1 - tanh^2. Below
 * 2^-14*beta s(x) is x, within 2^-29; so x/beta may be subnormal. The pairs' product, and the residual of the
 * reciprocal of 1 + e^-gate, are rounded once, at the end.
 *
 * Special lanes, tiny gates and those beyond 16, and all lanes of extreme betas: math/common/gate_product.h.
 */
#ifndef VACT_ACT_GATE_SITU_GLU_H
#define VACT_ACT_GATE_SITU_GLU_H

#include "loop/form.h"
#include "math/common/gate.h"
#include "math/common/gate_product.h"
#include "math/common/pair.h"

#define SITU_GLU_COMMON 16.0f

/* The betas of moderate size. */
#define SITU_GLU_LEAST 0x1p-100f
#define SITU_GLU_MOST 0x1p+100f

/* beta*tanh(m/beta) for m >= 0 and a normal beta of moderate size; where m is small it is not that. */
VACT_INLINE vf_pair situ_glu_bent(vf m, float given)
{
    const vf beta = vf_set1(given), one = vf_set1(1.0f), inverse = vf_div(one, beta);
    const vf inverse_lo = vf_mul(vf_fnma(inverse, beta, one), inverse);
    vf x = vf_mul(m, inverse), x_lo = vf_fma(m, inverse_lo, vf_fms(m, inverse, x));
    vf_pair t = tanh_pair(x);
    t.lo = vf_fma(x_lo, vf_fnma(t.hi, t.hi, one), t.lo);
    vf_pair y = pair_product(beta, t.hi);
    y.lo = vf_fma(beta, t.lo, y.lo);
    return y;
}

VACT_INLINE vf_pair situ_glu_pair_where(vm m, vf a, vf_pair otherwise)
{
    return (vf_pair){vf_select(m, a, otherwise.hi), vf_select(m, vf_set1(0.0f), otherwise.lo)};
}

/* The same for |x|, |x| itself where it is small. From 10*beta on it is beta. */
VACT_INLINE vf_pair situ_glu_side(vf x, float beta)
{
    vf magnitude = vf_abs(x);
    vf m = vf_max(vf_set1(0x1p-15f * beta), vf_min(vf_set1(10.0f * beta), magnitude));
    return situ_glu_pair_where(vm_lt(magnitude, vf_set1(0x1p-14f * beta)), magnitude, situ_glu_bent(m, beta));
}

/* For any beta, as value*2^exponent. */
typedef struct {
    vf_pair value;
    vf exponent;
} situ_glu_scaled;

VACT_INLINE situ_glu_scaled situ_glu_side_any(vf x, float beta)
{
    const float exponent = beta < SITU_GLU_LEAST ? 64.0f : beta > SITU_GLU_MOST ? -64.0f : 0.0f;
    const float scale = beta < SITU_GLU_LEAST ? 0x1p+64f : beta > SITU_GLU_MOST ? 0x1p-64f : 1.0f;
    const float scaled = beta * scale;
    const float bounded = beta < 0x1p+124f ? beta : 0x1p+124f, most = beta < 0x1p+124f ? 10.0f * bounded : FLT_MAX;
    vf magnitude = vf_abs(x);
    vm small = vm_lt(magnitude, vf_set1(0x1p-14f * beta));
    vf m = vf_max(vf_set1(0x1p-15f * scaled), vf_mul(vf_min(vf_set1(most), magnitude), vf_set1(scale)));
    m = vf_select(vm_lt(vf_set1(FLT_MAX), magnitude), vf_set1(10.0f * scaled), m);
    return (situ_glu_scaled){situ_glu_pair_where(small, magnitude, situ_glu_bent(m, scaled)),
                             vf_select(small, vf_set1(0.0f), vf_set1(-exponent))};
}

VACT_INLINE act_range situ_glu_range(const vact_params_f32 *params)
{
    const float *v = params->v;
    const int ordinary =
        (v[0] >= SITU_GLU_LEAST) & (v[0] <= SITU_GLU_MOST) & (v[1] >= SITU_GLU_LEAST) & (v[1] <= SITU_GLU_MOST);
    return (act_range){GATE_TINY, ordinary ? SITU_GLU_COMMON : ACT_NONE_COMMON};
}

VACT_INLINE vf situ_glu_common(vf gate, vf up, const vact_params_f32 *params)
{
    const vf one = vf_set1(1.0f);
    vf_pair a = situ_glu_side(gate, params->v[0]), b = situ_glu_side(up, params->v[1]), sum = sigmoid_sum(gate);
    vf reciprocal = vf_div(one, sum.hi);
    vf residual = vf_fnma(reciprocal, sum.lo, vf_fnma(reciprocal, sum.hi, one));
    vf_pair p = pair_product(a.hi, b.hi);
    p.lo = vf_fma(a.hi, b.lo, vf_fma(a.lo, b.hi, p.lo));
    vf_pair q = pair_product(p.hi, reciprocal);
    q.lo = vf_fma(p.lo, reciprocal, q.lo);
    vf y = vf_add(q.hi, vf_fma(q.hi, residual, q.lo));
    return vf_flip_sign(vf_flip_sign(y, gate), up);
}

VACT_INLINE vm situ_glu_usual(vf gate, const vact_params_f32 *params)
{
    const act_range range = situ_glu_range(params);
    vf magnitude = vf_abs(gate);
    return vm_and(vm_le(vf_set1(range.tiny), magnitude), vm_le(magnitude, vf_set1(range.limit)));
}

VACT_INLINE vf situ_glu_special(vf gate, vf up, const vact_params_f32 *params)
{
    const vf zero = vf_set1(0.0f), one = vf_set1(1.0f), minus = vf_set1(-1.0f);
    vm usual = situ_glu_usual(gate, params);
    vm numbers = vm_and(vm_lt(zero, vf_abs(gate)), vm_lt(zero, vf_abs(up)));
    vf g = vf_select(numbers, gate, one), u = vf_select(numbers, up, one);
    situ_glu_scaled a = situ_glu_side_any(g, params->v[0]), b = situ_glu_side_any(u, params->v[1]);
    gate_logistic e = gate_logistic_of((vf_pair){vf_min(vf_set1(300.0f), vf_abs(g)), zero});
    gate_sigma s = gate_sigma_of(vm_le(zero, g), e);
    vf y = gate_product(a.value, s, b.value, vf_add(a.exponent, b.exponent));
    y = vf_flip_sign(vf_flip_sign(y, g), u);
    /* zeros and NaN */
    vf plain = vf_mul(vf_min(one, vf_max(minus, gate)), vf_min(one, vf_max(minus, up)));
    y = vf_select(numbers, y, plain);
    return vm_any(usual) ? vf_select(usual, situ_glu_common(vf_select(usual, gate, one), up, params), y) : y;
}

VACT_NOINLINE static vf situ_glu_any(vf gate, vf up, const vact_params_f32 *params)
{
    return situ_glu_special(gate, up, params);
}

VACT_INLINE vf situ_glu_forward(vf gate, vf up, const vact_params_f32 *params)
{
    if (__builtin_expect(!vm_all(situ_glu_usual(gate, params)), 0))
        return situ_glu_any(gate, up, params);
    return situ_glu_common(gate, up, params);
}

#define ACT_OWN_FORMS

#endif
