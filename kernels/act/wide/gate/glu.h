/* glu: sigmoid(gate)*up. */
#ifndef VACT_ACT_WIDE_GATE_GLU_H
#define VACT_ACT_WIDE_GATE_GLU_H

#include "act/wide/sigmoid.h"

VACT_INLINE wide glu_value(vf gate, vf up, const act_params *params)
{
    return wide_multiply(sigmoid_value(gate, params), wide_split(up));
}

VACT_INLINE void glu_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    *dgate = wide_multiply(sigmoid_slope(gate, params), wide_split(up));
    *dup = sigmoid_value(gate, params);
}

#endif
