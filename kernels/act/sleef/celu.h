/*
 * celu: x > 0 ? x : alpha*expm1(x/alpha).
 *
 * q = x/alpha is a hi/lo pair: expm1(q.hi + q.lo) = m + q.lo*(1 + m) with m = expm1(q.hi). Where |q| < 2^-25 the result
 * is x itself, also if q underflows. For a negative alpha q is positive, up to 192 for alpha = -2^-149: above 64, 112
 * and 148, e^(q - 36), e^(q - 72) and e^(q - 108) are computed. e^36 (within 0.06 * 2^-24 of a float,
 * docs/approximations/constants.py) is multiplied last, so that only the result can overflow.
 */
#ifndef VACT_ACT_SLEEF_CELU_H
#define VACT_ACT_SLEEF_CELU_H

#include "math/common/pair.h"
#include "math/sleef/functions.h"

VACT_INLINE vf celu_forward(vf x, const vact_params_f32 *params)
{
    vf alpha = vf_set1(params->v[0]);
    vf_pair q;
    q.hi = vf_div(x, alpha);
    q.lo = vf_div(vf_fnma(q.hi, alpha, x), alpha);
    vm first = vm_lt(vf_set1(64.0f), q.hi), second = vm_lt(vf_set1(112.0f), q.hi), third = vm_lt(vf_set1(148.0f), q.hi);
    vf step = vf_set1(-36.0f), power = vf_set1(0x1.ea215ap+51f), one = vf_set1(1.0f);
    vf lowered = vf_add_where(third, vf_add_where(second, vf_add_where(first, q.hi, step), step), step);
    vf m = math_expm1(lowered);
    /* Finite, as infinity times a low part of 0 is NaN. */
    vf slope = vf_min(vf_set1(FLT_MAX), vf_add(one, m));
    m = vf_fma(pair_low_of_exponent(q), slope, m);
    vf tail = vf_mul(alpha, m);
    tail = vf_mul(tail, vf_select(first, power, one));
    tail = vf_mul(vf_mul(tail, vf_select(second, power, one)), vf_select(third, power, one));
    vm itself = vm_or(vm_le(vf_set1(0.0f), x), vm_lt(vf_abs(q.hi), vf_set1(0x1p-25f)));
    return vf_select(itself, x, tail);
}

#endif
