/* The derivative of gelu_quick: s + p*s*(1 - s), p = 1.702x as hi + lo, s = sigmoid(p). */
#ifndef VACT_ACT_BACKWARD_GELU_QUICK_H
#define VACT_ACT_BACKWARD_GELU_QUICK_H

#include "math/fast/gradient.h"

VACT_INLINE vf gelu_quick_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair p = pair_product(vf_set1(0x1.b3b646p+0f), x);
    p.lo = vf_fma(vf_set1(-0x1.78d4fep-26f), x, p.lo);
    return gradient_gate(dy, p, p);
}

#endif
