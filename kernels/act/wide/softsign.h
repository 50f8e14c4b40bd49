/* softsign: x/(1 + |x|), rounded once. Its slope is 1/(1 + |x|)^2. */
#ifndef VACT_ACT_WIDE_SOFTSIGN_H
#define VACT_ACT_WIDE_SOFTSIGN_H

#include "math/wide/functions.h"

VACT_INLINE wide softsign_value(vf x, const act_params *params)
{
    (void)params;
    const vf magnitude = vf_min(vf_set1(0x1p+200), vf_abs(x));
    const wide y = wide_divide(wide_split(magnitude), wide_of_pair(pair_sum(magnitude, vf_set1(1.0))));
    return (wide){vf_flip_sign(y.hi, x), vf_flip_sign(y.lo, x), y.n};
}

VACT_INLINE wide softsign_slope(vf x, const act_params *params)
{
    (void)params;
    const vf infinity = vf_set1(__builtin_inf()), one = vf_set1(1.0);
    const vm infinite = vm_eq(vf_abs(x), infinity);
    const wide sum = wide_split_pair(pair_sum(vf_select(infinite, one, vf_abs(x)), one));
    return wide_select(infinite, wide_of(vf_set1(0.0)), wide_divide(wide_of(one), wide_multiply(sum, sum)));
}

#endif
