/* reglu: relu(gate)*up. */
#ifndef VACT_ACT_WIDE_GATE_REGLU_H
#define VACT_ACT_WIDE_GATE_REGLU_H

#include "math/wide/functions.h"

VACT_INLINE wide reglu_value(vf gate, vf up, const act_params *params)
{
    (void)params;
    return wide_multiply(wide_split(vf_max(vf_set1(0.0), gate)), wide_split(up));
}

VACT_INLINE void reglu_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    (void)params;
    const vf zero = vf_set1(0.0);
    *dgate = wide_select(vm_le(gate, zero), wide_nothing(), wide_split(up));
    *dup = wide_split(vf_max(zero, gate));
}

#endif
