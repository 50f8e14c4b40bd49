/* exp: as in math/fast/exp.h. */
#ifndef VACT_ACT_FAST_EXP_H
#define VACT_ACT_FAST_EXP_H

#include "loop/form.h"
#include "math/fast/exp.h"

VACT_INLINE vf exp_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_exp(x);
}

VACT_INLINE vf exp_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_exp_any(x);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range exp_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_EXP_COMMON};
}

#endif
