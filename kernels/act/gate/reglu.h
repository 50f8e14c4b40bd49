/* reglu: relu(gate)*up. */
#ifndef VACT_ACT_GATE_REGLU_H
#define VACT_ACT_GATE_REGLU_H

#include "act/plain/relu.h"

VACT_INLINE vf reglu_forward(vf gate, vf up, const vact_params_f32 *params)
{
    return vf_mul(relu_forward(gate, params), up);
}

#endif
