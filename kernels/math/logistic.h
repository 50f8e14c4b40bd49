/*
 * x * sigmoid(p), the form that silu, swish, gelu_quick and gelu_tanh share.
 *
 * With z = e^-|p| it is x/(1 + z) for p >= 0 and x*z/(1 + z) below, where the product is formed as scaled.h says.
 * x stays apart from p because a caller may clamp the one and not the other.
 */
#ifndef VACT_MATH_LOGISTIC_H
#define VACT_MATH_LOGISTIC_H

#include "math/pair.h"
#include "math/scaled.h"

VACT_INLINE vf logistic_product_from(vf x, vm negative, scaled_exp e)
{
    vf finite = vf_min(vf_set1(3.4028234663852886e38f), vf_max(vf_set1(-3.4028234663852886e38f), x));
    vf tail = vf_mul(finite, e.factor);
    vf quotient = vf_div(vf_select(negative, tail, x), vf_add(vf_set1(1.0f), e.plain));
    return vf_select(negative, scaled_last(e, quotient), quotient);
}

VACT_INLINE vf logistic_product(vf x, vf p)
{
    scaled_exp e = scaled_exp_of(vf_neg(vf_abs(p)));
    return logistic_product_from(x, vm_lt(p, vf_set1(0.0f)), e);
}

/* x * sigmoid(p.hi + p.lo). */
VACT_INLINE vf logistic_product_pair(vf x, vf_pair p)
{
    vm negative = vm_lt(p.hi, vf_set1(0.0f));
    vf low = pair_low_of_exponent(p);
    scaled_exp e = scaled_exp_of_pair(vf_neg(vf_abs(p.hi)), vf_select(negative, low, vf_neg(low)));
    return logistic_product_from(x, negative, e);
}

#endif
