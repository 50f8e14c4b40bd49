/* geglu_quick: gelu_quick(gate)*up. */
#ifndef VACT_ACT_WIDE_GATE_GEGLU_QUICK_H
#define VACT_ACT_WIDE_GATE_GEGLU_QUICK_H

#include "act/wide/gelu_quick.h"

VACT_INLINE wide geglu_quick_value(vf gate, vf up, const act_params *params)
{
    return wide_multiply(gelu_quick_value(gate, params), wide_split(up));
}

VACT_INLINE void geglu_quick_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    *dgate = wide_multiply(gelu_quick_slope(gate, params), wide_split(up));
    *dup = gelu_quick_value(gate, params);
}

#endif
