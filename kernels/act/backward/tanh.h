/* The derivative of tanh: 4z/(1 + z)^2, z = e^-2|x|; of the output, 1 - y^2, one rounding. */
#ifndef VACT_ACT_BACKWARD_TANH_H
#define VACT_ACT_BACKWARD_TANH_H

VACT_INLINE vf tanh_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf z = math_exp(vf_mul(vf_set1(-2.0f), vf_abs(x)));
    vf s = vf_add(vf_set1(1.0f), z);
    return vf_div(vf_div(vf_mul(dy, vf_mul(vf_set1(4.0f), z)), s), s);
}

VACT_INLINE vf tanh_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, vf_fnma(y, y, vf_set1(1.0f)));
}

#endif
