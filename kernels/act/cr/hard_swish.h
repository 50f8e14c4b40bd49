/* hard_swish: x*clamp(x/6 + 1/2, 0, 1); the default parameters alone, which stand for the exact constants. */
#ifndef VACT_ACT_CR_HARD_SWISH_H
#define VACT_ACT_CR_HARD_SWISH_H

#include "loop/form.h"
#include "math/cr/round.h"

VACT_INLINE cr_rounded hard_swish_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf three = vf_set1(3.0f), minus_three = vf_set1(-3.0f);
    const vf_pair sixth = {vf_set1(0x1.555556p-3f), vf_set1(-0x1.555556p-28f)};
    cr_rounded y = cr_round(cr_product(cr_times(pair_sum(x, three), x), sixth), 0x1p-42f);
    y.sure = vm_or(y.sure, vm_or(vm_lt(three, x), vm_lt(x, minus_three)));
    y.value = vf_select(vm_lt(x, three), y.value, x);
    y.value = vf_copysign(vf_select(vm_lt(x, minus_three), vf_set1(0.0f), y.value), x);
    return y;
}

VACT_INLINE act_range hard_swish_range(const vact_params_f32 *params)
{
    return params->v[0] == 0x1.555556p-3f && params->v[1] == 0.5f ? (act_range){CR_TINY, FLT_MAX} : CR_NONE_COMMON;
}

#endif
