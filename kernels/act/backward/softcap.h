/*
 * The derivative of softcap: 1 - tanh(x/c)^2 = 4z/(1 + z)^2, z = e^(-2|x|/c), as that of tanh. Rounding x/c would cost
 * up to 87 ULP in the tail: it is a hi/lo pair.
 */
#ifndef VACT_ACT_BACKWARD_SOFTCAP_H
#define VACT_ACT_BACKWARD_SOFTCAP_H

#include "loop/form.h"
#include "math/common/softcap.h"
#include "math/fast/gradient.h"

VACT_INLINE gradient_power softcap_backward_power(vf dy, vf x, const vact_params_f32 *params)
{
    softcap_scaled scaled = softcap_scaled_of(params);
    vf inverse = vf_set1(scaled.inverse), c = vf_set1(scaled.c);
    vf t = softcap_magnitude(x, scaled, 0.5f * 175.5f), q = vf_mul(t, inverse);
    vf twice_lo = vf_mul(vf_fnma(q, c, t), vf_add(inverse, inverse));
    gradient_power y = gradient_bell_of(dy, vf_max(vf_set1(0x1p-40f), vf_add(q, q)), twice_lo);
    return (gradient_power){y.value, vf_add(y.shifted, vf_set1(2.0f))};
}

/* A call, for the size of the library. */
VACT_NOINLINE static vf softcap_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    return gradient_value(softcap_backward_power(dy, x, params));
}

VACT_INLINE vf softcap_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    return gradient_value_down(softcap_backward_power(dy, x, params));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range softcap_backward_range(const vact_params_f32 *params)
{
    return (act_range){0.0f, params->v[0] < FLT_MAX / 40.0f ? 40.0f * params->v[0] : ACT_NONE_COMMON};
}

#endif
