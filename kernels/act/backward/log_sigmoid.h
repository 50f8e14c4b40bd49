/* The derivative of log_sigmoid: sigmoid(-x). */
#ifndef VACT_ACT_BACKWARD_LOG_SIGMOID_H
#define VACT_ACT_BACKWARD_LOG_SIGMOID_H

#include "math/fast/gradient.h"

VACT_INLINE vf log_sigmoid_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_sigmoid(dy, (vf_pair){vf_neg(x), vf_set1(0.0f)});
}

#endif
