/* swiglu_step: min(silu(gate), limit)*clamp(up, -limit, limit). */
#ifndef VACT_ACT_GATE_SWIGLU_STEP_H
#define VACT_ACT_GATE_SWIGLU_STEP_H

#include "act/gate/gated_swish.h"

VACT_INLINE vact_params_f32 swiglu_step_params(const vact_params_f32 *params)
{
    const float *v = params->v;
    return (vact_params_f32){{1.0f, -0.0f, -v[0], 0.0f}};
}

VACT_INLINE vf swiglu_step_forward(vf gate, vf up, const vact_params_f32 *params)
{
    return gated_swish_of(gate, up, swiglu_step_params(params));
}

#endif
