/*
 * x*sigmoid(p), p = hi + lo: the form of silu, swish, gelu_quick and gelu_tanh.
 *
 * With z = e^-|p| it is x/(1 + z) for p >= 0 and x*z/(1 + z) below, that product as in scaled.h. Numerator and
 * denominator are hi/lo pairs and the residual corrects the quotient, so that the error of z and one rounding remain
 * (up to 4.0 ULP without). The result has the sign of x. x and p are separate arguments, as a caller may clamp only
 * one.
 */
#ifndef VACT_MATH_SLEEF_LOGISTIC_H
#define VACT_MATH_SLEEF_LOGISTIC_H

#include "math/common/pair.h"
#include "math/sleef/scaled.h"

/* x, or 0 where |x| < limit. For a p made of products of x: they would be subnormal there, which is slow, and
 * sigmoid(p) is 1/2 either way. */
VACT_INLINE vf logistic_argument(vf x, float limit)
{
    return vf_select(vm_lt(vf_abs(x), vf_set1(limit)), vf_set1(0.0f), x);
}

VACT_INLINE vf logistic_product(vf x, vf_pair p)
{
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f), largest = vf_set1(FLT_MAX);
    vm negative = vm_lt(p.hi, zero);
    vf p_lo = pair_low_of_exponent(p);
    p_lo = vf_select(negative, p_lo, vf_neg(p_lo));
    scaled_exp e = scaled_exp_of(vf_neg(vf_abs(p.hi)));

    vf_pair denominator;
    denominator.hi = vf_add(one, e.plain);
    denominator.lo = vf_fma(e.plain, p_lo, vf_sub(e.plain, vf_sub(denominator.hi, one)));

    vf bounded = vf_min(largest, vf_max(vf_neg(largest), x));
    vf_pair numerator = pair_product(bounded, e.factor);
    numerator.lo = vf_fma(numerator.hi, p_lo, numerator.lo);
    numerator.hi = vf_select(negative, numerator.hi, bounded);
    numerator.lo = vf_select(negative, numerator.lo, zero);

    vf reciprocal = vf_div(one, denominator.hi);
    vf quotient = vf_mul(numerator.hi, reciprocal);
    vf residual = vf_add(vf_fnma(quotient, denominator.hi, numerator.hi), numerator.lo);
    residual = vf_fnma(quotient, denominator.lo, residual);
    vf corrected = vf_fma(residual, reciprocal, quotient);

    vf below = scaled_last(e, corrected);
    vf above = vf_select(vm_lt(largest, vf_abs(x)), x, corrected);
    return vf_copysign(vf_select(negative, below, above), x);
}

#endif
