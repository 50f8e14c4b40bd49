/* The derivative of exp: e^x, which is the output. */
#ifndef VACT_ACT_BACKWARD_EXP_H
#define VACT_ACT_BACKWARD_EXP_H

VACT_INLINE vf exp_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, math_exp(x));
}

VACT_INLINE vf exp_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, y);
}

#endif
