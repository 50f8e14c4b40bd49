/* fatreglu: (gate > theta ? gate : 0)*up. */
#ifndef VACT_ACT_WIDE_GATE_FATREGLU_H
#define VACT_ACT_WIDE_GATE_FATREGLU_H

#include "math/wide/functions.h"

VACT_INLINE wide fatreglu_value(vf gate, vf up, const act_params *params)
{
    const vf kept = vf_select(vm_le(gate, vf_set1(params->v[0])), vf_set1(0.0), gate);
    return wide_multiply(wide_split(kept), wide_split(up));
}

VACT_INLINE void fatreglu_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    const vm low = vm_le(gate, vf_set1(params->v[0]));
    *dgate = wide_select(low, wide_nothing(), wide_split(up));
    *dup = wide_split(vf_select(low, vf_set1(0.0), gate));
}

#endif
