/*
 * hard_sigmoid of 16-bit elements: alpha*x + beta clamped to [0, 1], rounded once. With the default alpha, the float
 * above 0.2, the float nearest to the line is a tie where 5 divides the input's significand, and the line itself is
 * farther from 1/2 by 2^-26 of its distance: so 1/2 is moved by an ULP the same way. With other parameters the line is
 * rounded to odd first.
 */
#ifndef VACT_ACT_NARROW_HARD_SIGMOID_H
#define VACT_ACT_NARROW_HARD_SIGMOID_H

#include "act/plain/hard_sigmoid.h"
#include "math/common/to_odd.h"

static const elem_rounding hard_sigmoid_rounding = {.ties = TIES_TO_EVEN};

VACT_INLINE int hard_sigmoid_usual(const vact_params_f32 *params)
{
    return params->v[0] == 0.2f && params->v[1] == 0.5f;
}

VACT_INLINE vf hard_sigmoid_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf middle = vf_add(vf_set1(0.5f), vf_copysign(vf_set1(0x1p-24f), x));
    return vf_min(vf_set1(1.0f), vf_max(vf_set1(0.0f), vf_fma(vf_set1(0.2f), x, middle)));
}

#define ACT_USUAL
VACT_NOINLINE static vf hard_sigmoid_otherwise(vf x, const vact_params_f32 *params)
{
    const vf alpha = vf_set1(params->v[0]), beta = vf_set1(params->v[1]), zero = vf_set1(0.0f), one = vf_set1(1.0f);
    const vf y = hard_sigmoid_forward(x, params), product = vf_mul(alpha, x), sum = vf_add(product, beta);
    const vf share = vf_sub(sum, product), low = vf_add(vf_sub(product, vf_sub(sum, share)), vf_sub(beta, share));
    const vf rest = vf_add(vf_sub(sum, y), vf_add(low, vf_fms(alpha, x, product)));
    const vm inside = vm_and(vm_lt(zero, y), vm_lt(y, one));
    return vf_select(inside, vf_to_odd(y, rest), y);
}

#endif
