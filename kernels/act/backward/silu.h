/* The derivative of silu: s + x*s*(1 - s), s = sigmoid(x). */
#ifndef VACT_ACT_BACKWARD_SILU_H
#define VACT_ACT_BACKWARD_SILU_H

#include "math/fast/gradient.h"

VACT_INLINE vf silu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair p = {x, vf_set1(0.0f)};
    return gradient_gate(dy, p, p);
}

#endif
