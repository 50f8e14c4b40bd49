/*
 * hard_sigmoid6: clamp(x + 3, 0, 6)/6, as (t + 3)/6 with t = clamp(x, -3, 3).
 *
 * t + 3 = sum + low exactly, 3 being the larger operand (Dekker 1971), and 1/6 is a hi/lo pair. So the result is
 * rounded once: no input is misrounded.
 */
#ifndef VACT_ACT_PLAIN_HARD_SIGMOID6_H
#define VACT_ACT_PLAIN_HARD_SIGMOID6_H

VACT_INLINE vf hard_sigmoid6_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf three = vf_set1(3.0f), sixth = vf_set1(0x1.555556p-3f), sixth_lo = vf_set1(-0x1.555556p-28f);
    vf t = vf_min(three, vf_max(vf_neg(three), x));
    vf sum = vf_add(t, three);
    vf low = vf_sub(t, vf_sub(sum, three));
    return vf_fma(sum, sixth, vf_fma(sum, sixth_lo, vf_mul(low, sixth)));
}

#endif
