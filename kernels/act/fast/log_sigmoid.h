/* log_sigmoid(x) = -log(1 + e^-x). */
#ifndef VACT_ACT_FAST_LOG_SIGMOID_H
#define VACT_ACT_FAST_LOG_SIGMOID_H

#include "loop/form.h"
#include "math/fast/softplus.h"

VACT_INLINE vf log_sigmoid_ordinary(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_neg(fast_softplus(vf_neg(x)));
}

VACT_INLINE vf log_sigmoid_rare(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_neg(fast_softplus_any(vf_neg(x)));
}

VACT_NOINLINE static vf log_sigmoid_any(vf x, const vact_params_f32 *params) { return log_sigmoid_rare(x, params); }

VACT_INLINE act_form log_sigmoid_form(const vact_params_f32 *params)
{
    (void)params;
    return (act_form){0.0f, FAST_SOFTPLUS_REACH, log_sigmoid_ordinary, log_sigmoid_rare, log_sigmoid_any};
}

VACT_INLINE vf log_sigmoid_forward(vf x, const vact_params_f32 *params)
{
    return act_forward(log_sigmoid_form(params), x, params);
}

#endif
