/* The derivative of tanh: 4z/(1 + z)^2, z = e^-2|x|; from the output, 1 - y^2, one rounding. */
#ifndef VACT_ACT_BACKWARD_TANH_H
#define VACT_ACT_BACKWARD_TANH_H

#include "math/fast/gradient.h"

VACT_INLINE vf tanh_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_bell(dy, vf_abs(vf_add(x, x)), 2.0f);
}

VACT_INLINE vf tanh_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, vf_fnma(y, y, vf_set1(1.0f)));
}

#endif
