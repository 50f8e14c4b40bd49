/* celu: x, or alpha*(e^(x/alpha) - 1) below 0; alpha = 1 alone. */
#ifndef VACT_ACT_CR_CELU_H
#define VACT_ACT_CR_CELU_H

#include "loop/form.h"
#include "math/cr/exp.h"

VACT_INLINE cr_rounded celu_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf zero = vf_set1(0.0f), within = vf_max(vf_set1(-60.0f), vf_min(zero, x));
    cr_rounded y = cr_round_capped(cr_expm1_below(within, zero), 0x1p-35f, 0x1p-40f);
    y.value = vf_select(vm_lt(x, zero), y.value, x);
    return y;
}

VACT_INLINE act_range celu_range(const vact_params_f32 *params)
{
    return params->v[0] == 1.0f ? (act_range){0.0f, FLT_MAX} : CR_NONE_COMMON;
}

#endif
