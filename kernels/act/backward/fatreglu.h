/* The gradients of fatreglu: for gate gate > theta ? dy*up : 0; for up dy times the gate that is let through. */
#ifndef VACT_ACT_BACKWARD_FATREGLU_H
#define VACT_ACT_BACKWARD_FATREGLU_H

#include "act/backward/threshold.h"
#include "act/gate/fatreglu.h"
#include "loop/backward.h"
#include "math/common/gate.h"

VACT_INLINE gate_gradients fatreglu_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    return (gate_gradients){backward_of(vf_mul(dy, up), gate, params, threshold_backward),
                            fatreglu_forward(gate, dy, params)};
}

#endif
