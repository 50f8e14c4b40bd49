/* The gradients of relu_squared_glu: for gate dy*up*2*relu(gate), where dy*up is rounded first; for up
 * dy*relu(gate)^2. */
#ifndef VACT_ACT_BACKWARD_RELU_SQUARED_GLU_H
#define VACT_ACT_BACKWARD_RELU_SQUARED_GLU_H

#include "act/gate/relu_squared_glu.h"
#include "loop/backward.h"
#include "math/common/gate.h"

/* As relu_squared_backward; below 0 no product overflows. */
VACT_INLINE vf relu_squared_glu_slope(vf dy, vf gate, const vact_params_f32 *params)
{
    (void)params;
    const vf zero = vf_set1(0.0f);
    vf slope = vf_mul(dy, vf_apart(vf_max(zero, gate)));
    return vf_select(vm_le(gate, zero), zero, vf_add(slope, slope));
}

VACT_INLINE gate_gradients relu_squared_glu_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    return (gate_gradients){backward_of(vf_mul(dy, up), gate, params, relu_squared_glu_slope),
                            relu_squared_glu_forward(gate, dy, params)};
}

#endif
