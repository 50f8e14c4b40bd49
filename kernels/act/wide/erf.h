/* erf; its slope is 2/sqrt(pi)*e^(-x^2). */
#ifndef VACT_ACT_WIDE_ERF_H
#define VACT_ACT_WIDE_ERF_H

#include "math/wide/functions.h"

VACT_INLINE wide erf_value(vf x, const act_params *params) { return (void)params, wide_erf(x); }

VACT_INLINE wide erf_slope(vf x, const act_params *params)
{
    (void)params;
    const vf bounded = vf_min(vf_set1(60.0), vf_abs(x));
    const wide factor = wide_of_pair(pair_set1(0x1.20dd750429b6dp+0, 0x1.1ae3a914fed8p-56));
    return wide_multiply(factor, wide_exp(pair_neg(pair_product(bounded, bounded))));
}

#endif
