/* swiglu_step: min(silu(gate), limit)*clamp(up, -limit, limit). The rounded silu decides. */
#ifndef VACT_ACT_WIDE_GATE_SWIGLU_STEP_H
#define VACT_ACT_WIDE_GATE_SWIGLU_STEP_H

#include "act/wide/silu.h"

VACT_INLINE wide swiglu_step_factor(vf up, const act_params *params)
{
    const vf most = vf_set1(params->v[0]);
    return wide_split(vf_min(most, vf_max(vf_neg(most), up)));
}

VACT_INLINE wide swiglu_step_gate(vf gate, const act_params *params)
{
    const vf most = vf_set1(params->v[0]);
    const wide value = silu_value(gate, params);
    return wide_select(vm_lt(most, wide_round(value)), wide_split(most), value);
}

VACT_INLINE wide swiglu_step_value(vf gate, vf up, const act_params *params)
{
    return wide_multiply(swiglu_step_gate(gate, params), swiglu_step_factor(up, params));
}

VACT_INLINE void swiglu_step_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    const vf most = vf_set1(params->v[0]);
    const wide slope = wide_multiply(silu_slope(gate, params), swiglu_step_factor(up, params));
    *dgate = wide_select(vm_lt(most, wide_round(silu_value(gate, params))), wide_nothing(), slope);
    *dup = wide_select(vm_lt(most, vf_abs(up)), wide_nothing(), swiglu_step_gate(gate, params));
}

#endif
