/* swiglu_oai: g*sigmoid(alpha*g)*(clamp(up, -limit, limit) + beta), g = min(gate, limit). */
#ifndef VACT_ACT_GATE_SWIGLU_OAI_H
#define VACT_ACT_GATE_SWIGLU_OAI_H

#include "act/gate/gated_swish.h"

VACT_INLINE vact_params_f32 swiglu_oai_params(const vact_params_f32 *params)
{
    const float *v = params->v;
    return (vact_params_f32){{v[0], v[1] == 0.0f ? -0.0f : v[1], v[2], 0.0f}};
}

VACT_INLINE vf swiglu_oai_forward(vf gate, vf up, const vact_params_f32 *params)
{
    return gated_swish_of(gate, up, swiglu_oai_params(params));
}

#endif
