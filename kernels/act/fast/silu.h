/* silu: x*sigmoid(x). */
#ifndef VACT_ACT_FAST_SILU_H
#define VACT_ACT_FAST_SILU_H

#include "act/form.h"
#include "math/fast/logistic.h"

VACT_INLINE vf silu_ordinary(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_times_logistic(x, fast_ordinary_sum(fast_power_of_negative(x)));
}

VACT_NOINLINE static vf silu_any(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm low = vm_lt(x, vf_set1(-FAST_LOGISTIC_ORDINARY));
    vf bounded = vf_min(vf_set1(64.0f), vf_max(vf_set1(-120.0f), x));
    fast_power power = fast_power_of_negative(bounded);
    fast_scaled scaled = fast_scale_where(low, power);
    vf result = fast_times_logistic(bounded, fast_wide_sum(scaled.one, scaled.s, power));
    return vf_select(vm_lt(vf_set1(64.0f), x), x, fast_scale_back(low, result));
}

VACT_INLINE act_form silu_form(const vact_params_f32 *params)
{
    (void)params;
    return (act_form){FAST_LOGISTIC_ORDINARY, silu_ordinary, silu_any};
}

VACT_INLINE vf silu_forward(vf x, const vact_params_f32 *params) { return act_forward(silu_form(params), x, params); }

#endif
