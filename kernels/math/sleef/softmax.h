/*
 * The exponential relative to the row's maximum, for softmax and log_softmax. x - max is exact as a hi/lo pair; the low
 * part corrects the exponential, so that it is as accurate for logits of any size.
 */
#ifndef VACT_MATH_SLEEF_SOFTMAX_H
#define VACT_MATH_SLEEF_SOFTMAX_H

#include "math/common/pair.h"
#include "math/sleef/functions.h"

/* e^(x - max). 0 for x = -inf; NaN for a NaN, or where x and max are the same infinity. */
VACT_INLINE vf softmax_exponential(vf x, vf max)
{
    vf_pair difference = pair_sum(x, vf_neg(max));
    vf e = math_exp(difference.hi);
    return vf_fma(e, pair_low_of_exponent(difference), e);
}

#endif
