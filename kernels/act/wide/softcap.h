/* softcap: c*tanh(x/c); where the quotient is below 2^-120, x. */
#ifndef VACT_ACT_WIDE_SOFTCAP_H
#define VACT_ACT_WIDE_SOFTCAP_H

#include "math/wide/functions.h"

VACT_INLINE wide softcap_quotient(vf x, const act_params *params)
{
    return wide_divide(wide_split(x), wide_split(vf_set1(params->v[0])));
}

VACT_INLINE wide softcap_value(vf x, const act_params *params)
{
    const wide q = softcap_quotient(x, params);
    const wide y = wide_multiply(wide_split(vf_set1(params->v[0])), wide_tanh_of(wide_plain(q)));
    const vm itself = vm_or(wide_is_below(q, -120.0), vm_eq(x, vf_set1(0.0)));
    return wide_select(itself, wide_split(x), y);
}

VACT_INLINE wide softcap_slope(vf x, const act_params *params)
{
    return wide_tanh_slope(wide_plain(softcap_quotient(x, params)));
}

#endif
