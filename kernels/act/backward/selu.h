/* The derivative of selu: x > 0 ? s : s*a*e^x. s*a is a float times e^lo, with lo added to x. */
#ifndef VACT_ACT_BACKWARD_SELU_H
#define VACT_ACT_BACKWARD_SELU_H

#include "loop/form.h"
#include "math/fast/gradient.h"

/* As in act/backward/elu.h. */
VACT_INLINE gradient_power selu_backward_power(vf dy, vf x, vf bounded)
{
    vm above = vm_lt(vf_set1(0.0f), x);
    vf a = vf_select(above, vf_set1(0x1.0cfabep+0f), vf_set1(0x1.c212ccp+0f));
    return gradient_multiple_of(dy, a, vf_min(vf_set1(-0x1p-40f), bounded), vf_set1(0x1.c74dbep-27f));
}

VACT_INLINE vf selu_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value(selu_backward_power(dy, x, x));
}

VACT_INLINE vf selu_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value_down(selu_backward_power(dy, x, vf_max(vf_set1(-GRADIENT_MOST), x)));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range selu_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 80.0f};
}

#endif
