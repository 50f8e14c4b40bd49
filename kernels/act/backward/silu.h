/* The derivative of silu: s + x*s*(1 - s), s = sigmoid(x). */
#ifndef VACT_ACT_BACKWARD_SILU_H
#define VACT_ACT_BACKWARD_SILU_H

#include "loop/form.h"
#include "math/fast/gradient_gate.h"

VACT_INLINE vf silu_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    gradient_sides sides = gradient_sides_of(dy, vm_le(vf_set1(0.0f), x));
    return gradient_reflected(sides, gradient_near_gate(gradient_magnitude(x), vf_set1(0.0f)));
}

VACT_INLINE vf silu_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf zero = vf_set1(0.0f), limit = vf_set1(GRADIENT_GATE_NEAR), t = gradient_magnitude(x);
    vm far = vm_lt(limit, t);
    gradient_sides sides = gradient_sides_of(dy, vm_le(zero, x));
    return vf_select(far, gradient_far_gate(sides, t, zero),
                     gradient_reflected(sides, gradient_near_gate(vf_min(limit, t), zero)));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range silu_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GRADIENT_GATE_NEAR};
}

#endif
