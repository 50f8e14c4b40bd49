/* tanh. */
#ifndef VACT_ACT_CR_TANH_H
#define VACT_ACT_CR_TANH_H

#include "loop/form.h"
#include "math/cr/tanh.h"

VACT_INLINE cr_rounded tanh_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    cr_rounded y = cr_round_capped(cr_tanh(vf_abs(x), vf_set1(0.0f)), 0x1p-34f, 0x1p-40f);
    y.value = vf_copysign(y.value, x);
    return y;
}

VACT_INLINE act_range tanh_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 0x1p100f};
}

#endif
