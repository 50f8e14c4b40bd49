/* softcap: c*tanh(x/c). */
#ifndef VACT_ACT_CR_SOFTCAP_H
#define VACT_ACT_CR_SOFTCAP_H

#include "loop/form.h"
#include "math/cr/tanh.h"

VACT_INLINE cr_rounded softcap_rounded(vf x, const vact_params_f32 *params)
{
    const vf zero = vf_set1(0.0f), c = vf_set1(params->v[0]);
    const vf_pair z = cr_quotient((vf_pair){vf_abs(x), zero}, (vf_pair){c, zero});
    cr_rounded y = cr_round(cr_times(cr_tanh(z.hi, z.lo), c), 0x1p-34f);
    y.value = vf_copysign(y.value, x);
    return y;
}

VACT_INLINE act_range softcap_range(const vact_params_f32 *params)
{
    const float c = params->v[0];
    return c >= 0x1p-10f && c <= 0x1p10f ? (act_range){CR_TINY, 16.0f * c} : CR_NONE_COMMON;
}

#endif
