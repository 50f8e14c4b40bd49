/*
 * swiglu_oai: gelu_quick(min(gate, 7))*(clamp(up, -7, 7) + 1). The sum with 1 is carried as hi + lo, so that only the
 * activation and the product round. Far below 0, where the product is subnormal or nearly, hi alone is taken, and
 * 1.702*gate is carried as in act/gelu_quick.h.
 */
#ifndef VACT_ACT_GATE_SWIGLU_OAI_H
#define VACT_ACT_GATE_SWIGLU_OAI_H

#include "math/gate.h"

/* 1.702 times it is GATE_FAR. */
#define SWIGLU_OAI_FAR (-47.01f)

/* gelu_quick(min(gate, 7))*(v.hi + v.lo); a zero keeps the sign that the sum of two products would lose. */
VACT_INLINE vf swiglu_oai_product(vf gate, vf_pair v)
{
    vf a = gelu_quick_forward(vf_min(vf_set1(7.0f), gate), NULL);
    vf product = vf_fma(a, v.hi, vf_mul(a, v.lo));
    product = vf_select(vm_eq(a, vf_set1(0.0f)), vf_mul(a, v.hi), product);
    if (!gate_any_rare(gate, GATE_TINY, SWIGLU_OAI_FAR))
        return product;
    vf bounded = vf_max(vf_set1(-124.0f), gate);
    vf_pair p = pair_product(bounded, vf_set1(0x1.b3b646p+0f));
    p.lo = vf_fma(bounded, vf_set1(-0x1.78d4fep-26f), p.lo);
    product = gate_choose_tiny(gate, v.hi, product);
    return gate_choose_far(gate, SWIGLU_OAI_FAR, gate_far_product(bounded, vf_set1(0.0f), p, v.hi), product);
}

/* clamp(up, -7, 7) + 1 */
VACT_INLINE vf_pair swiglu_oai_factor(vf up)
{
    return pair_sum(vf_min(vf_set1(7.0f), vf_max(vf_set1(-7.0f), up)), vf_set1(1.0f));
}

VACT_INLINE vf swiglu_oai_forward(vf gate, vf up) { return swiglu_oai_product(gate, swiglu_oai_factor(up)); }

#if VACT_SET_FAST
VACT_INLINE gate_form swiglu_oai_form(void) { return (gate_form){0.0f, ACT_UNLIMITED, swiglu_oai_forward}; }
#endif

#endif
