/* gelu_tanh: x/(1 + e^-p), p as in math/common/gelu_tanh.h. */
#ifndef VACT_ACT_CR_GELU_TANH_H
#define VACT_ACT_CR_GELU_TANH_H

#include "loop/form.h"
#include "math/common/gelu_tanh.h"
#include "math/cr/logistic.h"

VACT_INLINE cr_rounded gelu_tanh_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair p = gelu_tanh_exponent(x);
    p = cr_normal(p.hi, p.lo);
    return cr_times_logistic(x, p.hi, p.lo, 0x1p-35f);
}

/* At 9.4 p is 74. */
VACT_INLINE act_range gelu_tanh_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){CR_TINY, 9.4f};
}

#endif
