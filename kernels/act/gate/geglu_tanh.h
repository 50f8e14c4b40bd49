/* geglu_tanh: gelu_tanh(gate)*up. */
#ifndef VACT_ACT_GATE_GEGLU_TANH_H
#define VACT_ACT_GATE_GEGLU_TANH_H

#include "math/common/gate.h"
#include "math/common/gelu_tanh.h"

/* The exponent is -80.3 there. */
#define GEGLU_TANH_FAR (-9.7f)

VACT_INLINE vf geglu_tanh_product(vf gate, vf v)
{
    vf product = vf_mul(gelu_tanh_forward(gate, NULL), v);
    if (!gate_any_special(gate, GATE_TINY, GEGLU_TANH_FAR))
        return product;
    vf bounded = gate_far_bounded(gate, -13.8f, GEGLU_TANH_FAR);
    vf_pair p = gelu_tanh_exponent(bounded);
    return gate_choose_far(gate, GEGLU_TANH_FAR, gate_far_product(bounded, vf_set1(0.0f), p, v),
                           gate_choose_tiny(gate, v, product));
}

VACT_INLINE vf geglu_tanh_forward(vf gate, vf up) { return geglu_tanh_product(gate, up); }

#ifdef VACT_SET_FAST
VACT_INLINE vf geglu_tanh_common(vf gate, vf up) { return vf_mul(gelu_tanh_common(gate, NULL), up); }
VACT_INLINE act_range geglu_tanh_range(void) { return (act_range){GATE_TINY, GELU_TANH_COMMON}; }
#define ACT_TWO_FORMS
#endif

#endif
