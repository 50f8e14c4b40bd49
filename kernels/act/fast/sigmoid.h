/* sigmoid: 1/(1 + e^-x). */
#ifndef VACT_ACT_FAST_SIGMOID_H
#define VACT_ACT_FAST_SIGMOID_H

#include "math/fast/logistic.h"

VACT_INLINE vf sigmoid_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    if (!vm_any(vm_lt(vf_set1(FAST_LOGISTIC_ORDINARY), vf_abs(x))))
        return fast_logistic(fast_ordinary_sum(fast_power_of_negative(x)));
    vf bounded = vf_min(vf_set1(64.0f), vf_max(vf_set1(-112.0f), x));
    fast_power power = fast_power_of_negative(bounded);
    fast_scaled scaled = fast_scale_where(vm_lt(x, vf_set1(-FAST_LOGISTIC_ORDINARY)), power);
    return vf_mul(scaled.one, fast_logistic(fast_wide_sum(scaled.one, scaled.s, power)));
}

#endif
