/* The derivative of sigmoid: z/(1 + z)^2, z = e^-|x|; of the output, y - y^2, one rounding. */
#ifndef VACT_ACT_BACKWARD_SIGMOID_H
#define VACT_ACT_BACKWARD_SIGMOID_H

VACT_INLINE vf sigmoid_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf z = math_exp(vf_neg(vf_abs(x)));
    vf one = vf_set1(1.0f), s = vf_add(one, z);
    return vf_div(vf_div(vf_mul(dy, z), s), s);
}

VACT_INLINE vf sigmoid_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, vf_fnma(y, y, y));
}

#endif
