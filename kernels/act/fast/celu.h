/*
 * celu: x > 0 ? x : alpha*expm1(x/alpha). With alpha = 1 it is elu.
 *
 * q = x/alpha and expm1(q) are hi/lo pairs, so that the product is rounded once. Where |q| < 2^-26 the result is x
 * itself, also if q underflows.
 */
#ifndef VACT_ACT_FAST_CELU_H
#define VACT_ACT_FAST_CELU_H

#include "math/common/pair.h"
#include "math/fast/expm1.h"

/* x/alpha, and 0 for x >= 0, where the quotient may overflow. */
VACT_INLINE vf_pair celu_quotient(vf x, vf alpha)
{
    vf below = vf_min(vf_set1(0.0f), x), q = vf_div(below, alpha);
    return (vf_pair){q, vf_div(vf_fnma(q, alpha, below), alpha)};
}

VACT_INLINE vm celu_is_itself(vf_pair q) { return vm_lt(vf_abs(q.hi), vf_set1(FAST_ELU_TINY)); }

/*
 * alpha < 0: q is positive, up to 192, where alpha*e^q overflows even for alpha = -2^-149. Above q = 64, 2^-150*e^q is
 * computed, and the 1 of e^q - 1 does not count. Of the missing 2^150, 2^90 multiplies alpha and 2^60 the product, so
 * that only the result can be subnormal or overflow.
 */
VACT_INLINE vf celu_growing(vf x, vf alpha)
{
    vf zero = vf_set1(0.0f);
    vf_pair q = celu_quotient(x, alpha);
    vm high = vm_lt(vf_set1(64.0f), q.hi), itself = celu_is_itself(q);
    vf bounded = vf_select(itself, zero, vf_min(vf_set1(192.25f), q.hi));
    fast_reduced parts = fast_reduce(vf_select(vm_eq(x, x), bounded, x));
    vf power = vf_power_of_two(vf_add_where(high, parts.shifted, vf_set1(-150.0f)));
    vf rest = vf_sub(power, vf_select(high, zero, vf_set1(1.0f)));
    vf_pair m = fast_expm1_pair_of(power, rest, parts.r, pair_low_of_exponent(q));
    vf factor = vf_mul(alpha, vf_select(high, vf_set1(0x1p+90f), vf_set1(1.0f)));
    vf tail =
        pair_times(m, factor); /* not one FMA: both parts of the product may overflow, to infinities of opposite sign */
    tail = vf_mul(tail, vf_select(high, vf_set1(0x1p+60f), vf_set1(1.0f)));
    return vf_select(itself, x, tail);
}

VACT_INLINE vf celu_forward(vf x, const vact_params_f32 *params)
{
    if (params->v[0] == 1.0f)
        return fast_elu(x);
    vf alpha = vf_set1(params->v[0]);
    if (params->v[0] < 0.0f)
        return celu_growing(x, alpha);
    vf_pair q = celu_quotient(x, alpha);
    vm itself = celu_is_itself(q);
    vf bounded = vf_select(itself, vf_set1(0.0f), vf_max(vf_set1(FAST_EXPM1_LEAST), q.hi));
    vf_pair m = fast_expm1_pair(vf_select(vm_eq(x, x), bounded, x), pair_low_of_exponent(q));
    return vf_select(itself, x, vf_fma(alpha, m.hi, vf_mul(alpha, m.lo)));
}

#endif
