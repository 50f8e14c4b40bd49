/*
 * swish: x*sigmoid(beta*x), beta*log2(e) carried as hi + lo.
 *
 * A beta so small or large that the two parts or beta*x would lose digits moves 64 binary places to x, where beta*x
 * matters: elsewhere the result is x/2, or as for an infinite x. At beta = 1 and over all inputs at most 1.269 ULP, at
 * -0x1.1b4a7ep+4: the argument is rounded twice.
 */
#ifndef VACT_ACT_FAST_SWISH_H
#define VACT_ACT_FAST_SWISH_H

#include "act/form.h"
#include "math/fast/logistic.h"

typedef struct {
    vf hi, lo;
} swish_factor;

/* -beta*log2(e), 2^-85 <= |beta| <= 2^60. */
VACT_INLINE swish_factor swish_factor_of(float beta)
{
    swish_factor m;
    m.hi = vf_mul(vf_set1(beta), vf_set1(-0x1.715476p+0f));
    m.lo = vf_fms(vf_set1(beta), vf_set1(-0x1.715476p+0f), m.hi);
    m.lo = vf_fma(vf_set1(beta), vf_set1(-0x1.4ae0cp-26f), m.lo);
    return m;
}

/* up*x*sigmoid(beta*x), beta in [2^-85, 2^60]; x ordinary or not. */
VACT_INLINE vf swish_positive(vf x, float up, float beta)
{
    swish_factor m = swish_factor_of(beta);
    return fast_swish_any(x, up, FAST_LOGISTIC_ORDINARY / beta, m.hi, m.lo);
}

VACT_NOINLINE static vf swish_any(vf x, const vact_params_f32 *params)
{
    float given = params->v[0], beta = __builtin_fabsf(given);
    vf sign = vf_set1(given);
    if (beta == 0.0f)
        return fast_half(x);
    x = vf_flip_sign(x, sign);
    if (beta < 0x1p-70f) {
        vf result = swish_positive(vf_mul(x, vf_set1(0x1p-64f)), 0x1p+64f, beta * 0x1p+64f);
        return vf_flip_sign(vf_select(vm_lt(vf_abs(x), vf_set1(0x1p+31f)), fast_half(x), result), sign);
    }
    if (beta > 0x1p+60f) {
        vf bounded = vf_min(vf_set1(0x1p+40f), vf_max(vf_set1(-0x1p+40f), x));
        vf result = swish_positive(vf_mul(bounded, vf_set1(0x1p+80f)), 0x1p-80f, beta * 0x1p-80f);
        return vf_flip_sign(vf_select(vm_lt(vf_set1(0x1p+40f), x), x, result), sign);
    }
    return vf_flip_sign(swish_positive(x, 1.0f, beta), sign);
}

VACT_INLINE vf swish_ordinary(vf x, const vact_params_f32 *params)
{
    swish_factor m = swish_factor_of(params->v[0]);
    return fast_swish(x, m.hi, m.lo);
}

VACT_INLINE act_form swish_form(const vact_params_f32 *params)
{
    float size = __builtin_fabsf(params->v[0]);
    int extreme = (size < 0x1p-70f) | (size > 0x1p+60f);
    return (act_form){extreme ? 0.0f : FAST_LOGISTIC_ORDINARY / size, swish_ordinary, swish_any};
}

VACT_INLINE vf swish_forward(vf x, const vact_params_f32 *params) { return act_forward(swish_form(params), x, params); }

#endif
