/*
 * The derivative of softsign: 1/(1 + |x|)^2.
 *
 * dy is divided by 1 + |x| = sum.hi + sum.lo twice, since the square could overflow. The residuals correct both
 * quotients, so that little more than one rounding remains.
 */
#ifndef VACT_ACT_BACKWARD_SOFTSIGN_H
#define VACT_ACT_BACKWARD_SOFTSIGN_H

#include "math/common/pair.h"

VACT_INLINE vf softsign_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf_pair sum = pair_sum(vf_set1(1.0f), vf_abs(x));
    vf reciprocal = vf_div(vf_set1(1.0f), sum.hi);
    vf first = vf_div(dy, sum.hi);
    vf first_rest = vf_mul(vf_fnma(first, sum.lo, vf_fnma(first, sum.hi, dy)), reciprocal);
    vf second = vf_div(first, sum.hi);
    vf rest = vf_add(vf_fnma(second, sum.lo, vf_fnma(second, sum.hi, first)), first_rest);
    vf corrected = vf_fma(rest, reciprocal, second);
    /* For an infinite x or dy the residual is not finite. */
    return vf_select(vm_lt(vf_abs(rest), vf_set1(__builtin_inff())), corrected, second);
}

#endif
