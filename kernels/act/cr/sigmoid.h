/* sigmoid: 1/(1 + e^-x). */
#ifndef VACT_ACT_CR_SIGMOID_H
#define VACT_ACT_CR_SIGMOID_H

#include "loop/form.h"
#include "math/cr/logistic.h"

VACT_INLINE cr_rounded sigmoid_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    return cr_round(cr_logistic(x, vf_set1(0.0f)), 0x1p-39f);
}

VACT_INLINE act_range sigmoid_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, CR_LOGISTIC_LIMIT};
}

#endif
