/* swiglu: silu(gate)*up. */
#ifndef VACT_ACT_WIDE_GATE_SWIGLU_H
#define VACT_ACT_WIDE_GATE_SWIGLU_H

#include "act/wide/silu.h"

VACT_INLINE wide swiglu_value(vf gate, vf up, const act_params *params)
{
    return wide_multiply(silu_value(gate, params), wide_split(up));
}

VACT_INLINE void swiglu_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    *dgate = wide_multiply(silu_slope(gate, params), wide_split(up));
    *dup = silu_value(gate, params);
}

#endif
