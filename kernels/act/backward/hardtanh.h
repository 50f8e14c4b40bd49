/* The derivative of hardtanh: 1 strictly between lo and hi, else 0. */
#ifndef VACT_ACT_BACKWARD_HARDTANH_H
#define VACT_ACT_BACKWARD_HARDTANH_H

VACT_INLINE vf hardtanh_backward(vf dy, vf x, const act_params *params)
{
    vm inside = vm_and(vm_lt(vf_set1(params->v[0]), x), vm_lt(x, vf_set1(params->v[1])));
    return vf_select(inside, vf_quiet(dy), vf_set1(0.0f));
}

#endif
