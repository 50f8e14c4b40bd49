/* The derivative of hard_sigmoid6: 1/6 strictly between -3 and 3, else 0. */
#ifndef VACT_ACT_BACKWARD_HARD_SIGMOID6_H
#define VACT_ACT_BACKWARD_HARD_SIGMOID6_H

VACT_INLINE vf hard_sigmoid6_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vm flat = vm_or(vm_le(x, vf_set1(-3.0f)), vm_le(vf_set1(3.0f), x));
    return vf_select(flat, vf_set1(0.0f), vf_div(dy, vf_set1(6.0f)));
}

#endif
