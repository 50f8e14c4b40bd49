/* 1/(1 + e^-x) as a pair, for the variant `cr`. */
#ifndef VACT_MATH_CR_LOGISTIC_H
#define VACT_MATH_CR_LOGISTIC_H

#include "math/cr/exp.h"

/* Up to this |x| the parts of the result are normal, or count for nothing. */
#define CR_LOGISTIC_LIMIT 74.0f

/* 1 + e^(x + low): the larger of both first. */
VACT_INLINE vf_pair cr_one_plus_exp(vf x, vf low)
{
    const vf_pair e = cr_exp(x, low);
    const vf one = vf_set1(1.0f), large = vf_max(e.hi, one), small = vf_min(e.hi, one), sum = vf_add(large, small);
    return (vf_pair){sum, vf_add(vf_sub(small, vf_sub(sum, large)), e.lo)};
}

/* Of x + low. */
VACT_INLINE vf_pair cr_logistic(vf x, vf low)
{
    const vf_pair d = cr_one_plus_exp(vf_neg(x), vf_neg(low));
    const vf one = vf_set1(1.0f), q = vf_div(one, d.hi), rest = vf_fnma(d.lo, q, vf_fnma(d.hi, q, one));
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
