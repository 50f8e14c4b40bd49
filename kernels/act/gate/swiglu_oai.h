/*
 * swiglu_oai: gelu_quick(min(gate, 7))*(clamp(up, -7, 7) + 1). The sum with 1 is a hi/lo pair, so that only the
 * activation and the product round. Far below 0, where the product is subnormal or nearly so, only hi is used, and
 * 1.702*gate is a hi/lo pair.
 */
#ifndef VACT_ACT_GATE_SWIGLU_OAI_H
#define VACT_ACT_GATE_SWIGLU_OAI_H

#include "math/common/gate.h"
#include "math/common/gelu_quick.h"

/* 1.702*SWIGLU_OAI_FAR is GATE_FAR. */
#define SWIGLU_OAI_FAR (-47.01f)

/* a*(v.hi + v.lo); a zero keeps its sign, which the sum of two products would lose. */
VACT_INLINE vf swiglu_oai_times(vf a, vf_pair v)
{
    vf product = vf_fma(a, v.hi, vf_mul(a, v.lo));
    return vf_select(vm_eq(a, vf_set1(0.0f)), vf_mul(a, v.hi), product);
}

/* gelu_quick(min(gate, 7))*(v.hi + v.lo) */
VACT_INLINE vf swiglu_oai_product(vf gate, vf_pair v)
{
    vf product = swiglu_oai_times(gelu_quick_forward(vf_min(vf_set1(7.0f), gate), NULL), v);
    if (!gate_any_special(gate, GATE_TINY, SWIGLU_OAI_FAR))
        return product;
    vf bounded = gate_far_bounded(gate, -124.0f, SWIGLU_OAI_FAR);
    vf_pair p = gelu_quick_exponent(bounded);
    product = gate_choose_tiny(gate, v.hi, product);
    return gate_choose_far(gate, SWIGLU_OAI_FAR, gate_far_product(bounded, vf_set1(0.0f), p, v.hi), product);
}

/* clamp(up, -7, 7) + 1, exactly: sum - 1 is exact where sum is above 2, and where it is below 1/2 the sum itself is. */
VACT_INLINE vf_pair swiglu_oai_factor(vf up)
{
    vf bounded = vf_min(vf_set1(7.0f), vf_max(vf_set1(-7.0f), up)), one = vf_set1(1.0f);
    vf sum = vf_add(bounded, one);
    return (vf_pair){sum, vf_sub(bounded, vf_sub(sum, one))};
}

VACT_INLINE vf swiglu_oai_forward(vf gate, vf up) { return swiglu_oai_product(gate, swiglu_oai_factor(up)); }

#ifdef VACT_SET_FAST
VACT_INLINE vf swiglu_oai_common(vf gate, vf up)
{
    return swiglu_oai_times(gelu_quick_common(vf_min(vf_set1(7.0f), gate), NULL), swiglu_oai_factor(up));
}

VACT_INLINE act_range swiglu_oai_range(void) { return (act_range){GATE_TINY, GELU_QUICK_COMMON}; }
#define ACT_TWO_FORMS
#endif

#endif
