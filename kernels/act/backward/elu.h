/* The derivative of elu: x > 0 ? 1 : alpha*e^x; from the output, y > 0 ? 1 : y + alpha. */
#ifndef VACT_ACT_BACKWARD_ELU_H
#define VACT_ACT_BACKWARD_ELU_H

#include "loop/form.h"
#include "math/fast/gradient.h"

/* x above -2^-40 counts as -2^-40: e^x is 1 there and a subnormal x would be slow. */
VACT_INLINE gradient_power elu_backward_power(vf dy, vf x, vf bounded, const vact_params_f32 *params)
{
    vf a = vf_select(vm_lt(vf_set1(0.0f), x), vf_set1(1.0f), vf_set1(params->v[0]));
    return gradient_multiple_of(dy, a, vf_min(vf_set1(-0x1p-40f), bounded), vf_set1(0.0f));
}

VACT_INLINE vf elu_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    return gradient_value(elu_backward_power(dy, x, x, params));
}

VACT_INLINE vf elu_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    return gradient_value_down(elu_backward_power(dy, x, vf_max(vf_set1(-GRADIENT_MOST), x), params));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range elu_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 80.0f};
}

VACT_INLINE vf elu_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    vf slope = vf_add(y, vf_set1(params->v[0]));
    return vf_mul(vf_select(vm_le(y, vf_set1(0.0f)), slope, vf_apart(vf_set1(1.0f))), dy);
}

#endif
