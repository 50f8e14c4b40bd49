/* sigmoid: 1/(1 + e^-x). */
#ifndef VACT_ACT_FAST_SIGMOID_H
#define VACT_ACT_FAST_SIGMOID_H

#include "loop/form.h"
#include "math/common/pair.h"
#include "math/fast/logistic.h"

VACT_INLINE vf sigmoid_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_quotient(vf_set1(1.0f), fast_common_sum(fast_monotone_power_of_negative(x)));
}

VACT_INLINE vf sigmoid_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm tail = vm_lt(x, vf_set1(-FAST_LOGISTIC_TAIL));
    fast_power power = fast_monotone_power_of_negative(vf_max(vf_set1(-112.0f), vf_min(vf_set1(64.0f), x)));
    const vf one = vf_set1(1.0f);
    vf result = vf_div(one, fast_wide_sum(one, fast_tail_power(tail, power), power));
    return vf_select(tail, fast_tail_scale_down(result, 1.0f), result);
}

/* 1 + e^-x before its last rounding, in common lanes; for gated units. */
VACT_INLINE vf_pair sigmoid_sum(vf x)
{
    fast_power power = fast_power_of_negative(x);
    vf s = vf_power_of_two(power.shifted), base = vf_add(vf_set1(1.0f), s), s_f = vf_mul(s, power.f);
    vf sum = vf_fma(s_f, power.slope, base);
    return (vf_pair){sum, vf_fma(s_f, power.slope, vf_sub(base, sum))};
}

#define ACT_TWO_FORMS
VACT_INLINE act_range sigmoid_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_LOGISTIC_COMMON};
}

#endif
