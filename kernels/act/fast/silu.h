/* silu: x*sigmoid(x). */
#ifndef VACT_ACT_FAST_SILU_H
#define VACT_ACT_FAST_SILU_H

#include "math/fast/logistic.h"

VACT_INLINE vf silu_any(vf x)
{
    vm tiny = fast_tiny(x, FAST_LOGISTIC_ORDINARY), low = vm_lt(x, vf_set1(-FAST_LOGISTIC_ORDINARY));
    vf bounded = vf_min(vf_set1(64.0f), vf_max(vf_set1(-120.0f), x));
    bounded = vf_select(tiny, vf_set1(1.0f), bounded);
    fast_power power = fast_power_of_negative(bounded);
    fast_scaled scaled = fast_scale_where(low, power);
    vf result = fast_times_logistic(bounded, fast_wide_sum(scaled.one, scaled.s, power));
    result = vf_select(vm_lt(vf_set1(64.0f), x), x, fast_scale_back(low, result));
    return fast_half_where(tiny, x, result);
}

VACT_INLINE vf silu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    if (__builtin_expect(vm_any_beyond(x, FAST_LOGISTIC_ORDINARY), 0))
        return silu_any(x);
    return fast_times_logistic(x, fast_ordinary_sum(fast_power_of_negative(x)));
}

#endif
