/*
 * The derivative of hard_swish: 0 up to -3, x/3 + 1/2 to 3, then 1.
 *
 * x + 3/2 is exact as a hi/lo pair, so that the result is accurate near the zero at -3/2. A third of it is a pair, too,
 * and dy multiplies it last, so that only the result can overflow. Over all x and the dy tried, 7 results are not the
 * nearest float: 0.5000001 ULP, at -0x1.71c9ccp-6.
 */
#ifndef VACT_ACT_BACKWARD_HARD_SWISH_H
#define VACT_ACT_BACKWARD_HARD_SWISH_H

#include "math/common/pair.h"

VACT_INLINE vf hard_swish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair sum = pair_sum(x, vf_set1(1.5f));
    vf_pair slope;
    slope.hi = vf_div(sum.hi, vf_set1(3.0f));
    slope.lo = vf_mul(vf_add(vf_fnma(slope.hi, vf_set1(3.0f), sum.hi), sum.lo), vf_set1(1.0f / 3.0f));
    vf upper = vf_select(vm_le(vf_set1(3.0f), x), vf_quiet(dy), pair_times(slope, dy));
    return vf_select(vm_le(x, vf_set1(-3.0f)), vf_set1(0.0f), upper);
}

#endif
