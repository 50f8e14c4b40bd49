/* selu: gamma*(x > 0 ? x : alpha*(e^x - 1)); with gamma 0 an infinite x gives a zero. The default parameters stand for
 * the exact constants: gamma and alpha*gamma are pairs (docs/approximations/wide.py constants). */
#ifndef VACT_ACT_WIDE_SELU_H
#define VACT_ACT_WIDE_SELU_H

#include "math/wide/gate.h"

typedef struct {
    wide above, below; /* gamma, alpha*gamma */
} selu_factors;

VACT_INLINE selu_factors selu_factors_of(const act_params *params)
{
    const double alpha = params->v[0], gamma = params->v[1];
    if (alpha == 0x1.ac5afad782cf1p+0 && gamma == 0x1.0cfabd6a91132p+0)
        return (selu_factors){wide_of_pair(pair_set1(0x1.0cfabd6a91132p+0, 0x1.6fc7d272f2696p-55)),
                              wide_of_pair(pair_set1(0x1.c212cc640f031p+0, 0x1.05161b045a1f1p-56))};
    const wide factor = wide_split(vf_set1(gamma));
    return (selu_factors){factor, wide_multiply(factor, wide_split(vf_set1(alpha)))};
}

VACT_INLINE wide selu_value(vf x, const act_params *params)
{
    const selu_factors of = selu_factors_of(params);
    const vm positive = vm_le(vf_set1(0.0), x); /* a zero has gamma's sign, not that of alpha*gamma */
    const vf factor = params->v[1] == 0.0 ? wide_bounded(x) : x;
    return wide_multiply(wide_select(positive, of.above, of.below),
                         wide_select(positive, wide_split(factor), wide_expm1_of(pair_of(x))));
}

VACT_INLINE wide selu_slope(vf x, const act_params *params)
{
    const selu_factors of = selu_factors_of(params);
    return wide_select(vm_lt(vf_set1(0.0), x), of.above, wide_multiply(of.below, wide_exp(pair_of(x))));
}

#endif
