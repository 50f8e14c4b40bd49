/* exp: the math layer's own. */
#ifndef VACT_ACT_FAST_EXP_H
#define VACT_ACT_FAST_EXP_H

#include "loop/form.h"
#include "math/fast/exp.h"

VACT_INLINE vf exp_ordinary(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_exp(x);
}

VACT_INLINE vf exp_rare(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_exp_any(x);
}

VACT_NOINLINE static vf exp_any(vf x, const vact_params_f32 *params) { return exp_rare(x, params); }

VACT_INLINE act_form exp_form(const vact_params_f32 *params)
{
    (void)params;
    return (act_form){0.0f, FAST_EXP_ORDINARY, exp_ordinary, exp_rare, exp_any};
}

VACT_INLINE vf exp_forward(vf x, const vact_params_f32 *params) { return act_forward(exp_form(params), x, params); }

#endif
