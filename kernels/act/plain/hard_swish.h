/*
 * hard_swish: x*clamp(x + 3, 0, 6)/6; -0 for x <= -3.
 *
 * With t = max(x, -3): t + 3 is rounded once and exact near -3, where plain arithmetic with t/6 + 1/2 has an error of
 * 10^5 ULP. Its product with t is a hi/lo pair, and so is 1/6; the product of these is rounded once. The signs of the
 * low parts are such that all products are -0 for x = -0 and x <= -3.
 *
 * Largest error 1.415 ULP, at 0x1.5f4cc4p+0.
 */
#ifndef VACT_ACT_PLAIN_HARD_SWISH_H
#define VACT_ACT_PLAIN_HARD_SWISH_H

VACT_INLINE vf hard_swish_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf three = vf_set1(3.0f), sixth = vf_set1(0x1.555554p-3f), sixth_lo = vf_set1(0x1.555556p-27f);
    vf t = vf_max(vf_neg(three), x);
    vf sum = vf_add(t, three), product = vf_mul(t, sum);
    vf excess = vf_fnma(t, sum, product);
    vf low = vf_fma(product, sixth_lo, vf_mul(excess, vf_neg(sixth)));
    return vf_select(vm_le(three, x), x, vf_fma(product, sixth, low));
}

#endif
