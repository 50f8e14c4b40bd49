/* geglu_tanh: gelu_tanh(gate)*up. Far below 0 the exponent is carried as in act/sleef/gelu_tanh.h. */
#ifndef VACT_ACT_GATE_GEGLU_TANH_H
#define VACT_ACT_GATE_GEGLU_TANH_H

#include "math/common/gate.h"

/* The exponent there is -80.3. */
#define GEGLU_TANH_FAR (-9.7f)

VACT_INLINE vf geglu_tanh_product(vf gate, vf v)
{
    vf product = vf_mul(gelu_tanh_forward(gate, NULL), v);
    if (!gate_any_rare(gate, GATE_TINY, GEGLU_TANH_FAR))
        return product;
    const vf c1_hi = vf_set1(0x1.98845p+0f), c1_lo = vf_set1(0x1.9ea1b2p-23f);
    const vf c2_hi = vf_set1(0x1.2444f2p-4f), c2_lo = vf_set1(0x1.49b16ap-29f);
    vf bounded = vf_max(vf_set1(-13.8f), gate);
    vf_pair square = pair_product(bounded, bounded);
    vf_pair w;
    w.hi = vf_fma(c2_hi, square.hi, c1_hi);
    w.lo = vf_fma(c2_hi, square.hi, vf_sub(c1_hi, w.hi));
    w.lo = vf_add(w.lo, vf_fma(c2_hi, square.lo, vf_fma(c2_lo, square.hi, c1_lo)));
    vf_pair p = pair_product(bounded, w.hi);
    p.lo = vf_fma(bounded, w.lo, p.lo);
    return gate_choose_far(gate, GEGLU_TANH_FAR, gate_far_product(bounded, vf_set1(0.0f), p, v),
                           gate_choose_tiny(gate, v, product));
}

VACT_INLINE vf geglu_tanh_forward(vf gate, vf up) { return geglu_tanh_product(gate, up); }

#ifdef VACT_SET_FAST
VACT_INLINE vf geglu_tanh_ordinary(vf gate, vf up) { return vf_mul(gelu_tanh_ordinary(gate, NULL), up); }
VACT_INLINE act_range geglu_tanh_range(void) { return (act_range){GATE_TINY, GELU_TANH_ORDINARY}; }
#define ACT_TWO_FORMS
#endif

#endif
