/* sigmoid: 1/(1 + e^-x). Its slope is sigmoid(x)*sigmoid(-x), so that no digit is lost on either side. */
#ifndef VACT_ACT_WIDE_SIGMOID_H
#define VACT_ACT_WIDE_SIGMOID_H

#include "math/wide/functions.h"

VACT_INLINE wide sigmoid_value(vf x, const act_params *params) { return (void)params, wide_sigmoid(pair_of(x)); }

VACT_INLINE wide sigmoid_slope(vf x, const act_params *params)
{
    (void)params;
    return wide_multiply(wide_sigmoid(pair_of(x)), wide_sigmoid(pair_of(vf_neg(x))));
}

/* y*(1 - y) */
VACT_INLINE wide sigmoid_slope_from_output(vf y, const act_params *params)
{
    (void)params;
    return wide_multiply(wide_split(y), wide_of_pair(pair_sum(vf_set1(1.0), vf_neg(y))));
}

#endif
