/* The derivative of swish: s + p*s*(1 - s), p = beta*x as hi + lo, s = sigmoid(p). */
#ifndef VACT_ACT_BACKWARD_SWISH_H
#define VACT_ACT_BACKWARD_SWISH_H

#include "math/fast/gradient.h"

VACT_INLINE vf swish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf_pair p = pair_product(vf_set1(params->v[0]), x);
    return gradient_gate(dy, p, p);
}

#endif
