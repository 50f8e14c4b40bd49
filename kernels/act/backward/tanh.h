/* The derivative of tanh: 4z/(1 + z)^2, z = e^-2|x|; from the output, 1 - y^2, one rounding. */
#ifndef VACT_ACT_BACKWARD_TANH_H
#define VACT_ACT_BACKWARD_TANH_H

#include "loop/form.h"
#include "math/fast/gradient.h"

VACT_INLINE gradient_power tanh_backward_power(vf dy, vf t)
{
    gradient_power y = gradient_bell_of(dy, vf_add(t, t), vf_set1(0.0f));
    return (gradient_power){y.value, vf_add(y.shifted, vf_set1(2.0f))};
}

VACT_INLINE vf tanh_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value(tanh_backward_power(dy, gradient_magnitude(x)));
}

VACT_INLINE vf tanh_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value_down(tanh_backward_power(dy, vf_min(vf_set1(0.5f * 175.5f), gradient_magnitude(x))));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range tanh_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 40.0f};
}

VACT_INLINE vf tanh_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, vf_fnma(y, y, vf_set1(1.0f)));
}

#endif
