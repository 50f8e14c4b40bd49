/* silu: x*sigmoid(x). */
#ifndef VACT_ACT_FAST_SILU_H
#define VACT_ACT_FAST_SILU_H

#include "loop/form.h"
#include "math/fast/logistic.h"

VACT_INLINE vf silu_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_quotient(x, fast_common_sum(fast_power_of_negative(x)));
}

VACT_INLINE vf silu_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm tail = vm_lt(x, vf_set1(-FAST_LOGISTIC_TAIL)), high = vm_lt(vf_set1(64.0f), x);
    vf bounded = vf_max(vf_set1(-120.0f), vf_min(vf_set1(64.0f), x));
    fast_power power = fast_power_of_negative(bounded);
    vf result = vf_div(bounded, fast_wide_sum(vf_set1(1.0f), fast_tail_power(tail, power), power));
    return vf_select(high, x, vf_select(tail, fast_tail_scale_down(result, -1.0f), result));
}

#define ACT_TWO_FORMS
VACT_INLINE act_range silu_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_LOGISTIC_COMMON};
}

#endif
