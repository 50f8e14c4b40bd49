/*
 * hard_sigmoid6: clamp(x + 3, 0, 6)/6, as (t + 3)/6 with t = clamp(x, -3, 3).
 *
 * t + 3 = sum + low exactly, 3 being the larger operand (Dekker 1971). The quotient is first a product with the float
 * nearest to 1/6; its residual (sum - 6q + low)/6 corrects it, so that one rounding remains (and the error of 1/6 in
 * the residual, far smaller).
 */
#ifndef VACT_ACT_PLAIN_HARD_SIGMOID6_H
#define VACT_ACT_PLAIN_HARD_SIGMOID6_H

VACT_INLINE vf hard_sigmoid6_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf three = vf_set1(3.0f), sixth = vf_set1(0x1.555556p-3f);
    vf t = vf_min(three, vf_max(vf_neg(three), x));
    vf sum = vf_add(t, three);
    vf low = vf_sub(t, vf_sub(sum, three));
    vf quotient = vf_mul(sum, sixth);
    vf residual = vf_add(vf_fnma(vf_set1(6.0f), quotient, sum), low);
    return vf_fma(residual, sixth, quotient);
}

#endif
