/*
 * swiglu_oai: gelu_quick(min(gate, 7))*(clamp(up, -7, 7) + 1). The sum with 1 is a hi/lo pair, so that only the
 * activation and the product round. Of tiny gates, where the product is subnormal or nearly so, only hi counts.
 */
#ifndef VACT_ACT_GATE_SWIGLU_OAI_H
#define VACT_ACT_GATE_SWIGLU_OAI_H

#include "math/common/gate.h"
#include "math/common/gelu_quick.h"

/* The exponent is -47.7 there; below, the product with lo might be subnormal. */
#define SWIGLU_OAI_FAR (-28.0f)

/* a*(v.hi + v.lo); a zero keeps its sign, which the sum of two products would lose. */
VACT_INLINE vf swiglu_oai_times(vf a, vf_pair v)
{
    vf product = vf_fma(a, v.hi, vf_mul(a, v.lo));
    return vf_select(vm_eq(a, vf_set1(0.0f)), vf_mul(a, v.hi), product);
}

/* clamp(up, -7, 7) + 1, exactly: sum - 1 is exact where sum is above 2, and where it is below 1/2 the sum itself is. */
VACT_INLINE vf_pair swiglu_oai_factor(vf up)
{
    vf bounded = vf_min(vf_set1(7.0f), vf_max(vf_set1(-7.0f), up)), one = vf_set1(1.0f);
    vf sum = vf_add(bounded, one);
    return (vf_pair){sum, vf_sub(bounded, vf_sub(sum, one))};
}

/* gelu_quick(min(gate, 7)) times v, for the gradient too. */
VACT_INLINE vf swiglu_oai_gate(vf gate) { return vf_min(vf_set1(7.0f), gate); }

VACT_INLINE vf swiglu_oai_far_times(vf gate, vf_pair v)
{
    vf bounded = gate_far_bounded(gate, -124.0f, SWIGLU_OAI_FAR);
    vf_pair p = gelu_quick_exponent(bounded);
    gate_power power = gate_power_of(p.hi, p.lo);
    vf scaled = gate_far_scaled(gate, vf_neg(bounded), power.rise);
    vf low = vf_fma(scaled, vf_flip_sign(v.lo, v.hi), vf_set1(GATE_LEAST));
    vf y = gate_far_magnitude(vf_fma(scaled, vf_abs(v.hi), low), power);
    return vf_flip_sign(vf_neg(y), v.hi);
}

VACT_INLINE gate_limits swiglu_oai_limits(void)
{
    return (gate_limits){SWIGLU_OAI_FAR, GATE_TINY, gelu_quick_range(NULL)};
}

VACT_INLINE vf swiglu_oai_common(vf gate, vf up)
{
    return swiglu_oai_times(gelu_quick_common(swiglu_oai_gate(gate), NULL), swiglu_oai_factor(up));
}

VACT_INLINE vf swiglu_oai_usual(vf gate, vf up)
{
    return swiglu_oai_times(gelu_quick_special(swiglu_oai_gate(gate), NULL), swiglu_oai_factor(up));
}

VACT_INLINE vf swiglu_oai_far(vf gate, vf up) { return swiglu_oai_far_times(gate, swiglu_oai_factor(up)); }
VACT_INLINE vf swiglu_oai_tiny(vf gate, vf up) { return gate_tiny_product(gate, swiglu_oai_factor(up).hi); }

#define ACT_TWO_FORMS

#endif
