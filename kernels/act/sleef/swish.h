/* swish: x*sigmoid(beta*x), beta*x as a hi/lo pair. */
#ifndef VACT_ACT_SLEEF_SWISH_H
#define VACT_ACT_SLEEF_SWISH_H

#include "math/common/pair.h"
#include "math/fast/exp_rise.h"
#include "math/sleef/logistic.h"

VACT_INLINE vf swish_forward(vf x, const vact_params_f32 *params)
{
    vf largest = vf_set1(FLT_MAX);
    vf finite = vf_min(largest, vf_max(vf_neg(largest), x)); /* 0*inf would be NaN */
    return logistic_product(x, pair_product(vf_set1(params->v[0]), logistic_argument(finite, 0x1p-64f)));
}

VACT_INLINE vf_pair swish_exponent(vf x, float beta, float beta_lo)
{
    vf_pair p = pair_product(vf_set1(beta), x);
    p.lo = vf_fma(vf_set1(beta_lo), x, p.lo);
    return p;
}

/* x*sigmoid((beta + beta_lo)*x) where the product is of moderate size, for gated units. */
VACT_INLINE vf swish_near(vf x, float beta, float beta_lo)
{
    return logistic_product(x, swish_exponent(x, beta, beta_lo));
}

/* The same for any x that `bounded` bounds. */
VACT_INLINE vf swish_wide(vf x, vf bounded, float beta, float beta_lo)
{
    return logistic_product(x, swish_exponent(bounded, beta, beta_lo));
}

/* As in act/fast/swish.h. */
typedef struct {
    vf y, n;
} swish_split;

VACT_INLINE swish_split swish_split_of(vf x, vf bounded, float beta, float beta_lo, float most)
{
    const vf least = vf_set1(-most);
    vf_pair p = swish_exponent(bounded, beta, beta_lo);
    fast_reduced parts = fast_reduce(p.hi);
    vf scaled = vf_mul(x, vf_power_of_two(vf_set1(VF_POWER_SHIFT - most)));
    vf y = vf_fma(scaled, fast_exp_rise(vf_add(parts.r, p.lo)), scaled);
    p.hi = vf_max(vf_set1(-100.0f), p.hi); /* SLEEF's exp raises exceptions for very low arguments */
    return (swish_split){vf_select(vm_lt(parts.n, least), y, logistic_product(x, p)),
                         vf_sub(least, vf_min(least, parts.n))};
}

#endif
