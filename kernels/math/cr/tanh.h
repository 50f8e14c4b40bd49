/* tanh(x) = (e^2x - 1)/(e^2x + 1) as a pair, for the variant `cr`. */
#ifndef VACT_MATH_CR_TANH_H
#define VACT_MATH_CR_TANH_H

#include "math/cr/exp.h"

/* Beyond, tanh(x) is 1 - 2^-46. */
#define CR_TANH_LIMIT 16.0f

/* n/(n + 2), for n >= 0. */
VACT_INLINE vf_pair cr_over_two_more(vf_pair n) { return cr_quotient(n, cr_sum(n, vf_set1(2.0f))); }

/* Of x + low, x >= 0. */
VACT_INLINE vf_pair cr_tanh(vf x, vf low)
{
    x = vf_min(vf_set1(CR_TANH_LIMIT), x);
    const vf two = vf_set1(2.0f);
    return cr_over_two_more(cr_expm1_above(vf_mul(two, x), vf_mul(two, low)));
}

#endif
