/* selu: s*(x > 0 ? x : a*expm1(x)). Neither s nor s*a is a float: both are hi/lo pairs
 * (docs/approximations/constants.py). */
#ifndef VACT_ACT_SLEEF_SELU_H
#define VACT_ACT_SLEEF_SELU_H

#include "math/sleef/functions.h"

VACT_INLINE vf selu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm positive = vm_le(vf_set1(0.0f), x);
    vf factor = vf_select(positive, x, math_expm1(x));
    vf hi = vf_select(positive, vf_set1(0x1.0cfabep+0f), vf_set1(0x1.c212ccp+0f));
    vf lo = vf_select(positive, vf_set1(-0x1.2adddap-25f), vf_set1(0x1.903c0cp-26f));
    vf low_product = vf_mul(factor, lo);
    /* 0 for an infinite x: the low product would be an infinity of the other sign. */
    low_product = vf_select(vm_lt(vf_abs(factor), vf_set1(__builtin_inff())), low_product, vf_set1(0.0f));
    /* The sign of a zero: the sum of a +0 and a -0 is +0. */
    return vf_copysign(vf_fma(factor, hi, low_product), x);
}

#endif
