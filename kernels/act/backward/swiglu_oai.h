/*
 * The gradients of swiglu_oai: for gate dy*(clamp(up, -7, 7) + 1)*gelu_quick'(gate), 0 above 7; for up
 * dy*gelu_quick(min(gate, 7)), 0 beyond +-7. At the limits themselves the slope is that of the inside.
 */
#ifndef VACT_ACT_BACKWARD_SWIGLU_OAI_H
#define VACT_ACT_BACKWARD_SWIGLU_OAI_H

#include "act/backward/gelu_quick.h"
#include "act/gate/swiglu_oai.h"
#include "loop/backward.h"
#include "math/common/gate.h"

VACT_INLINE gate_gradients swiglu_oai_backward(vf dy, vf gate, vf up)
{
    vf zero = vf_set1(0.0f), limit = vf_set1(7.0f);
    vf dgate = backward_of(vf_mul(dy, swiglu_oai_factor(up).hi), gate, NULL, gelu_quick_backward);
    vf dup = swiglu_oai_product(gate, (vf_pair){dy, zero});
    dgate = vf_select(vm_lt(limit, gate), zero, dgate);
    dup = vf_select(vm_lt(limit, vf_abs(up)), zero, dup);
    return (gate_gradients){dgate, dup};
}

#endif
