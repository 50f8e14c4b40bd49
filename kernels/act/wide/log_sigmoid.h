/* log_sigmoid: -log(1 + e^-x). */
#ifndef VACT_ACT_WIDE_LOG_SIGMOID_H
#define VACT_ACT_WIDE_LOG_SIGMOID_H

#include "act/wide/softplus.h"

VACT_INLINE wide log_sigmoid_value(vf x, const act_params *params)
{
    return (void)params, wide_neg(softplus_plain(vf_neg(x)));
}

VACT_INLINE wide log_sigmoid_slope(vf x, const act_params *params)
{
    return (void)params, wide_sigmoid(pair_of(vf_neg(x)));
}

#endif
