/* silu: x*sigmoid(x). */
#ifndef VACT_ACT_FAST_SILU_H
#define VACT_ACT_FAST_SILU_H

#include "math/fast/logistic.h"

VACT_INLINE vf silu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf limit = vf_set1(FAST_LOGISTIC_ORDINARY);
    if (!vm_any(vm_lt(limit, vf_abs(x))))
        return fast_times_logistic(x, fast_ordinary_sum(fast_power_of_negative(x)));
    vf bounded = vf_min(vf_set1(64.0f), vf_max(vf_set1(-120.0f), x));
    fast_power power = fast_power_of_negative(bounded);
    fast_scaled scaled = fast_scale_where(vm_lt(x, vf_neg(limit)), power);
    vf result = fast_times_logistic(bounded, fast_wide_sum(scaled.one, scaled.s, power));
    return vf_select(vm_lt(vf_set1(64.0f), x), x, vf_mul(scaled.one, result));
}

#endif
