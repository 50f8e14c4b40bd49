/* log_sigmoid: min(x, 0) - log1p(e^-|x|): two terms of one sign, so nothing cancels. */
#ifndef VACT_ACT_SLEEF_LOG_SIGMOID_H
#define VACT_ACT_SLEEF_LOG_SIGMOID_H

#include "math/sleef/functions.h"

VACT_INLINE vf log_sigmoid_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf log1p_z = math_log1p(math_exp(vf_neg(vf_abs(x))));
    return vf_select(vm_lt(x, vf_set1(0.0f)), vf_sub(x, log1p_z), vf_neg(log1p_z));
}

#endif
