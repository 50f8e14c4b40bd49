/* softplus: log(1 + e^x), x beyond the threshold; beta = 1 alone. */
#ifndef VACT_ACT_CR_SOFTPLUS_H
#define VACT_ACT_CR_SOFTPLUS_H

#include "loop/form.h"
#include "math/cr/softplus.h"

VACT_INLINE cr_rounded softplus_rounded(vf x, const vact_params_f32 *params)
{
    cr_rounded y = cr_round_capped(cr_softplus(x), 0x1p-34f, 0x1p-39f);
    y.value = vf_select(vm_lt(vf_set1(params->v[1]), x), x, y.value);
    return y;
}

VACT_INLINE act_range softplus_range(const vact_params_f32 *params)
{
    return params->v[0] == 1.0f ? (act_range){0.0f, CR_SOFTPLUS_LIMIT} : CR_NONE_COMMON;
}

#endif
