/* The derivative of gelu_tanh: s + x*s*(1 - s)*p', s = sigmoid(p), p = 2*sqrt(2/pi)*(x + 0.044715 x^3). */
#ifndef VACT_ACT_BACKWARD_GELU_TANH_H
#define VACT_ACT_BACKWARD_GELU_TANH_H

VACT_INLINE vf gelu_tanh_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf square = vf_mul(x, x);
    vf p = vf_mul(x, vf_fma(vf_set1(0x1.2444f2p-4f), square, vf_set1(0x1.98845p+0f)));
    vf slope = vf_fma(vf_set1(0x1.b6676cp-3f), square, vf_set1(0x1.98845p+0f));
    vf s = vf_div(vf_set1(1.0f), vf_add(vf_set1(1.0f), math_exp(vf_neg(p))));
    return vf_mul(dy, vf_fma(vf_mul(vf_mul(x, slope), s), vf_sub(vf_set1(1.0f), s), s));
}

#endif
