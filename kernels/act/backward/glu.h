/* The gradients of glu: for gate dy*up*sigmoid'(gate), where dy*up is rounded first; for up dy*sigmoid(gate). */
#ifndef VACT_ACT_BACKWARD_GLU_H
#define VACT_ACT_BACKWARD_GLU_H

#include "act/backward/sigmoid.h"
#include "act/gate/glu.h"
#include "loop/backward.h"
#include "math/common/gate.h"

VACT_INLINE gate_gradients glu_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    return (gate_gradients){backward_of(vf_mul(dy, up), gate, params, sigmoid_backward), glu_forward(gate, dy, params)};
}

#endif
