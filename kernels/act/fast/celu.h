/*
 * celu: x > 0 ? x : alpha*expm1(x/alpha). With alpha = 1 it is elu.
 *
 * The quotient is carried as q.hi + q.lo and expm1 of it as hi + lo, so that the product is rounded once. Where
 * |q| < 2^-26 the result is x itself, which also covers a quotient that underflows. A negative alpha makes q
 * positive: above 64, e^(q - 36) is computed and e^36 (within 0.06 * 2^-24 of a float,
 * docs/approximations/constants.py) multiplies last, so that nothing overflows but the result.
 */
#ifndef VACT_ACT_FAST_CELU_H
#define VACT_ACT_FAST_CELU_H

#include "loop/form.h"
#include "math/fast/expm1.h"

VACT_INLINE vf celu_forward(vf x, const vact_params_f32 *params)
{
    if (params->v[0] == 1.0f)
        return fast_elu(x);
    vf alpha = vf_set1(params->v[0]), zero = vf_set1(0.0f), tiny = vf_set1(FAST_ELU_TINY);
    vf_pair q;
    q.hi = vf_div(x, alpha);
    q.lo = vf_div(vf_fnma(q.hi, alpha, x), alpha);
    vm high = vm_lt(vf_set1(64.0f), q.hi), itself = vm_or(vm_le(zero, x), vm_lt(vf_abs(q.hi), tiny));
    vf bounded = vf_max(vf_set1(FAST_EXPM1_LEAST), vf_min(vf_set1(124.0f), q.hi));
    bounded = vf_select(high, vf_sub(bounded, vf_set1(36.0f)), bounded);
    bounded = vf_select(vm_eq(x, x), vf_select(itself, zero, bounded), x);
    vf_pair m = fast_expm1_pair(bounded, pair_low_of_exponent(q));
    vf tail = vf_fma(alpha, m.hi, vf_mul(alpha, m.lo));
    tail = vf_select(high, vf_mul(tail, vf_set1(0x1.ea215ap+51f)), tail);
    return vf_select(itself, x, tail);
}

VACT_INLINE act_form celu_form(const vact_params_f32 *params)
{
    (void)params;
    return ACT_ONE_FORM(celu_forward);
}

#endif
