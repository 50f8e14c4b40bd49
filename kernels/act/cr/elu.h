/* elu: x, or alpha*(e^x - 1) below 0. */
#ifndef VACT_ACT_CR_ELU_H
#define VACT_ACT_CR_ELU_H

#include "loop/form.h"
#include "math/cr/exp.h"

VACT_INLINE cr_rounded elu_rounded(vf x, const vact_params_f32 *params)
{
    const float alpha = params->v[0];
    const vf zero = vf_set1(0.0f), within = vf_max(vf_set1(-60.0f), vf_min(zero, x));
    cr_rounded y = cr_round_capped(cr_times(cr_expm1_below(within, zero), vf_set1(alpha)), 0x1p-35f,
                                   0x1p-40f * __builtin_fabsf(alpha));
    y.value = vf_select(vm_lt(x, zero), y.value, x);
    return y;
}

/* With alpha = 1 tiny numbers are their own results. */
VACT_INLINE act_range elu_range(const vact_params_f32 *params)
{
    const float alpha = __builtin_fabsf(params->v[0]);
    if (alpha == 1.0f)
        return (act_range){0.0f, FLT_MAX};
    return alpha >= 0x1p-10f && alpha <= 0x1p10f ? (act_range){CR_TINY, FLT_MAX} : CR_NONE_COMMON;
}

#endif
