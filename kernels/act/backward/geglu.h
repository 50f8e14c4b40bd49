/* The gradients of geglu: for gate dy*up*gelu'(gate), where dy*up is rounded first; for up dy*gelu(gate). */
#ifndef VACT_ACT_BACKWARD_GEGLU_H
#define VACT_ACT_BACKWARD_GEGLU_H

#include "act/backward/gelu.h"
#include "act/gate/geglu.h"
#include "loop/backward.h"
#include "math/common/gate.h"

VACT_INLINE gate_gradients geglu_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    return (gate_gradients){backward_of(vf_mul(dy, up), gate, params, gelu_backward), geglu_forward(gate, dy, params)};
}

#endif
