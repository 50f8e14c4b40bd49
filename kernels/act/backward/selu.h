/* The derivative of selu: gamma*(x > 0 ? 1 : alpha*e^x). gamma*alpha is a float times e^lo, with lo added to x. */
#ifndef VACT_ACT_BACKWARD_SELU_H
#define VACT_ACT_BACKWARD_SELU_H

#include "loop/form.h"
#include "math/common/selu.h"
#include "math/fast/gradient.h"

/* m*2^n */
typedef struct {
    float m, n;
} selu_scaled;

/* With m in [1, 2), so that dy*m does not overflow where the derivative is small; 0 and subnormal numbers as they are.
 */
VACT_INLINE selu_scaled selu_scaled_of(float a)
{
    unsigned bits;
    memcpy(&bits, &a, sizeof bits);
    const unsigned biased = bits >> 23 & 0xff;
    if (biased == 0)
        return (selu_scaled){a, 0.0f};
    bits = (bits & 0x807fffffu) | 0x3f800000u;
    memcpy(&a, &bits, sizeof bits);
    return (selu_scaled){a, (float)biased - 127.0f};
}

/* As in act/backward/elu.h. */
VACT_INLINE gradient_power selu_backward_power(vf dy, vf x, vf bounded)
{
    vm above = vm_lt(vf_set1(0.0f), x);
    vf a = vf_select(above, vf_set1(0x1.0cfabep+0f), vf_set1(0x1.c212ccp+0f));
    return gradient_multiple_of(dy, a, vf_min(vf_set1(-0x1p-40f), bounded), vf_set1(0x1.c74dbep-27f));
}

VACT_INLINE vf selu_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value(selu_backward_power(dy, x, x));
}

VACT_INLINE vf selu_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_value_down(selu_backward_power(dy, x, vf_max(vf_set1(-GRADIENT_MOST), x)));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range selu_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, 80.0f};
}

#define BACKWARD_OTHERWISE
VACT_NOINLINE static vf selu_backward_otherwise(vf dy, vf x, const vact_params_f32 *params)
{
    const selu_slope slope = selu_slope_of(params);
    const float lo = slope.lo / (slope.hi != 0.0f ? slope.hi : 1.0f);
    const selu_scaled gamma = selu_scaled_of(params->v[1]), product = selu_scaled_of(slope.hi);
    vm above = vm_lt(vf_set1(0.0f), x);
    vf a = vf_select(above, vf_set1(gamma.m), vf_set1(product.m));
    vf bounded = vf_min(vf_set1(-0x1p-40f), vf_max(vf_set1(-GRADIENT_MOST), x));
    gradient_power y = gradient_multiple_of(dy, a, bounded, vf_set1(lo));
    vf shifted = vf_add(y.shifted, vf_select(above, vf_set1(gamma.n), vf_set1(product.n)));
    return gradient_value_any((gradient_power){y.value, vf_max(vf_set1(VF_POWER_SHIFT - 251.0f), shifted)});
}

#endif
