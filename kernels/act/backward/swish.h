/* The derivative of swish: s + p*s*(1 - s), p = beta*x as a hi/lo pair, s = sigmoid(p). */
#ifndef VACT_ACT_BACKWARD_SWISH_H
#define VACT_ACT_BACKWARD_SWISH_H

#include "math/fast/gradient.h"

VACT_INLINE vf swish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    /* x is finite: 0*inf would be NaN; for beta = 0 the derivative is 1/2. */
    vf largest = vf_set1(FLT_MAX);
    vf bounded = vf_min(largest, vf_max(vf_neg(largest), x));
    vf_pair p = pair_product(vf_set1(params->v[0]), bounded);
    return gradient_gate(dy, p, p);
}

#endif
