/* log_sigmoid(x) = -log(1 + e^-x). */
#ifndef VACT_ACT_FAST_LOG_SIGMOID_H
#define VACT_ACT_FAST_LOG_SIGMOID_H

#include "math/fast/softplus.h"

VACT_INLINE vf log_sigmoid_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_neg(fast_softplus(vf_neg(x)));
}

#endif
