/* hard_sigmoid6: clamp(x + 3, 0, 6)/6. */
#ifndef VACT_ACT_WIDE_HARD_SIGMOID6_H
#define VACT_ACT_WIDE_HARD_SIGMOID6_H

#include "math/wide/functions.h"

VACT_INLINE wide hard_sigmoid6_value(vf x, const act_params *params)
{
    (void)params;
    const vf three = vf_set1(3.0);
    const vf_pair sum = pair_sum(vf_min(three, vf_max(vf_neg(three), x)), three);
    return wide_of_pair(pair_divide(sum, pair_of(vf_set1(6.0))));
}

VACT_INLINE wide hard_sigmoid6_slope(vf x, const act_params *params)
{
    (void)params;
    const wide sixth = wide_of_pair(pair_set1(0x1.5555555555555p-3, 0x1.5555555555555p-57));
    return wide_select(vm_lt(vf_abs(x), vf_set1(3.0)), sixth, wide_nothing());
}

#endif
