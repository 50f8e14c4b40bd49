/*
 * The derivative of hard_swish: 0 up to -3, x/3 + 1/2 to 3, then 1.
 *
 * x + 3/2 is exact as hi + lo, so that the zero at -3/2 keeps its digits.
 */
#ifndef VACT_ACT_BACKWARD_HARD_SWISH_H
#define VACT_ACT_BACKWARD_HARD_SWISH_H

#include "math/pair.h"

VACT_INLINE vf hard_swish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair sum = pair_sum(x, vf_set1(1.5f));
    vf_pair product = pair_product(dy, sum.hi);
    vf slope = vf_div(vf_add(product.hi, vf_fma(dy, sum.lo, product.lo)), vf_set1(3.0f));
    vf upper = vf_select(vm_le(vf_set1(3.0f), x), dy, slope);
    return vf_select(vm_le(x, vf_set1(-3.0f)), vf_set1(0.0f), upper);
}

#endif
