/* The derivative of gelu_quick: s*(1 + p*(1 - s)), p = 1.702x, s = sigmoid(p). */
#ifndef VACT_ACT_BACKWARD_GELU_QUICK_H
#define VACT_ACT_BACKWARD_GELU_QUICK_H

VACT_INLINE vf gelu_quick_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf p = vf_mul(vf_set1(1.702f), x);
    vf s = vf_div(vf_set1(1.0f), vf_add(vf_set1(1.0f), math_exp(vf_neg(p))));
    return vf_mul(dy, vf_fma(vf_mul(p, s), vf_sub(vf_set1(1.0f), s), s));
}

#endif
