/*
 * hard_swish: x*clamp(x + 3, 0, 6)/6; -0 for x <= -3.
 *
 * x + 3 = sum.hi + sum.lo and x*sum.hi = product.hi + product.lo exactly; the quotient q = product.hi/6 is corrected
 * by the residual of the division and by both low parts, so that one rounding remains. Plain arithmetic loses 10^5
 * ULP near -3.
 */
#ifndef VACT_ACT_HARD_SWISH_H
#define VACT_ACT_HARD_SWISH_H

#include "math/pair.h"

VACT_INLINE vf hard_swish_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair sum = pair_sum(x, vf_set1(3.0f));
    vf_pair product = pair_product(x, sum.hi);
    vf low = vf_fma(x, sum.lo, product.lo);
    vf quotient = vf_div(product.hi, vf_set1(6.0f));
    vf residual = vf_add(vf_fnma(vf_set1(6.0f), quotient, product.hi), low);
    vf curve = vf_fma(residual, vf_set1(0x1.555556p-3f), quotient);
    /* The residual +0 of x = -0 would turn the sign. */
    curve = vf_copysign(curve, x);
    vf upper = vf_select(vm_le(vf_set1(3.0f), x), x, curve);
    return vf_select(vm_le(x, vf_set1(-3.0f)), vf_set1(-0.0f), upper);
}

#endif
