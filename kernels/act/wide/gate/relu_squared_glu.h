/* relu_squared_glu: relu(gate)^2*up. */
#ifndef VACT_ACT_WIDE_GATE_RELU_SQUARED_GLU_H
#define VACT_ACT_WIDE_GATE_RELU_SQUARED_GLU_H

#include "math/wide/functions.h"

VACT_INLINE wide relu_squared_glu_value(vf gate, vf up, const act_params *params)
{
    (void)params;
    const wide kept = wide_split(vf_max(vf_set1(0.0), gate));
    return wide_multiply(wide_multiply(kept, kept), wide_split(up));
}

VACT_INLINE void relu_squared_glu_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    (void)params;
    const vf zero = vf_set1(0.0);
    const wide kept = wide_split(vf_max(zero, gate));
    wide slope = wide_multiply(kept, wide_split(up));
    slope.n = vf_add(slope.n, vf_set1(1.0));
    *dgate = wide_select(vm_le(gate, zero), wide_nothing(), slope);
    *dup = wide_multiply(kept, kept);
}

#endif
