/* The derivative of mish: t + x*(1 - t^2)*s, t = tanh(softplus(x)), s = sigmoid(x). */
#ifndef VACT_ACT_BACKWARD_MISH_H
#define VACT_ACT_BACKWARD_MISH_H

VACT_INLINE vf mish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf s = vf_div(vf_set1(1.0f), vf_add(vf_set1(1.0f), math_exp(vf_neg(x))));
    vf t = math_tanh(vf_add(vf_max(vf_set1(0.0f), x), math_log1p(math_exp(vf_neg(vf_abs(x))))));
    return vf_mul(dy, vf_fma(vf_mul(x, s), vf_fnma(t, t, vf_set1(1.0f)), t));
}

#endif
