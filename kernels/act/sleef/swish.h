/* swish: x*sigmoid(beta*x), beta*x as a hi/lo pair. */
#ifndef VACT_ACT_SLEEF_SWISH_H
#define VACT_ACT_SLEEF_SWISH_H

#include "math/common/pair.h"
#include "math/sleef/logistic.h"

VACT_INLINE vf swish_forward(vf x, const vact_params_f32 *params)
{
    vf largest = vf_set1(FLT_MAX);
    vf finite = vf_min(largest, vf_max(vf_neg(largest), x)); /* 0*inf would be NaN */
    return logistic_product(x, pair_product(vf_set1(params->v[0]), logistic_argument(finite, 0x1p-64f)));
}

/* x*sigmoid((beta + beta_lo)*x) where the product is of moderate size, for gated units. */
VACT_INLINE vf swish_near(vf x, float beta, float beta_lo)
{
    vf_pair p = pair_product(vf_set1(beta), x);
    p.lo = vf_fma(vf_set1(beta_lo), x, p.lo);
    return logistic_product(x, p);
}

#endif
