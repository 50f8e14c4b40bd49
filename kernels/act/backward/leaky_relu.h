/* The derivative of leaky_relu: x > 0 ? 1 : alpha. For alpha >= 0 the output has the sign of x. */
#ifndef VACT_ACT_BACKWARD_LEAKY_RELU_H
#define VACT_ACT_BACKWARD_LEAKY_RELU_H

VACT_INLINE vf leaky_relu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf sloped = vf_mul(vf_set1(params->v[0]), dy);
    return vf_select(vm_le(x, vf_set1(0.0f)), sloped, dy);
}

VACT_INLINE vf leaky_relu_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    vf sloped = vf_mul(vf_set1(params->v[0]), dy);
    return vf_select(vm_le(y, vf_set1(0.0f)), sloped, dy);
}

#endif
