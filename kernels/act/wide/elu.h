/* elu: x > 0 ? x : alpha*(e^x - 1). A zero keeps its sign, whatever alpha's. */
#ifndef VACT_ACT_WIDE_ELU_H
#define VACT_ACT_WIDE_ELU_H

#include "math/wide/functions.h"

VACT_INLINE wide elu_value(vf x, const act_params *params)
{
    const wide below = wide_multiply(wide_split(vf_set1(params->v[0])), wide_expm1_of(pair_of(x)));
    return wide_select(vm_le(vf_set1(0.0), x), wide_of(x), below);
}

VACT_INLINE wide elu_slope(vf x, const act_params *params)
{
    const wide below = wide_multiply(wide_split(vf_set1(params->v[0])), wide_exp(pair_of(x)));
    return wide_select(vm_lt(vf_set1(0.0), x), wide_of(vf_set1(1.0)), below);
}

/* y > 0 ? 1 : y + alpha */
VACT_INLINE wide elu_slope_from_output(vf y, const act_params *params)
{
    const wide below = wide_add(wide_split(y), wide_split(vf_set1(params->v[0])));
    return wide_select(vm_lt(vf_set1(0.0), y), wide_of(vf_set1(1.0)), below);
}

#endif
