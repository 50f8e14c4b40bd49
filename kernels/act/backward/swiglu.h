/* The gradients of swiglu: for gate dy*up*silu'(gate), where dy*up is rounded first; for up dy*silu(gate). */
#ifndef VACT_ACT_BACKWARD_SWIGLU_H
#define VACT_ACT_BACKWARD_SWIGLU_H

#include "act/backward/silu.h"
#include "act/gate/swiglu.h"
#include "loop/backward.h"
#include "math/common/gate.h"

VACT_INLINE gate_gradients swiglu_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    return (gate_gradients){backward_of(vf_mul(dy, up), gate, params, silu_backward), swiglu_forward(gate, dy, params)};
}

#endif
