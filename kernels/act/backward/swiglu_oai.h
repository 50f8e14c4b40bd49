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

/* dy*gelu_quick(min(gate, 7)): the forms of swiglu_oai with another factor. */
VACT_NOINLINE static vf swiglu_oai_special_product(vf gate, vf dy)
{
    vm far = vm_lt(gate, vf_set1(SWIGLU_OAI_FAR)), tiny = vm_lt(vf_abs(gate), vf_set1(GATE_TINY));
    vf usual = vf_select(vm_or(far, tiny), vf_set1(1.0f), swiglu_oai_gate(gate));
    vf y = vf_mul(gelu_quick_special(usual, NULL), dy);
    y = vf_select(far, swiglu_oai_far_times(gate, (vf_pair){dy, vf_set1(0.0f)}), y);
    return vf_select(tiny, gate_tiny_product(gate, dy), y);
}

VACT_INLINE vf swiglu_oai_product(vf gate, vf dy)
{
    if (__builtin_expect(act_has_special(gate, swiglu_oai_range()), 0))
        return swiglu_oai_special_product(gate, dy);
    return vf_mul(gelu_quick_common(swiglu_oai_gate(gate), NULL), dy);
}

VACT_INLINE gate_gradients swiglu_oai_backward(vf dy, vf gate, vf up)
{
    vf zero = vf_set1(0.0f), limit = vf_set1(7.0f);
    vf dgate = backward_of(vf_mul(dy, swiglu_oai_factor(up).hi), gate, NULL, gelu_quick_backward);
    vf dup = swiglu_oai_product(gate, dy);
    dgate = vf_select(vm_lt(limit, gate), zero, dgate);
    dup = vf_select(vm_lt(limit, vf_abs(up)), zero, dup);
    return (gate_gradients){dgate, dup};
}

#endif
