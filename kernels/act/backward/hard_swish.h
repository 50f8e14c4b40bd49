/*
 * The derivative of hard_swish: 0 up to -3, x/3 + 1/2 to 3, then 1.
 *
 * x + 3/2 is exact as a hi/lo pair, so that the result is accurate near the zero at -3/2, and 1/3 is a pair too: the
 * slope is rounded once, and so is its product with dy, the only number that can overflow.
 */
#ifndef VACT_ACT_BACKWARD_HARD_SWISH_H
#define VACT_ACT_BACKWARD_HARD_SWISH_H

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

#endif
