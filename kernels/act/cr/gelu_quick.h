/* gelu_quick: x/(1 + e^-1.702x). */
#ifndef VACT_ACT_CR_GELU_QUICK_H
#define VACT_ACT_CR_GELU_QUICK_H

#include "loop/form.h"
#include "math/common/gelu_quick.h"
#include "math/cr/logistic.h"

VACT_INLINE cr_rounded gelu_quick_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf_pair p = gelu_quick_exponent(x);
    return cr_times_logistic(x, p.hi, p.lo, 0x1p-34f);
}

VACT_INLINE act_range gelu_quick_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){CR_TINY, CR_LOGISTIC_LIMIT / 1.75f};
}

#endif
