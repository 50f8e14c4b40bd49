/* glu: sigmoid(gate)*up. */
#ifndef VACT_ACT_GATE_GLU_H
#define VACT_ACT_GATE_GLU_H

#include "math/common/gate.h"

VACT_NOINLINE static vf glu_any(vf gate, vf v)
{
    vf product = vf_mul(sigmoid_forward(gate, NULL), v);
    vf_pair p = {gate_far_bounded(gate, -212.0f, GATE_FAR), vf_set1(0.0f)};
    return gate_choose_far(gate, GATE_FAR, gate_far_product(vf_set1(1.0f), vf_set1(0.0f), p, v), product);
}

VACT_INLINE vf glu_product(vf gate, vf v)
{
    if (__builtin_expect(vm_any_beyond(gate, -GATE_FAR), 0))
        return glu_any(gate, v);
    return vf_mul(sigmoid_forward(gate, NULL), v);
}

VACT_INLINE vf glu_forward(vf gate, vf up) { return glu_product(gate, up); }

#ifdef VACT_SET_FAST
VACT_INLINE vf glu_common(vf gate, vf up) { return vf_mul(sigmoid_common(gate, NULL), up); }
VACT_INLINE act_range glu_range(void) { return (act_range){0.0f, FAST_LOGISTIC_COMMON}; }
#define ACT_TWO_FORMS
#endif

#endif
