/* selu: gamma*x, or gamma*alpha*(e^x - 1) below 0; the exact constants alone. */
#ifndef VACT_ACT_CR_SELU_H
#define VACT_ACT_CR_SELU_H

#include "loop/form.h"
#include "math/common/selu.h"
#include "math/cr/exp.h"

VACT_INLINE cr_rounded selu_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf zero = vf_set1(0.0f), within = vf_max(vf_set1(-60.0f), vf_min(zero, x));
    const vf_pair rising = cr_times((vf_pair){vf_set1(CR_SELU_GAMMA), vf_set1(CR_SELU_GAMMA_LO)}, x);
    const vf_pair slope = {vf_set1(CR_SELU_SLOPE), vf_set1(CR_SELU_SLOPE_LO)};
    const vf_pair falling = cr_product(cr_expm1_below(within, zero), slope);
    const vm below = vm_lt(x, zero);
    cr_rounded y =
        cr_round((vf_pair){vf_select(below, falling.hi, rising.hi), vf_select(below, falling.lo, rising.lo)}, 0x1p-34f);
    y.value = vf_copysign(y.value, x);
    return y;
}

VACT_INLINE act_range selu_range(const vact_params_f32 *params)
{
    return selu_usual(params) ? (act_range){CR_TINY, 0x1p100f} : CR_NONE_COMMON;
}

#endif
