/* log_sigmoid(x) = -log(1 + e^-x). */
#ifndef VACT_ACT_FAST_LOG_SIGMOID_H
#define VACT_ACT_FAST_LOG_SIGMOID_H

#include "loop/form.h"
#include "math/fast/softplus.h"

VACT_INLINE vf log_sigmoid_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_neg(fast_softplus(vf_neg(x)));
}

VACT_INLINE vf log_sigmoid_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_neg(fast_softplus_any(vf_neg(x)));
}

#define ACT_TWO_FORMS
VACT_INLINE act_range log_sigmoid_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_SOFTPLUS_REACH};
}

#endif
