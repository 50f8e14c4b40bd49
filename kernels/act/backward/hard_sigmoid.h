/*
 * The derivative of hard_sigmoid: alpha where 0 < line < 1, else 0. The rounded line decides, so that the gradient is 0
 * exactly where the result is 0 or 1.
 */
#ifndef VACT_ACT_BACKWARD_HARD_SIGMOID_H
#define VACT_ACT_BACKWARD_HARD_SIGMOID_H

#include "act/plain/hard_sigmoid.h"

VACT_INLINE vf hard_sigmoid_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf alpha = vf_set1(params->v[0]);
    vf bound = hard_sigmoid_bound(params);
    vf above = vf_fma(alpha, vf_min(bound, vf_max(vf_neg(bound), x)), vf_set1(params->v[1]));
    vm flat = vm_or(vm_le(above, vf_set1(0.0f)), vm_le(vf_set1(1.0f), above));
    return vf_select(flat, vf_set1(0.0f), vf_mul(alpha, dy));
}

#endif
