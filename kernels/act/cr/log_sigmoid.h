/* log_sigmoid: -log(1 + e^-x). */
#ifndef VACT_ACT_CR_LOG_SIGMOID_H
#define VACT_ACT_CR_LOG_SIGMOID_H

#include "loop/form.h"
#include "math/cr/softplus.h"

VACT_INLINE cr_rounded log_sigmoid_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    cr_rounded y = cr_round_capped(cr_softplus(vf_neg(x)), 0x1p-34f, 0x1p-39f);
    y.value = vf_neg(y.value);
    return y;
}

VACT_INLINE act_range log_sigmoid_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, CR_SOFTPLUS_LIMIT};
}

#endif
