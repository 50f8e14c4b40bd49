/* selu: gamma*(x > 0 ? x : alpha*expm1(x)). By default neither gamma nor gamma*alpha is a float: both are hi/lo pairs
 * (docs/approximations/constants.py). */
#ifndef VACT_ACT_SLEEF_SELU_H
#define VACT_ACT_SLEEF_SELU_H

#include "math/common/selu.h"
#include "math/sleef/functions.h"

/* gamma times `bounded`, or gamma*alpha times expm1(x) */
VACT_INLINE vf selu_of_slopes(vf x, vf bounded, selu_slope above, selu_slope below)
{
    vm positive = vm_le(vf_set1(0.0f), x);
    vf factor = vf_select(positive, bounded, math_expm1(x));
    vf hi = vf_select(positive, vf_set1(above.hi), vf_set1(below.hi));
    vf lo = vf_select(positive, vf_set1(above.lo), vf_set1(below.lo));
    vf low_product = vf_mul(factor, lo);
    /* 0 for an infinite x: the low product would be an infinity of the other sign. */
    low_product = vf_select(vm_lt(vf_abs(factor), vf_set1(__builtin_inff())), low_product, vf_set1(0.0f));
    /* The sign of a zero: the sum of a +0 and a -0 is +0. */
    return vf_copysign(vf_fma(factor, hi, low_product), vf_flip_sign(x, hi));
}

VACT_INLINE vf selu_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    const selu_slope gamma = {0x1.0cfabep+0f, -0x1.2adddap-25f}, product = {0x1.c212ccp+0f, 0x1.903c0cp-26f};
    return selu_of_slopes(x, x, gamma, product);
}

#define ACT_USUAL
VACT_NOINLINE static vf selu_otherwise(vf x, const vact_params_f32 *params)
{
    const selu_slope gamma = {params->v[1], 0.0f};
    return selu_of_slopes(x, selu_bounded(x, params), gamma, selu_slope_of(params));
}

VACT_INLINE vf selu_forward(vf x, const vact_params_f32 *params)
{
    return selu_usual(params) ? selu_common(x, params) : selu_otherwise(x, params);
}

#endif
