/* glu: sigmoid(gate)*up. */
#ifndef VACT_ACT_GATE_GLU_H
#define VACT_ACT_GATE_GLU_H

#include "math/common/gate.h"

/* Of a tiny gate the activation is 1/2, so that the product is right without a test; it is as fast as sigmoid. */
VACT_INLINE gate_limits glu_limits(const vact_params_f32 *params)
{
    return (gate_limits){GATE_FAR, sigmoid_range(params).tiny, sigmoid_range(params)};
}

VACT_INLINE vf glu_common(vf gate, vf v, const vact_params_f32 *params)
{
    return vf_mul(sigmoid_common(gate, params), v);
}
VACT_INLINE vf glu_usual(vf gate, vf v, const vact_params_f32 *params)
{
    return gate_times(sigmoid_special(gate, params), v);
}
VACT_INLINE vf glu_tiny(vf gate, vf v, const vact_params_f32 *params)
{
    return (void)gate, (void)params, vf_mul(v, vf_set1(0.5f));
}

VACT_INLINE vf glu_far(vf gate, vf v, const vact_params_f32 *params)
{
    (void)params;
    gate_power power = gate_power_of(gate_far_bounded(gate, -212.0f, GATE_FAR), vf_set1(0.0f));
    return vf_flip_sign(gate_far_product(gate, vf_set1(1.0f), power.rise, power, v), v);
}

#define ACT_TWO_FORMS

#endif
