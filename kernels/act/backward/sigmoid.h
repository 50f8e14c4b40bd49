/* The derivative of sigmoid: z/(1 + z)^2, z = e^-|x|; from the output, y - y^2, one rounding. */
#ifndef VACT_ACT_BACKWARD_SIGMOID_H
#define VACT_ACT_BACKWARD_SIGMOID_H

#include "loop/form.h"
#include "math/fast/gradient.h"

VACT_INLINE vf sigmoid_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value(gradient_bell_of(dy, gradient_magnitude(x), vf_set1(0.0f)));
}

VACT_INLINE vf sigmoid_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value_down(
        gradient_bell_of(dy, vf_min(vf_set1(GRADIENT_MOST), gradient_magnitude(x)), vf_set1(0.0f)));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range sigmoid_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 80.0f};
}

VACT_INLINE vf sigmoid_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, vf_fnma(y, y, y));
}

#endif
