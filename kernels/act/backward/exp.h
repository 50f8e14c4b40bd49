/* The derivative of exp: e^x, which is the output. */
#ifndef VACT_ACT_BACKWARD_EXP_H
#define VACT_ACT_BACKWARD_EXP_H

#include "loop/form.h"
#include "math/fast/gradient.h"

/* x + 2^-40: a subnormal x would be slow. */
VACT_INLINE vf exp_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value(gradient_exponential_of(dy, vf_add(x, vf_set1(0x1p-40f)), vf_set1(0.0f)));
}

VACT_INLINE vf exp_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf most = vf_set1(GRADIENT_MOST), bounded = vf_min(most, vf_max(vf_neg(most), x));
    return gradient_value_any(gradient_exponential_of(dy, vf_add(bounded, vf_set1(0x1p-40f)), vf_set1(0.0f)));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range exp_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 80.0f};
}

VACT_INLINE vf exp_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    (void)params;
    return vf_mul(dy, y);
}

#endif
