/* erf: every lane by kernels/exact; there are no vectors of it yet. */
#ifndef VACT_ACT_CR_ERF_H
#define VACT_ACT_CR_ERF_H

#include "loop/form.h"
#include "math/cr/round.h"

VACT_INLINE cr_rounded erf_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    return (cr_rounded){x, vm_lt(x, x)};
}

VACT_INLINE act_range erf_range(const vact_params_f32 *params)
{
    (void)params;
    return CR_NONE_COMMON;
}

#endif
