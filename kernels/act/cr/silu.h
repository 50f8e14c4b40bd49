/* silu: x/(1 + e^-x). */
#ifndef VACT_ACT_CR_SILU_H
#define VACT_ACT_CR_SILU_H

#include "loop/form.h"
#include "math/cr/logistic.h"

VACT_INLINE cr_rounded silu_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    return cr_times_logistic(x, x, vf_set1(0.0f), 0x1p-39f);
}

VACT_INLINE act_range silu_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){CR_TINY, CR_LOGISTIC_LIMIT};
}

#endif
