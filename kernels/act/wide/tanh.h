/* tanh */
#ifndef VACT_ACT_WIDE_TANH_H
#define VACT_ACT_WIDE_TANH_H

#include "math/wide/functions.h"

VACT_INLINE wide tanh_value(vf x, const act_params *params) { return (void)params, wide_tanh_of(pair_of(x)); }
VACT_INLINE wide tanh_slope(vf x, const act_params *params) { return (void)params, wide_tanh_slope(pair_of(x)); }

/* (1 - y)*(1 + y) */
VACT_INLINE wide tanh_slope_from_output(vf y, const act_params *params)
{
    (void)params;
    const vf one = vf_set1(1.0);
    return wide_multiply(wide_of_pair(pair_sum(one, vf_neg(y))), wide_of_pair(pair_sum(one, y)));
}

#endif
