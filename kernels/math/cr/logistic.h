/* 1/(1 + e^-x) as a pair, for the variant `cr`. */
#ifndef VACT_MATH_CR_LOGISTIC_H
#define VACT_MATH_CR_LOGISTIC_H

#include "math/cr/exp.h"

/* Up to this |x| the parts of the result are normal, or count for nothing. */
#define CR_LOGISTIC_LIMIT 74.0f

/* Of x + low. */
VACT_INLINE vf_pair cr_logistic(vf x, vf low)
{
    const vf one = vf_set1(1.0f);
    const vf_pair d = cr_sum(cr_exp(vf_neg(x), vf_neg(low)), one);
    const vf q = vf_div(one, d.hi), rest = vf_fnma(d.lo, q, vf_fnma(d.hi, q, one));
    const vf q_low = vf_mul(rest, q);
    return (vf_pair){q, vf_fma(q_low, rest, q_low)}; /* d.lo may be 2^-16 of d.hi, so its square counts */
}

/* x/(1 + e^-(p + low)), with the sign of x. */
VACT_INLINE cr_rounded cr_times_logistic(vf x, vf p, vf low, float bound)
{
    cr_rounded y = cr_round(cr_times(cr_logistic(p, low), x), bound);
    y.value = vf_copysign(y.value, x);
    return y;
}

#endif
