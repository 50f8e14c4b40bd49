/* The derivative of swish: s*(1 + beta*x*(1 - s)), s = sigmoid(beta*x). */
#ifndef VACT_ACT_BACKWARD_SWISH_H
#define VACT_ACT_BACKWARD_SWISH_H

VACT_INLINE vf swish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf p = vf_mul(vf_set1(params->v[0]), x);
    vf s = vf_div(vf_set1(1.0f), vf_add(vf_set1(1.0f), math_exp(vf_neg(p))));
    return vf_mul(dy, vf_fma(vf_mul(p, s), vf_sub(vf_set1(1.0f), s), s));
}

#endif
