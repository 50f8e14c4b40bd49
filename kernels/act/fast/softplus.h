/*
 * softplus: beta*x > threshold ? x : log(1 + e^(beta*x))/beta.
 *
 * At beta = 1 and a threshold from 18 on, where log(1 + e^x) is x itself above it, math/fast/softplus.h. Otherwise
 * max(x, 0) + log1p(e^-|beta*x|)/beta, beta*x carried as hi + lo; below beta*x = -64 log1p(z) = z, and the quotient
 * z/beta is formed as scaled.h says, for a small beta lifts a subnormal z.
 */
#ifndef VACT_ACT_FAST_SOFTPLUS_H
#define VACT_ACT_FAST_SOFTPLUS_H

#include "math/fast/softplus.h"
#include "math/pair.h"
#include "math/scaled.h"

/* The comparison beta*x > threshold, exact. The product is hi + lo exactly unless it underflows; that matters only
 * beside a threshold of about its size, where both sides are scaled by a power of two first (or, beside 0, replaced
 * by their sign). */
VACT_INLINE vm softplus_is_above(vf x, float beta, float threshold)
{
    float factor = beta, limit = threshold;
    if (threshold == 0.0f) {
        factor = 1.0f;
    } else if (__builtin_fabsf(threshold) < 0x1p-100f && beta <= 0x1p25f) {
        factor = beta * 0x1p102f;
        limit = threshold * 0x1p102f;
    }
    vf_pair product = pair_product(vf_set1(factor), x);
    vf bound = vf_set1(limit);
    vm rounded_equal = vm_eq(product.hi, bound);
    return vm_or(vm_lt(bound, product.hi), vm_and(rounded_equal, vm_lt(vf_set1(0.0f), product.lo)));
}

VACT_INLINE vf softplus_of_any_beta(vf x, const vact_params_f32 *params)
{
    vf beta = vf_set1(params->v[0]);
    vm negative = vm_lt(x, vf_set1(0.0f));
    vf_pair p = pair_product(beta, x);
    vf low = pair_low_of_exponent(p);
    scaled_exp e = scaled_exp_of_pair(vf_neg(vf_abs(p.hi)), vf_select(negative, low, vf_neg(low)));
    vf log1p_z = vf_select(e.low, e.factor, math_log1p(e.plain));
    vf term = scaled_last(e, vf_div(log1p_z, beta));
    vf curve = vf_select(negative, term, vf_add(x, term));
    return vf_select(softplus_is_above(x, params->v[0], params->v[1]), x, curve);
}

VACT_INLINE vf softplus_forward(vf x, const vact_params_f32 *params)
{
    if (params->v[0] == 1.0f && params->v[1] >= 18.0f)
        return fast_softplus(x);
    return softplus_of_any_beta(x, params);
}

#endif
