/* exp. */
#ifndef VACT_ACT_CR_EXP_H
#define VACT_ACT_CR_EXP_H

#include "loop/form.h"
#include "math/cr/exp.h"

VACT_INLINE cr_rounded exp_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    return cr_round(cr_exp(x, vf_set1(0.0f)), 0x1p-39f);
}

VACT_INLINE act_range exp_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, -CR_EXP_LEAST};
}

#endif
