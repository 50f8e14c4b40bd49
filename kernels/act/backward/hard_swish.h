/*
 * The derivative of hard_swish: 0 up to -3, x/3 + 1/2 to 3, then 1; with parameters of the caller 0, 2*alpha*x + beta
 * or 1, as the line alpha*x + beta is up to 0, below 1 or above.
 *
 * x + 3/2 is exact as a hi/lo pair, so that the result is accurate near the zero at -3/2, and 1/3 is a pair too: the
 * slope is rounded once, and so is its product with dy, the only number that can overflow.
 */
#ifndef VACT_ACT_BACKWARD_HARD_SWISH_H
#define VACT_ACT_BACKWARD_HARD_SWISH_H

#include "loop/backward.h"
#include "math/common/hard_line.h"

VACT_INLINE vf hard_swish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf third = vf_set1(0x1.555556p-2f), third_lo = vf_set1(-0x1.555556p-27f), offset = vf_set1(1.5f);
    vf sum = vf_add(x, offset);
    vf sum_lo = vf_sub(x, vf_sub(sum, offset)); /* exact for |x| < 3 */
    vf slope = vf_fma(sum, third, vf_fma(sum, third_lo, vf_mul(sum_lo, third)));
    slope = vf_select(vm_le(vf_set1(3.0f), x), vf_apart(vf_set1(1.0f)), slope);
    return vf_where(vm_lt(vf_set1(-3.0f), x), vf_mul(slope, dy));
}

VACT_INLINE vf hard_swish_backward_of_line(vf dy, vf x, const vact_params_f32 *params)
{
    const hard_line line = hard_line_of(params);
    vf one = vf_set1(line.one), alpha = vf_set1(line.alpha), bounded = hard_line_bounded(x, line);
    vf share = vf_fma(alpha, bounded, vf_set1(line.beta));
    /* half of the slope: 2*alpha may overflow */
    vf slope = vf_mul(vf_set1(2.0f), vf_fma(alpha, bounded, vf_set1(0.5f * line.beta)));
    slope = vf_select(vm_le(one, share), vf_apart(one), slope);
    vm active = vm_lt(vf_set1(0.0f), share);
    slope = vf_select(active, slope, vf_apart(vf_set1(0.0f))); /* its product with dy may overflow */
    /* As in the forward function: no factor becomes subnormal or overflows unless the result does. */
    vf inverse = vf_set1(line.inverse);
    vm large = vm_le(vf_set1(1.0f), vf_abs(dy));
    vf left = vf_select(large, vf_mul(dy, inverse), dy), right = vf_select(large, slope, vf_mul(slope, inverse));
    return vf_where(active, vf_mul(left, right));
}

#define BACKWARD_OTHERWISE
VACT_NOINLINE static vf hard_swish_backward_otherwise(vf dy, vf x, const vact_params_f32 *params)
{
    return backward_of(dy, x, params, hard_swish_backward_of_line);
}

#endif
