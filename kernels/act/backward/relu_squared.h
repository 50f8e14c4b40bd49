/* The derivative of relu_squared: x > 0 ? 2x : 0. dy*x is doubled last, as 2x alone may overflow. */
#ifndef VACT_ACT_BACKWARD_RELU_SQUARED_H
#define VACT_ACT_BACKWARD_RELU_SQUARED_H

VACT_INLINE vf relu_squared_backward(vf dy, vf x, const act_params *params)
{
    (void)params;
    vf slope = vf_mul(dy, x);
    return vf_select(vm_le(x, vf_set1(0.0f)), vf_set1(0.0f), vf_add(slope, slope));
}

#endif
