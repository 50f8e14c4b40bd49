/* The derivative of exp: e^x, which is the output. */
#ifndef VACT_ACT_BACKWARD_EXP_H
#define VACT_ACT_BACKWARD_EXP_H

#include "math/fast/gradient.h"

VACT_INLINE vf exp_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_exponential(dy, vf_set1(1.0f), (vf_pair){x, vf_set1(0.0f)}, vf_set1(GRADIENT_MOST));
}

VACT_INLINE vf exp_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, y);
}

#endif
