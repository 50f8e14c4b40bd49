/*
 * hard_swish: x*clamp(x + 3, 0, 6)/6; -0 for x <= -3.
 *
 * With t = max(x, -3), t + 3 = sum + sum_lo exactly where it matters, |t| <= 3 (Dekker 1971), and 1/6 is a hi/lo pair:
 * so the share (t + 3)/6 is rounded once, and its product with t once more. Plain arithmetic has an error of 10^5 ULP
 * near -3.
 *
 * Largest error 1.4923 ULP, at 0x1.fe0cp-10.
 */
#ifndef VACT_ACT_PLAIN_HARD_SWISH_H
#define VACT_ACT_PLAIN_HARD_SWISH_H

VACT_INLINE vf hard_swish_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf three = vf_set1(3.0f), sixth = vf_set1(0x1.555556p-3f), sixth_lo = vf_set1(-0x1.555556p-28f);
    vf t = vf_max(vf_neg(three), x);
    vf sum = vf_add(t, three), sum_lo = vf_sub(t, vf_sub(sum, three));
    vf share = vf_fma(sum, sixth, vf_fma(sum, sixth_lo, vf_mul(sum_lo, sixth)));
    return vf_select(vm_le(three, x), x, vf_mul(t, share));
}

#endif
