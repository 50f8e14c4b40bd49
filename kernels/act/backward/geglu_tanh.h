/* The gradients of geglu_tanh: for gate dy*up*gelu_tanh'(gate), where dy*up is rounded first; for up
 * dy*gelu_tanh(gate). */
#ifndef VACT_ACT_BACKWARD_GEGLU_TANH_H
#define VACT_ACT_BACKWARD_GEGLU_TANH_H

#include "act/backward/gelu_tanh.h"
#include "act/gate/geglu_tanh.h"
#include "loop/backward.h"
#include "math/common/gate.h"

VACT_INLINE gate_gradients geglu_tanh_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    return (gate_gradients){backward_of(vf_mul(dy, up), gate, params, gelu_tanh_backward),
                            geglu_tanh_forward(gate, dy, params)};
}

#endif
