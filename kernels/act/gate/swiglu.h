/* swiglu: silu(gate)*up. */
#ifndef VACT_ACT_GATE_SWIGLU_H
#define VACT_ACT_GATE_SWIGLU_H

#include "math/common/gate.h"

VACT_NOINLINE static vf swiglu_any(vf gate, vf v)
{
    vf product = vf_mul(silu_forward(gate, NULL), v);
    vf bounded = gate_far_bounded(gate, -212.0f, GATE_FAR);
    return gate_choose_far(gate, GATE_FAR,
                           gate_far_product(bounded, vf_set1(0.0f), (vf_pair){bounded, vf_set1(0.0f)}, v),
                           gate_choose_tiny(gate, v, product));
}

VACT_INLINE vf swiglu_product(vf gate, vf v)
{
    if (__builtin_expect(gate_any_special(gate, GATE_TINY, GATE_FAR), 0))
        return swiglu_any(gate, v);
    return vf_mul(silu_forward(gate, NULL), v);
}

VACT_INLINE vf swiglu_forward(vf gate, vf up) { return swiglu_product(gate, up); }

#ifdef VACT_SET_FAST
VACT_INLINE vf swiglu_common(vf gate, vf up) { return vf_mul(silu_common(gate, NULL), up); }
VACT_INLINE act_range swiglu_range(void) { return (act_range){GATE_TINY, FAST_LOGISTIC_COMMON}; }
#define ACT_TWO_FORMS
#endif

#endif
