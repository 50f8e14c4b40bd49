/*
 * What softmax and log_softmax share: the exponential relative to the row's maximum. x - max is exact as hi + lo, and
 * the low part corrects the exponential, so that logits of any size keep their digits.
 */
#ifndef VACT_MATH_SLEEF_SOFTMAX_H
#define VACT_MATH_SLEEF_SOFTMAX_H

#include "math/common/pair.h"
#include "math/sleef/functions.h"

/* e^(x - max). An x of -inf gives 0; a NaN in x, or an infinite difference of infinities, NaN. */
VACT_INLINE vf softmax_exponential(vf x, vf max)
{
    vf_pair difference = pair_sum(x, vf_neg(max));
    vf e = math_exp(difference.hi);
    return vf_fma(e, pair_low_of_exponent(difference), e);
}

#endif
