/* The derivative of relu6: 1 strictly between 0 and 6, else 0. */
#ifndef VACT_ACT_BACKWARD_RELU6_H
#define VACT_ACT_BACKWARD_RELU6_H

VACT_INLINE vf relu6_backward(vf dy, vf x, const act_params *params)
{
    (void)params;
    vm inside = vm_and(vm_lt(vf_set1(0.0f), x), vm_lt(x, vf_set1(6.0f)));
    return vf_select(inside, vf_quiet(dy), vf_set1(0.0f));
}

#endif
