/* The gradients of reglu: for gate dy*up*relu'(gate), where dy*up is rounded first; for up dy*relu(gate). */
#ifndef VACT_ACT_BACKWARD_REGLU_H
#define VACT_ACT_BACKWARD_REGLU_H

#include "act/backward/relu.h"
#include "act/gate/reglu.h"
#include "loop/backward.h"
#include "math/common/gate.h"

VACT_INLINE gate_gradients reglu_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    return (gate_gradients){backward_of(vf_mul(dy, up), gate, params, relu_backward), reglu_forward(gate, dy, params)};
}

#endif
