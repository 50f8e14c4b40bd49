/*
 * swish: x*sigmoid(beta*x), beta*log2(e) carried as hi + lo; a negative beta turns the signs of x and the result.
 *
 * A beta so small or large that these or beta*x would lose digits moves 64 binary places to x, where beta*x matters:
 * elsewhere the result is x/2, or as for an infinite x.
 */
#ifndef VACT_ACT_FAST_SWISH_H
#define VACT_ACT_FAST_SWISH_H

#include "math/fast/logistic.h"

/* 2^-100 <= beta <= 2^100. */
VACT_INLINE vf swish_positive(vf x, float beta)
{
    vf m_hi = vf_mul(vf_set1(beta), vf_set1(-0x1.715476p+0f));
    vf m_rest = vf_fms(vf_set1(beta), vf_set1(-0x1.715476p+0f), m_hi);
    return fast_swish(x, FAST_LOGISTIC_ORDINARY / beta, m_hi, vf_fma(vf_set1(beta), vf_set1(-0x1.4ae0cp-26f), m_rest));
}

VACT_INLINE vf swish_forward(vf x, const vact_params_f32 *params)
{
    float beta = __builtin_fabsf(params->v[0]);
    vf sign = vf_set1(params->v[0]);
    vf half = vf_mul(x, vf_set1(0.5f));
    if (beta == 0.0f)
        return half;
    x = vf_flip_sign(x, sign);
    if (beta < 0x1p-64f) {
        float larger = beta * 0x1p+64f;
        vf result = swish_positive(vf_mul(x, vf_set1(0x1p-64f)), larger < 0x1p-100f ? 0x1p-100f : larger);
        result = vf_flip_sign(vf_mul(result, vf_set1(0x1p+64f)), sign);
        return vf_select(vm_lt(vf_abs(x), vf_set1(0x1p+31f)), half, result);
    }
    if (beta > 0x1p+64f) {
        vf bounded = vf_min(vf_set1(0x1p+40f), vf_max(vf_set1(-0x1p+40f), x));
        vf result = vf_mul(swish_positive(vf_mul(bounded, vf_set1(0x1p+64f)), beta * 0x1p-64f), vf_set1(0x1p-64f));
        return vf_flip_sign(vf_select(vm_lt(vf_set1(0x1p+40f), x), x, result), sign);
    }
    return vf_flip_sign(swish_positive(x, beta), sign);
}

#endif
