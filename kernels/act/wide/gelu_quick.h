/* gelu_quick: x*sigmoid(1.702x); 1.702 is a pair (docs/approximations/wide.py constants). */
#ifndef VACT_ACT_WIDE_GELU_QUICK_H
#define VACT_ACT_WIDE_GELU_QUICK_H

#include "math/wide/gate.h"

VACT_INLINE vf_pair gelu_quick_argument(vf x)
{
    const vf limit = vf_set1(0x1p+900);
    const vf bounded = vf_min(limit, vf_max(vf_neg(limit), x));
    return pair_multiply_lane(pair_set1(0x1.b3b645a1cac08p+0, 0x1.89374bc6a7efap-55), bounded);
}

VACT_INLINE wide gelu_quick_value(vf x, const act_params *params)
{
    return (void)params, wide_gate_value(x, gelu_quick_argument(x));
}

VACT_INLINE wide gelu_quick_slope(vf x, const act_params *params)
{
    (void)params;
    const vf_pair p = gelu_quick_argument(x);
    return wide_gate_slope(wide_split_pair(p), p);
}

#endif
