/* The derivative of sigmoid: z/(1 + z)^2, z = e^-|x|; from the output, y - y^2, one rounding. */
#ifndef VACT_ACT_BACKWARD_SIGMOID_H
#define VACT_ACT_BACKWARD_SIGMOID_H

#include "math/fast/gradient.h"

VACT_INLINE vf sigmoid_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_bell(dy, vf_abs(x), 0.0f);
}

VACT_INLINE vf sigmoid_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, vf_fnma(y, y, y));
}

#endif
