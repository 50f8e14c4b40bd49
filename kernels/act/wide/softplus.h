/* softplus: beta*x > threshold ? x : log(1 + e^(beta*x))/beta. With L = log1p(e^-|beta*x|) it is x + L/beta above 0 and
 * L/beta below. beta*x is a pair. Where e^-|beta*x| is below 2^-140, L is that. */
#ifndef VACT_ACT_WIDE_SOFTPLUS_H
#define VACT_ACT_WIDE_SOFTPLUS_H

#include "math/wide/gate.h"

VACT_INLINE wide softplus_log(vf_pair p)
{
    const wide z = wide_exp(pair_neg(pair_abs(p)));
    return wide_select(vm_lt(vf_set1(100.0), vf_abs(p.hi)), z, wide_of_pair(wide_log1p(wide_plain(z))));
}

/* log(1 + e^x), for every x */
VACT_INLINE wide softplus_plain(vf x)
{
    const vf infinity = vf_set1(__builtin_inf()), zero = vf_set1(0.0);
    const wide log = softplus_log(pair_of(x)), y = wide_select(vm_lt(zero, x), wide_add(wide_split(x), log), log);
    return wide_select(vm_eq(x, infinity), wide_of(x), y);
}

/* beta*x as a pair. Where it is subnormal or infinite the low part is wrong, and does not count. */
VACT_INLINE vf_pair softplus_argument(vf x, const act_params *params) { return pair_product(vf_set1(params->v[0]), x); }

/* beta*x > threshold, of the exact product */
VACT_INLINE vm softplus_is_beyond(vf x, const act_params *params)
{
    const wide product = wide_multiply(wide_split(vf_set1(params->v[0])), wide_split(x));
    const vf threshold = vf_set1(params->v[1]), infinity = vf_set1(__builtin_inf());
    const wide difference = wide_add(product, wide_neg(wide_split(threshold)));
    const vm finite = vm_and(vm_lt(vf_abs(x), infinity), vm_lt(vf_abs(threshold), infinity));
    const vf plain = vf_select(vm_eq(vf_abs(x), infinity), x, vf_set1(0.0)); /* beta > 0 */
    return vm_lt(vf_set1(0.0), vf_select(finite, difference.hi, vf_sub(plain, threshold)));
}

VACT_INLINE wide softplus_value(vf x, const act_params *params)
{
    const wide beta = wide_split(vf_set1(params->v[0]));
    const vf_pair p = softplus_argument(x, params);
    const wide log = wide_divide(softplus_log(p), beta);
    const wide y = wide_select(vm_lt(vf_set1(0.0), x), wide_add(wide_split(x), log), log);
    const vm itself = vm_or(softplus_is_beyond(x, params), vm_eq(x, vf_set1(__builtin_inf())));
    return wide_select(itself, wide_of(x), y);
}

VACT_INLINE wide softplus_slope(vf x, const act_params *params)
{
    const wide slope = wide_sigmoid(softplus_argument(x, params));
    return wide_select(softplus_is_beyond(x, params), wide_of(vf_set1(1.0)), slope);
}

/* beta*y > threshold ? 1 : 1 - e^(-beta*y) */
VACT_INLINE wide softplus_slope_from_output(vf y, const act_params *params)
{
    const wide product = wide_multiply(wide_split(vf_set1(params->v[0])), wide_split(wide_bounded(y)));
    const vm tiny = vm_and(vm_lt(product.n, vf_set1(-150.0)), vm_lt(vf_set1(0.0), vf_abs(y)));
    const wide slope = wide_neg(wide_expm1_of(pair_neg(softplus_argument(y, params))));
    return wide_select(softplus_is_beyond(y, params), wide_of(vf_set1(1.0)), wide_select(tiny, product, slope));
}

#endif
