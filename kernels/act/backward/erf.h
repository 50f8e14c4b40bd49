/* The derivative of erf: 2/sqrt(pi)*e^(-x^2). 2/sqrt(pi) is a float times e^lo, and x^2 is a hi/lo pair. */
#ifndef VACT_ACT_BACKWARD_ERF_H
#define VACT_ACT_BACKWARD_ERF_H

#include "loop/form.h"
#include "math/fast/gradient.h"

VACT_INLINE gradient_power erf_backward_power(vf dy, vf t)
{
    vf_pair square = pair_product(t, t);
    /* the low part of 2/sqrt(pi) divided by the high one (docs/approximations/constants.py) */
    vf lo = vf_sub(vf_set1(-0x1.be5e9ap-25f), square.lo);
    return gradient_multiple_of(dy, vf_set1(0x1.20dd76p+0f), vf_neg(square.hi), lo);
}

VACT_INLINE vf erf_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value(erf_backward_power(dy, gradient_magnitude(x)));
}

VACT_INLINE vf erf_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value_down(erf_backward_power(dy, vf_min(vf_set1(0x1.a6p+3f), gradient_magnitude(x))));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range erf_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 8.875f};
}

#endif
