/* swiglu: silu(gate)*up. */
#ifndef VACT_ACT_GATE_SWIGLU_H
#define VACT_ACT_GATE_SWIGLU_H

#include "math/common/gate.h"

VACT_INLINE gate_limits swiglu_limits(const vact_params_f32 *params)
{
    return (gate_limits){GATE_FAR, GATE_TINY, silu_range(params)};
}
VACT_INLINE vf swiglu_common(vf gate, vf v, const vact_params_f32 *params)
{
    return vf_mul(silu_common(gate, params), v);
}
VACT_INLINE vf swiglu_usual(vf gate, vf v, const vact_params_f32 *params)
{
    return gate_times(silu_special(gate, params), v);
}
VACT_INLINE vf swiglu_tiny(vf gate, vf v, const vact_params_f32 *params)
{
    return (void)params, gate_tiny_product(gate, v);
}

VACT_INLINE vf swiglu_far(vf gate, vf v, const vact_params_f32 *params)
{
    (void)params;
    vf bounded = gate_far_bounded(gate, -212.0f, GATE_FAR);
    return gate_far_times(gate, bounded, (vf_pair){bounded, vf_set1(0.0f)}, v);
}

#define ACT_TWO_FORMS

#endif
