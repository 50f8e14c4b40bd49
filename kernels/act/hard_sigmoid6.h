/*
 * hard_sigmoid6: clamp(x + 3, 0, 6)/6.
 *
 * x + 3 = sum.hi + sum.lo exactly; the quotient q = sum.hi/6 is corrected by its residual, (sum.hi - 6q + sum.lo)/6,
 * so that one rounding remains (and that of 1/6, far below it).
 */
#ifndef VACT_ACT_HARD_SIGMOID6_H
#define VACT_ACT_HARD_SIGMOID6_H

#include "math/pair.h"

VACT_INLINE vf hard_sigmoid6_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair sum = pair_sum(x, vf_set1(3.0f));
    vf quotient = vf_div(sum.hi, vf_set1(6.0f));
    vf residual = vf_add(vf_fnma(vf_set1(6.0f), quotient, sum.hi), sum.lo);
    vf line = vf_fma(residual, vf_set1(0x1.555556p-3f), quotient);
    vf upper = vf_select(vm_le(vf_set1(3.0f), x), vf_set1(1.0f), line);
    return vf_select(vm_le(x, vf_set1(-3.0f)), vf_set1(0.0f), upper);
}

#endif
