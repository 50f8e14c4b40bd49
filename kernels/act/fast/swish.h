/*
 * swish: x*sigmoid(beta*x), beta*log2(e) carried as hi + lo.
 *
 * A beta beyond 2^-30 to 2^30 makes every x rare. One so small or large that the two parts or beta*x would lose digits
 * moves 64 binary places to x, where beta*x matters: elsewhere the result is x/2, or as for an infinite x. In the rare
 * form a negative beta turns the signs of x and the result.
 */
#ifndef VACT_ACT_FAST_SWISH_H
#define VACT_ACT_FAST_SWISH_H

#include "math/fast/logistic.h"

typedef struct {
    vf hi, lo;
} swish_factor;

/* -beta*log2(e), 2^-100 <= |beta| <= 2^100. */
VACT_INLINE swish_factor swish_factor_of(float beta)
{
    swish_factor m;
    m.hi = vf_mul(vf_set1(beta), vf_set1(-0x1.715476p+0f));
    m.lo = vf_fms(vf_set1(beta), vf_set1(-0x1.715476p+0f), m.hi);
    m.lo = vf_fma(vf_set1(beta), vf_set1(-0x1.4ae0cp-26f), m.lo);
    return m;
}

VACT_INLINE vf swish_positive(vf x, float beta)
{
    float limit = FAST_LOGISTIC_ORDINARY / beta;
    swish_factor m = swish_factor_of(beta);
    vm tiny = vm_lt(vf_abs(x), vf_set1(FAST_LOGISTIC_TINY / (1.0f + beta)));
    return fast_half_where(tiny, x, fast_swish_wide(vf_select(tiny, vf_set1(limit), x), limit, m.hi, m.lo));
}

VACT_INLINE vf swish_any(vf x, float given)
{
    float beta = __builtin_fabsf(given);
    vf sign = vf_set1(given);
    if (beta == 0.0f)
        return fast_half(x);
    x = vf_flip_sign(x, sign);
    if (beta < 0x1p-64f) {
        float larger = beta * 0x1p+64f;
        vf result = swish_positive(vf_mul(x, vf_set1(0x1p-64f)), larger < 0x1p-100f ? 0x1p-100f : larger);
        result = vf_flip_sign(vf_mul(result, vf_set1(0x1p+64f)), sign);
        return vf_select(vm_lt(vf_abs(x), vf_set1(0x1p+31f)), fast_half(vf_flip_sign(x, sign)), result);
    }
    if (beta > 0x1p+64f) {
        vf bounded = vf_min(vf_set1(0x1p+40f), vf_max(vf_set1(-0x1p+40f), x));
        vf result = vf_mul(swish_positive(vf_mul(bounded, vf_set1(0x1p+64f)), beta * 0x1p-64f), vf_set1(0x1p-64f));
        return vf_flip_sign(vf_select(vm_lt(vf_set1(0x1p+40f), x), x, result), sign);
    }
    return vf_flip_sign(swish_positive(x, beta), sign);
}

VACT_INLINE vf swish_forward(vf x, const vact_params_f32 *params)
{
    float beta = params->v[0], size = __builtin_fabsf(beta);
    float limit = size >= 0x1p-30f && size <= 0x1p+30f ? FAST_LOGISTIC_ORDINARY / size : FAST_LOGISTIC_TINY;
    if (__builtin_expect(vm_any(vm_outside(x, FAST_LOGISTIC_TINY, limit)), 0))
        return swish_any(x, beta);
    swish_factor m = swish_factor_of(beta);
    return fast_swish(x, m.hi, m.lo);
}

#endif
