/* swiglu_clamped: swiglu_oai with beta = 0. */
#ifndef VACT_ACT_GATE_SWIGLU_CLAMPED_H
#define VACT_ACT_GATE_SWIGLU_CLAMPED_H

#include "act/gate/gated_swish.h"

VACT_INLINE vact_params_f32 swiglu_clamped_params(const vact_params_f32 *params)
{
    const float *v = params->v;
    return (vact_params_f32){{v[0], -0.0f, v[1], 0.0f}};
}

VACT_INLINE vf swiglu_clamped_forward(vf gate, vf up, const vact_params_f32 *params)
{
    return gated_swish_of(gate, up, swiglu_clamped_params(params));
}

#endif
