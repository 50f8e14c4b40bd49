/* celu: x > 0 ? x : alpha*(e^(x/alpha) - 1); where the quotient is below 2^-120, x. */
#ifndef VACT_ACT_WIDE_CELU_H
#define VACT_ACT_WIDE_CELU_H

#include "math/wide/functions.h"

VACT_INLINE wide celu_quotient(vf x, const act_params *params)
{
    return wide_divide(wide_split(x), wide_split(vf_set1(params->v[0])));
}

VACT_INLINE wide celu_value(vf x, const act_params *params)
{
    const wide q = celu_quotient(x, params);
    const wide below = wide_multiply(wide_split(vf_set1(params->v[0])), wide_expm1_of(wide_plain(q)));
    const vm itself = vm_or(wide_is_below(q, -120.0), vm_le(vf_set1(0.0), x));
    return wide_select(itself, wide_of(x), below);
}

VACT_INLINE wide celu_slope(vf x, const act_params *params)
{
    const wide below = wide_exp(wide_plain(celu_quotient(x, params)));
    return wide_select(vm_lt(vf_set1(0.0), x), wide_of(vf_set1(1.0)), below);
}

#endif
