/*
 * geglu: gelu(gate)*up. gelu is a hi/lo pair, so that only the product rounds. Far below 0, gelu(g) = -phi(g)*Q(1/g^2)
 * with Q(s) = 1 - s + 3s^2 - 15s^3 + 105s^4 - ..., the asymptotic series of the normal tail; cut here, its error is
 * 0.2 * 2^-24 from g = -12.65 down. The constant term of d = Q - 1 is the relative error of the float 1/sqrt(2*pi).
 */
#ifndef VACT_ACT_GATE_GEGLU_H
#define VACT_ACT_GATE_GEGLU_H

#include "math/common/constants.h"
#include "math/common/gate.h"
#include "math/common/horner.h"

/* -GEGLU_FAR^2/2 is GATE_FAR. */
#define GEGLU_FAR (-12.65f)

VACT_INLINE vf geglu_product(vf gate, vf v)
{
    vf product = pair_times(gelu_pair(gate), v);
    if (!gate_any_special(gate, GATE_TINY, GEGLU_FAR))
        return product;
    vf bounded = gate_far_bounded(gate, -20.5f, GEGLU_FAR);
    vf_pair square = pair_product(bounded, bounded);
    vf s = vf_div(vf_set1(1.0f), square.hi);
    vf d = horner4(s, 105.0f, -15.0f, 3.0f, -1.0f, -0x1.e821f2p-26f);
    vf_pair p = {vf_mul(square.hi, vf_set1(-0.5f)), vf_mul(square.lo, vf_set1(-0.5f))};
    return gate_choose_far(gate, GEGLU_FAR, gate_far_product(vf_set1(-MATH_INV_SQRT_2PI), d, p, v),
                           gate_choose_tiny(gate, v, product));
}

VACT_INLINE vf geglu_forward(vf gate, vf up) { return geglu_product(gate, up); }

#ifdef VACT_SET_FAST
VACT_INLINE vf geglu_common(vf gate, vf up) { return pair_times(gelu_near_pair(gate), up); }
VACT_INLINE act_range geglu_range(void) { return (act_range){GATE_TINY, GELU_COMMON}; }
#define ACT_TWO_FORMS
#endif

#endif
