/* The derivative of relu: x > 0 ? 1 : 0. */
#ifndef VACT_ACT_BACKWARD_RELU_H
#define VACT_ACT_BACKWARD_RELU_H

VACT_INLINE vf relu_backward(vf dy, vf x, const act_params *params)
{
    (void)params;
    return vf_select(vm_lt(vf_set1(0.0f), x), vf_quiet(dy), vf_set1(0.0f));
}

VACT_INLINE vf relu_backward_from_output(vf dy, vf y, const act_params *params)
{
    (void)params;
    return vf_select(vm_lt(vf_set1(0.0f), y), vf_quiet(dy), vf_set1(0.0f));
}

#endif
