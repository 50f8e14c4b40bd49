/* The derivative of elu: x > 0 ? 1 : alpha*e^x; from the output, y > 0 ? 1 : y + alpha. */
#ifndef VACT_ACT_BACKWARD_ELU_H
#define VACT_ACT_BACKWARD_ELU_H

#include "math/fast/gradient.h"

VACT_INLINE vf elu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf below = gradient_exponential(dy, vf_set1(params->v[0]), (vf_pair){x, vf_set1(0.0f)}, vf_set1(0.0f));
    return vf_select(vm_lt(vf_set1(0.0f), x), vf_quiet(dy), below);
}

VACT_INLINE vf elu_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    vf slope = vf_add(y, vf_set1(params->v[0]));
    return vf_mul(vf_select(vm_le(y, vf_set1(0.0f)), slope, vf_apart(vf_set1(1.0f))), dy);
}

#endif
