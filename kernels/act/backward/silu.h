/* The derivative of silu: s*(1 + x*(1 - s)), s = sigmoid(x). */
#ifndef VACT_ACT_BACKWARD_SILU_H
#define VACT_ACT_BACKWARD_SILU_H

VACT_INLINE vf silu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf p = x;
    vf s = vf_div(vf_set1(1.0f), vf_add(vf_set1(1.0f), math_exp(vf_neg(p))));
    return vf_mul(dy, vf_fma(vf_mul(p, s), vf_sub(vf_set1(1.0f), s), s));
}

#endif
