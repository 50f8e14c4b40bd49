/* The derivative of hardtanh: 1 strictly between lo and hi, else 0. */
#ifndef VACT_ACT_BACKWARD_HARDTANH_H
#define VACT_ACT_BACKWARD_HARDTANH_H

VACT_INLINE vf hardtanh_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vm flat = vm_or(vm_le(x, vf_set1(params->v[0])), vm_le(vf_set1(params->v[1]), x));
    return vf_select(flat, vf_set1(0.0f), dy);
}

#endif
