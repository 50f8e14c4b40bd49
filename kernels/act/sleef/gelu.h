/*
 * gelu: x*Phi(x).
 *
 * With q = Phi(-|x|) = e^(-x^2/2) * E(|x|) (math/common/normal.h) it is x*q for x < 0 and x - x*q above: nothing
 * cancels. x^2 and x*E are hi/lo pairs whose low parts enter the last product; the errors of the exponential, of the
 * polynomial and of that product remain. scaled.h keeps the digits where the exponential is subnormal but the product
 * is not. |x| is clamped to 15: from 14.5 on the lower tail rounds to -0.
 */
#ifndef VACT_ACT_SLEEF_GELU_H
#define VACT_ACT_SLEEF_GELU_H

#include "math/common/normal.h"
#include "math/common/pair.h"
#include "math/sleef/scaled.h"

VACT_INLINE vf gelu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf clamped = vf_min(vf_set1(15.0f), vf_max(vf_set1(-15.0f), x));
    vf half = vf_set1(-0.5f);
    vf_pair square = pair_product(clamped, clamped);
    scaled_exp e = scaled_exp_of(vf_mul(square.hi, half));
    vf_pair tail = normal_scaled_tail(vf_abs(clamped));
    vf_pair factor = pair_product(clamped, tail.hi);
    factor.lo = vf_fma(clamped, tail.lo, factor.lo);
    factor.lo = vf_fma(factor.hi, vf_mul(square.lo, half), factor.lo);
    vf product = vf_fma(e.factor, factor.hi, vf_mul(e.factor, factor.lo));
    vf above = vf_select(e.low, x, vf_sub(x, product));
    /* The sign of a zero: the sum of a +0 and a -0 is +0. */
    return vf_copysign(vf_select(vm_lt(x, vf_set1(0.0f)), scaled_last(e, product), above), x);
}

/* For geglu, as in act/fast/gelu.h; here the rounding error is not known. */
VACT_INLINE vf_pair gelu_pair(vf x) { return (vf_pair){gelu_forward(x, NULL), vf_set1(0.0f)}; }

#endif
