/* The derivative of tanh_shrink: tanh(x)^2. */
#ifndef VACT_ACT_BACKWARD_TANH_SHRINK_H
#define VACT_ACT_BACKWARD_TANH_SHRINK_H

VACT_INLINE vf tanh_shrink_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf t = math_tanh(x);
    return vf_mul(vf_mul(dy, t), t);
}

#endif
