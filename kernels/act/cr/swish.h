/* swish: x/(1 + e^-(beta*x)). */
#ifndef VACT_ACT_CR_SWISH_H
#define VACT_ACT_CR_SWISH_H

#include "loop/form.h"
#include "math/cr/logistic.h"

VACT_INLINE cr_rounded swish_rounded(vf x, const vact_params_f32 *params)
{
    const vf_pair p = pair_product(vf_set1(params->v[0]), x);
    return cr_times_logistic(x, p.hi, p.lo, 0x1p-34f);
}

VACT_INLINE act_range swish_range(const vact_params_f32 *params)
{
    const float beta = __builtin_fabsf(params->v[0]);
    return beta >= 0x1p-10f && beta <= 0x1p10f ? (act_range){CR_TINY, CR_LOGISTIC_LIMIT / beta} : CR_NONE_COMMON;
}

#endif
