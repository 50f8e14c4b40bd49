/* The derivative of celu: x > 0 ? 1 : e^(x/alpha). */
#ifndef VACT_ACT_BACKWARD_CELU_H
#define VACT_ACT_BACKWARD_CELU_H

VACT_INLINE vf celu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    return vf_select(vm_le(x, vf_set1(0.0f)), vf_mul(dy, math_exp(vf_div(x, vf_set1(params->v[0])))), dy);
}

#endif
