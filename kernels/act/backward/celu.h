/*
 * The derivative of celu: x > 0 ? 1 : e^(x/alpha). x/alpha is a hi/lo pair, a product with the pair 1/alpha where that
 * neither overflows nor is subnormal, else a quotient with the residual of the division.
 */
#ifndef VACT_ACT_BACKWARD_CELU_H
#define VACT_ACT_BACKWARD_CELU_H

#include "loop/form.h"
#include "math/fast/gradient.h"

VACT_INLINE int celu_backward_is_usual(const vact_params_f32 *params)
{
    const float magnitude = __builtin_fabsf(params->v[0]);
    return magnitude >= 0x1p-80f && magnitude <= 0x1p80f;
}

/* x below -2^-40*alpha, else that: as in act/backward/elu.h. */
VACT_INLINE gradient_power celu_backward_power(vf dy, vf x, const vact_params_f32 *params)
{
    const float alpha = params->v[0], inverse = 1.0f / alpha;
    const float inverse_lo = __builtin_fmaf(-inverse, alpha, 1.0f) * inverse;
    vf bounded = vf_min(vf_set1(-0x1p-40f * __builtin_fabsf(alpha)), x);
    vf p = vf_mul(bounded, vf_set1(inverse));
    vf p_lo = vf_fma(bounded, vf_set1(inverse_lo), vf_fms(bounded, vf_set1(inverse), p));
    return gradient_exponential_of(dy, p, p_lo);
}

VACT_INLINE vf celu_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    return gradient_value(celu_backward_power(dy, x, params));
}

VACT_INLINE vf celu_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    if (celu_backward_is_usual(params)) {
        vf least = vf_set1(-GRADIENT_MOST * __builtin_fabsf(params->v[0]));
        return gradient_value_any(celu_backward_power(dy, vf_max(least, x), params));
    }
    vf alpha = vf_set1(params->v[0]);
    vf_pair p;
    p.hi = vf_div(x, alpha);
    p.lo = vf_div(vf_fnma(p.hi, alpha, x), alpha);
    /* For alpha > 0 the exponential counts where p <= 0. */
    vf most = vf_set1(params->v[0] > 0.0f ? 0.0f : GRADIENT_MOST);
    vf bounded = vf_min(most, vf_max(vf_set1(-GRADIENT_MOST), p.hi));
    vf below = gradient_value_any(gradient_exponential_of(dy, bounded, pair_low_of_exponent(p)));
    return vf_or_nan(vf_select(vm_lt(vf_set1(0.0f), x), vf_quiet(dy), below), x);
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range celu_backward_range(const vact_params_f32 *params)
{
    return celu_backward_is_usual(params) ? (act_range){0.0f, 80.0f * __builtin_fabsf(params->v[0])}
                                          : (act_range){0.0f, ACT_NONE_COMMON};
}

#endif
