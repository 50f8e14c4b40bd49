/* sigmoid: 1/(1 + e^-x). */
#ifndef VACT_ACT_FAST_SIGMOID_H
#define VACT_ACT_FAST_SIGMOID_H

#include "act/form.h"
#include "math/fast/logistic.h"

VACT_INLINE vf sigmoid_ordinary(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_logistic(fast_ordinary_sum(fast_rising_power_of_negative(x)));
}

VACT_NOINLINE static vf sigmoid_any(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm low = vm_lt(x, vf_set1(-FAST_LOGISTIC_ORDINARY));
    vf bounded = vf_min(vf_set1(64.0f), vf_max(vf_set1(-112.0f), x));
    fast_power power = fast_rising_power_of_negative(bounded);
    fast_scaled scaled = fast_scale_where(low, power);
    return fast_scale_back(low, fast_logistic(fast_wide_sum(scaled.one, scaled.s, power)));
}

VACT_INLINE act_form sigmoid_form(const vact_params_f32 *params)
{
    (void)params;
    return (act_form){FAST_LOGISTIC_ORDINARY, sigmoid_ordinary, sigmoid_any};
}

VACT_INLINE vf sigmoid_forward(vf x, const vact_params_f32 *params)
{
    return act_forward(sigmoid_form(params), x, params);
}

#endif
