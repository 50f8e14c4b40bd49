/*
 * hard_swish: x*clamp(x + 3, 0, 6)/6; -0 for x <= -3.
 *
 * With t = max(x, -3), t + 3 = sum + sum_low exactly where it matters, |t| <= 3 (Dekker 1971), and t*sum = product.hi +
 * product.lo. The quotient is first a product with the float nearest to 1/6; its residual and both low parts correct
 * it, so that one rounding remains. Plain arithmetic has an error of 10^5 ULP near -3.
 */
#ifndef VACT_ACT_PLAIN_HARD_SWISH_H
#define VACT_ACT_PLAIN_HARD_SWISH_H

#include "math/common/pair.h"

VACT_INLINE vf hard_swish_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf three = vf_set1(3.0f), sixth = vf_set1(0x1.555556p-3f);
    vf t = vf_max(vf_neg(three), x);
    vf sum = vf_add(t, three);
    vf sum_low = vf_sub(t, vf_sub(sum, three));
    vf_pair product = pair_product(t, sum);
    vf low = vf_fma(t, sum_low, product.lo);
    vf quotient = vf_mul(product.hi, sixth);
    vf residual = vf_add(vf_fnma(vf_set1(6.0f), quotient, product.hi), low);
    vf curve = vf_fma(residual, sixth, quotient);
    /* The sign for x = -0 and x <= -3, where a residual of +0 would change it. */
    return vf_select(vm_le(three, x), x, vf_copysign(curve, x));
}

#endif
