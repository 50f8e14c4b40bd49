/* mish: x*n/(n + 2), n = u*(u + 2), u = e^x. */
#ifndef VACT_ACT_CR_MISH_H
#define VACT_ACT_CR_MISH_H

#include "loop/form.h"
#include "math/cr/tanh.h"

VACT_INLINE cr_rounded mish_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf_pair power = cr_exp(vf_min(vf_set1(30.0f), x), vf_set1(0.0f)), u = cr_normal(power.hi, power.lo);
    const vf_pair n = cr_product(u, cr_sum(u, vf_set1(2.0f)));
    cr_rounded y = cr_round(cr_times(cr_over_two_more(n), x), 0x1p-39f);
    y.value = vf_copysign(y.value, x);
    return y;
}

VACT_INLINE act_range mish_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){CR_TINY, 60.0f};
}

#endif
