/*
 * geglu: gelu(gate)*up. Far below 0, gelu(g) = -phi(g)*Q(1/g^2) with Q(s) = 1 - s + 3s^2 - 15s^3 + 105s^4 - 945s^5 ...,
 * the asymptotic series of the normal tail; cut here, its error is 0.1 * 2^-24 from g = -10.5 down. The constant term
 * of d = Q - 1 is the relative error of the float 1/sqrt(2*pi).
 */
#ifndef VACT_ACT_GATE_GEGLU_H
#define VACT_ACT_GATE_GEGLU_H

#include "math/common/constants.h"
#include "math/common/gate.h"
#include "math/common/horner.h"

/* The exponent is -55.1 there. */
#define GEGLU_FAR (-10.5f)

VACT_INLINE gate_limits geglu_limits(const vact_params_f32 *params)
{
    return (gate_limits){GEGLU_FAR, GATE_TINY, gelu_range(params)};
}
VACT_INLINE vf geglu_common(vf gate, vf v, const vact_params_f32 *params)
{
    return vf_mul(gelu_common(gate, params), v);
}

/* gelu(x) is x where it is above -GEGLU_FAR. */
VACT_INLINE vf geglu_usual(vf gate, vf v, const vact_params_f32 *params)
{
    vf most = vf_set1(-GEGLU_FAR), bounded = vf_min(most, gate);
    vf a = gelu_range(params).limit >= -GEGLU_FAR ? gelu_common(bounded, params) : gelu_special(bounded, params);
    return gate_times(vf_select(vm_lt(most, gate), gate, a), v);
}

VACT_INLINE vf geglu_tiny(vf gate, vf v, const vact_params_f32 *params)
{
    return (void)params, gate_tiny_product(gate, v);
}

VACT_INLINE vf geglu_far(vf gate, vf v, const vact_params_f32 *params)
{
    (void)params;
    vf bounded = gate_far_bounded(gate, -20.5f, GEGLU_FAR);
    vf_pair square = pair_product(bounded, bounded);
    vf s = vf_div(vf_set1(1.0f), square.hi);
    vf d = horner5(s, -945.0f, 105.0f, -15.0f, 3.0f, -1.0f, -0x1.e821f2p-26f);
    gate_power power = gate_power_of(vf_mul(square.hi, vf_set1(-0.5f)), vf_mul(square.lo, vf_set1(-0.5f)));
    vf change = vf_fma(d, power.rise, vf_add(d, power.rise));
    return vf_flip_sign(vf_neg(gate_far_product(gate, vf_set1(MATH_INV_SQRT_2PI), change, power, v)), v);
}

#define ACT_TWO_FORMS

#endif
