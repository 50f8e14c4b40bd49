/*
 * gelu_tanh: x*(1 + tanh(u))/2 = x*sigmoid(2u), 2u = x*(c1 + c2*x^2), c1 = 2*sqrt(2/pi), c2 = 0.044715*c1.
 *
 * 1 + tanh(u) cancels for x < 0; the logistic form does not. There 2u (down to -90) is an exponent, so it is a hi/lo
 * pair (math/common/gelu_tanh.h). In it x is clamped to +-13: below, the result rounds to -0; above, sigmoid(2u) is 1.
 */
#ifndef VACT_ACT_SLEEF_GELU_TANH_H
#define VACT_ACT_SLEEF_GELU_TANH_H

#include "math/common/gelu_tanh.h"
#include "math/common/pair.h"
#include "math/sleef/logistic.h"

VACT_INLINE vf gelu_tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf t = logistic_argument(vf_min(vf_set1(13.0f), vf_max(vf_set1(-13.0f), x)), 0x1p-40f);
    return logistic_product(vf_max(vf_set1(-13.0f), x), gelu_tanh_exponent(t));
}

#endif
