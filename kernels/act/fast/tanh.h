/* tanh: the math layer's own. */
#ifndef VACT_ACT_FAST_TANH_H
#define VACT_ACT_FAST_TANH_H

#include "loop/form.h"
#include "math/fast/tanh.h"

VACT_INLINE vf tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_tanh(x);
}

VACT_INLINE act_form tanh_form(const vact_params_f32 *params)
{
    (void)params;
    return ACT_ONE_FORM(tanh_forward);
}

#endif
