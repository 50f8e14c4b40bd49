/* The derivative of leaky_relu: x > 0 ? 1 : alpha. For alpha >= 0 the output has the sign of x. The slope is selected,
 * not the product, which may overflow where it is not the result. */
#ifndef VACT_ACT_BACKWARD_LEAKY_RELU_H
#define VACT_ACT_BACKWARD_LEAKY_RELU_H

VACT_INLINE vf leaky_relu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    return vf_mul(vf_select(vm_le(x, vf_set1(0.0f)), vf_set1(params->v[0]), vf_apart(vf_set1(1.0f))), dy);
}

VACT_INLINE vf leaky_relu_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    return vf_mul(vf_select(vm_le(y, vf_set1(0.0f)), vf_set1(params->v[0]), vf_apart(vf_set1(1.0f))), dy);
}

#endif
