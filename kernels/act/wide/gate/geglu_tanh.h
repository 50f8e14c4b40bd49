/* geglu_tanh: gelu_tanh(gate)*up. */
#ifndef VACT_ACT_WIDE_GATE_GEGLU_TANH_H
#define VACT_ACT_WIDE_GATE_GEGLU_TANH_H

#include "act/wide/gelu_tanh.h"

VACT_INLINE wide geglu_tanh_value(vf gate, vf up, const act_params *params)
{
    return wide_multiply(gelu_tanh_value(gate, params), wide_split(up));
}

VACT_INLINE void geglu_tanh_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    *dgate = wide_multiply(gelu_tanh_slope(gate, params), wide_split(up));
    *dup = gelu_tanh_value(gate, params);
}

#endif
