/*
 * The derivative of swish: s + p*s*(1 - s), p = beta*x as a hi/lo pair, s = sigmoid(p). Common lanes are those with
 * |p| <= 8.09.
 */
#ifndef VACT_ACT_BACKWARD_SWISH_H
#define VACT_ACT_BACKWARD_SWISH_H

#include "loop/form.h"
#include "math/fast/gradient_gate.h"

/* |beta|, but not so small that a quotient by it overflows. */
VACT_INLINE float swish_backward_divisor(const vact_params_f32 *params)
{
    const float magnitude = __builtin_fabsf(params->v[0]);
    return magnitude < 0x1p-100f ? 0x1p-100f : magnitude;
}

/* |p|, as hi - lo. Where |p| is below 2^-40 it counts as that or less: so x may be subnormal. */
VACT_INLINE vf_pair swish_backward_exponent(vf x, const vact_params_f32 *params)
{
    vf beta = vf_set1(__builtin_fabsf(params->v[0]));
    vf t = vf_max(vf_set1(0x1p-40f / swish_backward_divisor(params)), vf_abs(x)), p = vf_mul(beta, t);
    return (vf_pair){p, vf_fnma(beta, t, p)};
}

VACT_INLINE gradient_sides swish_backward_sides(vf dy, vf x, const vact_params_f32 *params)
{
    return gradient_sides_of(dy, vm_le(vf_set1(0.0f), vf_flip_sign(x, vf_set1(params->v[0]))));
}

VACT_INLINE act_range swish_backward_range(const vact_params_f32 *params)
{
    return (act_range){0.0f, GRADIENT_GATE_NEAR / swish_backward_divisor(params)};
}

VACT_INLINE vf swish_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    vf_pair p = swish_backward_exponent(x, params);
    return gradient_reflected(swish_backward_sides(dy, x, params), gradient_near_gate(p.hi, p.lo));
}

/* The table serves a little more than common lanes need, as p is rounded. p is that of a finite x:
 * 0*inf would be NaN, and for beta = 0 the derivative is 1/2. */
VACT_INLINE vf swish_backward_special_of(vf dy, vf x, vf_pair p, const vact_params_f32 *params)
{
    const vf most = vf_set1(8.15f);
    gradient_sides sides = swish_backward_sides(dy, x, params);
    vf lo = pair_low_of_exponent(p);
    vm far = vm_and(vm_lt(vf_set1(swish_backward_range(params).limit), vf_abs(x)), vm_lt(vf_set1(8.05f), p.hi));
    vf near = gradient_reflected(sides, gradient_near_gate(vf_min(most, p.hi), lo));
    return vf_select(far, gradient_far_gate(sides, p.hi, vf_neg(lo)), near);
}

VACT_INLINE vf swish_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    vf_pair p = swish_backward_exponent(vf_min(vf_set1(FLT_MAX), vf_abs(x)), params);
    return swish_backward_special_of(dy, x, p, params);
}

#define BACKWARD_TWO_FORMS

#endif
