/*
 * softsign: x/(1 + |x|), in two roundings: at most 1.5 ULP. From 2^25 on the sum is |x| and the result 1; |x| is
 * bounded there, as the quotient of infinities is NaN.
 */
#ifndef VACT_ACT_PLAIN_SOFTSIGN_H
#define VACT_ACT_PLAIN_SOFTSIGN_H

VACT_INLINE vf softsign_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf magnitude = vf_min(vf_set1(0x1p30f), vf_abs(x));
    return vf_flip_sign(vf_div(magnitude, vf_add(vf_set1(1.0f), magnitude)), x);
}

#endif
