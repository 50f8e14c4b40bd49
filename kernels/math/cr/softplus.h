/* log(1 + e^x) as a pair, for the variant `cr`: max(x, 0) + log(1 + e^-|x|). */
#ifndef VACT_MATH_CR_SOFTPLUS_H
#define VACT_MATH_CR_SOFTPLUS_H

#include "math/cr/exp.h"
#include "math/cr/log1p.h"

/* Up to this |x| the low part of the result is normal. */
#define CR_SOFTPLUS_LIMIT 60.0f

VACT_INLINE vf_pair cr_softplus(vf x)
{
    const vf zero = vf_set1(0.0f);
    const vf_pair log = cr_log1p(cr_exp(vf_neg(vf_abs(x)), zero));
    return cr_sum(log, vf_max(zero, x));
}

#endif
