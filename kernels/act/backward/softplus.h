/*
 * The derivative of softplus: sigmoid(p), p = beta*x, 1 above the threshold; from the output, 1 - e^(-beta*y). beta*x
 * and beta*y are hi/lo pairs. Common lanes are those with |p| <= 8.09 and below the threshold.
 */
#ifndef VACT_ACT_BACKWARD_SOFTPLUS_H
#define VACT_ACT_BACKWARD_SOFTPLUS_H

#include "loop/form.h"
#include "math/common/softplus_threshold.h"
#include "math/fast/expm1.h"
#include "math/fast/gradient_tail.h"

VACT_INLINE float softplus_backward_limit(const vact_params_f32 *params)
{
    const float below = params->v[1] * 0x1.ffffp-1f;
    const float limit = (below < GRADIENT_TAIL_NEAR ? below : GRADIENT_TAIL_NEAR) / params->v[0];
    return limit < FLT_MAX ? limit : FLT_MAX;
}

/* A smaller |x| counts as this one, so that the product is not subnormal. */
VACT_INLINE float softplus_backward_least(const vact_params_f32 *params)
{
    const float least = 0x1p-40f / params->v[0];
    return least < FLT_MAX ? least : FLT_MAX;
}

/* |p|, as hi - lo. */
VACT_INLINE vf_pair softplus_backward_exponent(vf x, vf most, const vact_params_f32 *params)
{
    vf beta = vf_set1(params->v[0]);
    vf t = vf_min(most, vf_max(vf_set1(softplus_backward_least(params)), vf_abs(x))), p = vf_mul(beta, t);
    return (vf_pair){p, vf_fnma(beta, t, p)};
}

VACT_INLINE vf softplus_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    vf beta = vf_set1(params->v[0]), t = vf_max(vf_set1(softplus_backward_least(params)), vf_abs(x));
    vf p = vf_mul(beta, t);
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    return gradient_reflected(sides, gradient_near_tail(p, vf_fnma(beta, t, p)));
}

VACT_INLINE vf softplus_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    vf near_most = vf_set1(GRADIENT_TAIL_NEAR / params->v[0]);
    vf_pair p = softplus_backward_exponent(x, vf_set1(FLT_MAX), params);
    vf_pair near_p = softplus_backward_exponent(x, vf_min(vf_set1(FLT_MAX), near_most), params);
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    vf near = gradient_reflected(sides, gradient_near_tail(near_p.hi, near_p.lo));
    vf curve =
        vf_select(vm_lt(near_most, vf_abs(x)), gradient_far_tail(sides, p.hi, vf_neg(pair_low_of_exponent(p))), near);
    return vf_or_nan(vf_select(softplus_is_above(x, params->v[0], params->v[1]), vf_quiet(dy), curve), x);
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range softplus_backward_range(const vact_params_f32 *params)
{
    return (act_range){0.0f, params->v[1] > 0.0f ? softplus_backward_limit(params) : ACT_NONE_COMMON};
}

VACT_INLINE vf softplus_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    vf_pair p = pair_product(vf_set1(params->v[0]), y);
    vm tiny = vm_lt(vf_abs(p.hi), vf_set1(FAST_ELU_TINY));
    vf argument = vf_max(vf_set1(FAST_EXPM1_LEAST), vf_min(vf_set1(-FAST_ELU_TINY), vf_neg(p.hi)));
    vf_pair m = fast_expm1_pair(argument, vf_neg(pair_low_of_exponent(p)));
    vf curve = vf_select(tiny, vf_mul(vf_mul(dy, vf_set1(params->v[0])), y), gradient_times(vf_neg(dy), m));
    return vf_select(softplus_is_above(y, params->v[0], params->v[1]), vf_quiet(dy), curve);
}

#endif
