/* geglu: gelu(gate)*up. */
#ifndef VACT_ACT_WIDE_GATE_GEGLU_H
#define VACT_ACT_WIDE_GATE_GEGLU_H

#include "act/wide/gelu.h"

VACT_INLINE wide geglu_value(vf gate, vf up, const act_params *params)
{
    return wide_multiply(gelu_value(gate, params), wide_split(up));
}

VACT_INLINE void geglu_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    *dgate = wide_multiply(gelu_slope(gate, params), wide_split(up));
    *dup = gelu_value(gate, params);
}

#endif
