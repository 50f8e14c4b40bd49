/* swiglu_oai: g*sigmoid(alpha*g)*(clamp(up, -limit, limit) + beta), g = min(gate, limit). With beta 0 a zero keeps its
 * sign. */
#ifndef VACT_ACT_WIDE_GATE_SWIGLU_OAI_H
#define VACT_ACT_WIDE_GATE_SWIGLU_OAI_H

#include "act/wide/swish.h"

/* What multiplies the swish of the gate, from up, beta and limit. */
VACT_INLINE wide swiglu_oai_factor(vf up, double beta, double limit)
{
    const vf most = vf_set1(limit), clamped = vf_min(most, vf_max(vf_neg(most), up));
    const vm infinite = vm_eq(vf_abs(clamped), vf_set1(__builtin_inf()));
    const wide sum = wide_add(wide_split(clamped), wide_split(vf_set1(beta)));
    return beta == 0.0 ? wide_split(clamped) : wide_select(infinite, wide_of(clamped), sum);
}

VACT_INLINE wide swiglu_oai_value_of(vf gate, vf up, const act_params *alpha, double beta, double limit)
{
    return wide_multiply(swish_value(vf_min(vf_set1(limit), gate), alpha), swiglu_oai_factor(up, beta, limit));
}

/* At a limit itself the slope is that inside. */
VACT_INLINE void swiglu_oai_slopes_of(wide *dgate, wide *dup, vf gate, vf up, const act_params *alpha, double beta,
                                      double limit)
{
    const vf most = vf_set1(limit), clamped = vf_min(most, gate);
    const wide slope = wide_multiply(swish_slope(clamped, alpha), swiglu_oai_factor(up, beta, limit));
    *dgate = wide_select(vm_lt(most, gate), wide_nothing(), slope);
    *dup = wide_select(vm_lt(most, vf_abs(up)), wide_nothing(), swish_value(clamped, alpha));
}

VACT_INLINE wide swiglu_oai_value(vf gate, vf up, const act_params *params)
{
    return swiglu_oai_value_of(gate, up, params, params->v[1], params->v[2]);
}

VACT_INLINE void swiglu_oai_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    swiglu_oai_slopes_of(dgate, dup, gate, up, params, params->v[1], params->v[2]);
}

#endif
