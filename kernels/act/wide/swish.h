/* swish: x*sigmoid(beta*x), the product as a pair; with beta 0 it is 0 for an infinite x, too. */
#ifndef VACT_ACT_WIDE_SWISH_H
#define VACT_ACT_WIDE_SWISH_H

#include "math/wide/gate.h"

VACT_INLINE vf_pair swish_argument(vf x, const act_params *params)
{
    return pair_product(vf_set1(params->v[0]), params->v[0] == 0.0 ? wide_bounded(x) : x);
}

VACT_INLINE wide swish_value(vf x, const act_params *params) { return wide_gate_value(x, swish_argument(x, params)); }

VACT_INLINE wide swish_slope(vf x, const act_params *params)
{
    const wide product = wide_multiply(wide_split(vf_set1(params->v[0])), wide_split(wide_bounded(x)));
    return wide_gate_slope(product, swish_argument(x, params));
}

#endif
