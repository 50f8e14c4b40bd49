/*
 * celu: x > 0 ? x : alpha*expm1(x/alpha).
 *
 * The quotient is carried as q.hi + q.lo: expm1(q.hi + q.lo) = m + q.lo*(1 + m) with m = expm1(q.hi). Where
 * |q| < 2^-25 the result is x itself, which also covers a quotient that underflows. A negative alpha makes q
 * positive: above 64, e^(q - 36) is computed and e^36 (within 0.06 * 2^-24 of a float,
 * docs/approximations/constants.py) multiplies last, so that nothing overflows but the result.
 */
#ifndef VACT_ACT_CELU_H
#define VACT_ACT_CELU_H

#include "math/pair.h"

VACT_INLINE vf celu_forward(vf x, const vact_params_f32 *params)
{
    vf alpha = vf_set1(params->v[0]);
    vf_pair q;
    q.hi = vf_div(x, alpha);
    q.lo = vf_div(vf_fnma(q.hi, alpha, x), alpha);
    vm high = vm_lt(vf_set1(64.0f), q.hi);
    vf m = math_expm1(vf_select(high, vf_sub(q.hi, vf_set1(36.0f)), q.hi));
    /* Bounded, as an infinite slope would meet a low part of 0. */
    vf slope = vf_min(vf_set1(3.4028234663852886e38f), vf_add(vf_set1(1.0f), m));
    m = vf_fma(pair_low_of_exponent(q), slope, m);
    vf tail = vf_mul(alpha, m);
    tail = vf_select(high, vf_mul(tail, vf_set1(0x1.ea215ap+51f)), tail);
    vm itself = vm_or(vm_le(vf_set1(0.0f), x), vm_lt(vf_abs(q.hi), vf_set1(0x1p-25f)));
    return vf_select(itself, x, tail);
}

#endif
