/* The derivative of log_sigmoid: sigmoid(-x). */
#ifndef VACT_ACT_BACKWARD_LOG_SIGMOID_H
#define VACT_ACT_BACKWARD_LOG_SIGMOID_H

#include "loop/form.h"
#include "math/fast/gradient_tail.h"

VACT_INLINE vf log_sigmoid_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_sides sides = gradient_sides_of(dy, vm_le(x, vf_set1(0.0f)));
    return gradient_reflected(sides, gradient_near_tail(gradient_magnitude(x), vf_set1(0.0f)));
}

VACT_INLINE vf log_sigmoid_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf zero = vf_set1(0.0f), limit = vf_set1(GRADIENT_TAIL_NEAR), t = gradient_magnitude(x);
    vm far = vm_lt(limit, t);
    gradient_sides sides = gradient_sides_of(dy, vm_le(x, zero));
    return vf_select(far, gradient_far_tail(sides, t, zero),
                     gradient_reflected(sides, gradient_near_tail(vf_min(limit, t), zero)));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range log_sigmoid_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GRADIENT_TAIL_NEAR};
}

#endif
