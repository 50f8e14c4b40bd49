/* sqrt_softplus: sqrt(log(1 + e^x)). */
#ifndef VACT_ACT_CR_SQRT_SOFTPLUS_H
#define VACT_ACT_CR_SQRT_SOFTPLUS_H

#include "loop/form.h"
#include "math/cr/softplus.h"

VACT_INLINE cr_rounded sqrt_softplus_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf_pair square = cr_softplus(x);
    const vf root = vf_sqrt(square.hi), rest = vf_add(vf_fnma(root, root, square.hi), square.lo);
    return cr_round((vf_pair){root, vf_mul(rest, vf_div(vf_set1(0.5f), root))}, 0x1p-35f);
}

VACT_INLINE act_range sqrt_softplus_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, CR_SOFTPLUS_LIMIT};
}

#endif
