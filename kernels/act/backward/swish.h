/*
 * The derivative of swish: s + p*s*(1 - s), p = beta*x as a hi/lo pair, s = sigmoid(p). Common lanes are those with
 * |p| <= 8.1, and x finite: for beta = 0 the derivative is 1/2.
 */
#ifndef VACT_ACT_BACKWARD_SWISH_H
#define VACT_ACT_BACKWARD_SWISH_H

#include "loop/form.h"
#include "math/fast/gradient_gate.h"

VACT_INLINE float swish_backward_limit(const vact_params_f32 *params)
{
    const float limit = GRADIENT_GATE_NEAR / __builtin_fabsf(params->v[0]);
    return limit < FLT_MAX ? limit : FLT_MAX;
}

/* A smaller |x| counts as this one, so that the product is not subnormal. */
VACT_INLINE float swish_backward_least(const vact_params_f32 *params)
{
    const float least = 0x1p-40f / __builtin_fabsf(params->v[0]);
    return least < FLT_MAX ? least : FLT_MAX;
}

VACT_INLINE vf swish_backward_magnitude(vf x, vf most, const vact_params_f32 *params)
{
    return vf_min(most, vf_max(vf_set1(swish_backward_least(params)), vf_abs(x)));
}

VACT_INLINE gradient_sides swish_backward_sides(vf dy, vf x, const vact_params_f32 *params)
{
    return gradient_sides_of(dy, vm_le(vf_set1(0.0f), vf_flip_sign(x, vf_set1(params->v[0]))));
}

/* |p|, as hi - lo. */
VACT_INLINE vf_pair swish_backward_exponent(vf t, const vact_params_f32 *params)
{
    vf beta = vf_set1(__builtin_fabsf(params->v[0])), p = vf_mul(beta, t);
    return (vf_pair){p, vf_fnma(beta, t, p)};
}

VACT_INLINE vf swish_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    vf_pair p = swish_backward_exponent(vf_max(vf_set1(swish_backward_least(params)), vf_abs(x)), params);
    return gradient_reflected(swish_backward_sides(dy, x, params), gradient_near_gate(p.hi, p.lo));
}

VACT_INLINE vf swish_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    vf limit = vf_set1(swish_backward_limit(params));
    gradient_sides sides = swish_backward_sides(dy, x, params);
    vf_pair p = swish_backward_exponent(swish_backward_magnitude(x, vf_set1(FLT_MAX), params), params);
    vf_pair near = swish_backward_exponent(swish_backward_magnitude(x, limit, params), params);
    return vf_select(vm_lt(limit, vf_abs(x)), gradient_far_gate(sides, p.hi, vf_neg(pair_low_of_exponent(p))),
                     gradient_reflected(sides, gradient_near_gate(near.hi, near.lo)));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range swish_backward_range(const vact_params_f32 *params)
{
    return (act_range){0.0f, swish_backward_limit(params)};
}

#endif
