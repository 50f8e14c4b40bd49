/* geglu_tanh: gelu_tanh(gate)*up. */
#ifndef VACT_ACT_GATE_GEGLU_TANH_H
#define VACT_ACT_GATE_GEGLU_TANH_H

#include "math/common/gate.h"
#include "math/common/gelu_tanh.h"

/* The exponent is -67.1 there. */
#define GEGLU_TANH_FAR (-9.0f)

VACT_INLINE gate_limits geglu_tanh_limits(const vact_params_f32 *params)
{
    return (gate_limits){GEGLU_TANH_FAR, GATE_TINY, gelu_tanh_range(params)};
}
VACT_INLINE vf geglu_tanh_common(vf gate, vf v, const vact_params_f32 *params)
{
    return vf_mul(gelu_tanh_common(gate, params), v);
}

/* gelu_tanh(x) is x where it is above -GEGLU_TANH_FAR. */
VACT_INLINE vf geglu_tanh_usual(vf gate, vf v, const vact_params_f32 *params)
{
    vf most = vf_set1(-GEGLU_TANH_FAR), bounded = vf_min(most, gate);
    vf a = gelu_tanh_range(params).limit >= -GEGLU_TANH_FAR ? gelu_tanh_common(bounded, params)
                                                            : gelu_tanh_special(bounded, params);
    return gate_times(vf_select(vm_lt(most, gate), gate, a), v);
}

VACT_INLINE vf geglu_tanh_tiny(vf gate, vf v, const vact_params_f32 *params)
{
    return (void)params, gate_tiny_product(gate, v);
}

VACT_INLINE vf geglu_tanh_far(vf gate, vf v, const vact_params_f32 *params)
{
    (void)params;
    vf bounded = gate_far_bounded(gate, -13.8f, GEGLU_TANH_FAR);
    return gate_far_times(gate, bounded, gelu_tanh_exponent(bounded), v);
}

#define ACT_TWO_FORMS

#endif
