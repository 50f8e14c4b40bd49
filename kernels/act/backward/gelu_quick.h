/* The derivative of gelu_quick: s + p*s*(1 - s), p = 1.702x as a hi/lo pair, s = sigmoid(p). */
#ifndef VACT_ACT_BACKWARD_GELU_QUICK_H
#define VACT_ACT_BACKWARD_GELU_QUICK_H

#include "math/common/gelu_quick.h"
#include "math/fast/gradient.h"

VACT_INLINE vf gelu_quick_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair p = gelu_quick_exponent(x);
    return gradient_gate(dy, p, p);
}

#endif
