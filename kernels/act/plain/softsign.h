/*
 * softsign: x/(1 + |x|).
 *
 * 1 + |x| = sum.hi + sum.lo exactly; the quotient q = x*(1/sum.hi) is corrected by its residual
 * x - q*sum.hi - q*sum.lo, so that one rounding remains. From 2^26 on the result rounds to 1.
 */
#ifndef VACT_ACT_PLAIN_SOFTSIGN_H
#define VACT_ACT_PLAIN_SOFTSIGN_H

#include "math/common/pair.h"

VACT_INLINE vf softsign_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf one = vf_set1(1.0f);
    vf magnitude = vf_abs(x);
    vf_pair sum = pair_sum(one, magnitude);
    vf reciprocal = vf_div(one, sum.hi);
    vf quotient = vf_mul(x, reciprocal);
    vf residual = vf_fnma(quotient, sum.lo, vf_fnma(quotient, sum.hi, x));
    vf corrected = vf_fma(residual, reciprocal, quotient);
    /* The sign for x = -0, where a residual of +0 would change it. */
    return vf_copysign(vf_select(vm_le(vf_set1(0x1p26f), magnitude), one, corrected), x);
}

#endif
