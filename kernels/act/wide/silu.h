/* silu: x*sigmoid(x). */
#ifndef VACT_ACT_WIDE_SILU_H
#define VACT_ACT_WIDE_SILU_H

#include "math/wide/gate.h"

VACT_INLINE wide silu_value(vf x, const act_params *params) { return (void)params, wide_gate_value(x, pair_of(x)); }

VACT_INLINE wide silu_slope(vf x, const act_params *params)
{
    (void)params;
    return wide_gate_slope(wide_split(wide_bounded(x)), pair_of(x));
}

#endif
