/* softsign: x/(1 + |x|). */
#ifndef VACT_ACT_CR_SOFTSIGN_H
#define VACT_ACT_CR_SOFTSIGN_H

#include "loop/form.h"
#include "math/cr/round.h"

VACT_INLINE cr_rounded softsign_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf zero = vf_set1(0.0f);
    const vf_pair d = cr_sum((vf_pair){vf_abs(x), zero}, vf_set1(1.0f));
    cr_rounded y = cr_round(cr_quotient((vf_pair){x, zero}, d), 0x1p-42f);
    y.value = vf_copysign(y.value, x);
    return y;
}

VACT_INLINE act_range softsign_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 0x1p100f};
}

#endif
