/* xielu: x > 0 ? (alpha_p*x + beta)*x : alpha_n*(e^x - 1 - x) + beta*x. The first product is exact, so that its sum
 * with beta has all digits. e^x - 1 - x is x^2 times a series down to -1/16; below, the sum is alpha_n*(e^x - 1) +
 * (beta - alpha_n)*x, so that no large terms cancel. */
#ifndef VACT_ACT_WIDE_XIELU_H
#define VACT_ACT_WIDE_XIELU_H

#include "math/wide/gate.h"

/* (e^x - 1 - x)/x^2 for -1/16 <= x <= 0: Taylor's series to x^11; the first four coefficients are pairs */
VACT_INLINE vf_pair xielu_series(vf x)
{
    vf p = vf_set1(1.0 / 6227020800.0);
    p = vf_fma(p, x, vf_set1(1.0 / 479001600.0));
    p = vf_fma(p, x, vf_set1(1.0 / 39916800.0));
    p = vf_fma(p, x, vf_set1(1.0 / 3628800.0));
    p = vf_fma(p, x, vf_set1(1.0 / 362880.0));
    p = vf_fma(p, x, vf_set1(1.0 / 40320.0));
    p = vf_fma(p, x, vf_set1(1.0 / 5040.0));
    p = vf_fma(p, x, vf_set1(1.0 / 720.0));
    vf_pair sum = pair_add(pair_product(p, x), pair_set1(0x1.1111111111111p-7, 0x1.1111111111111p-63));
    sum = pair_add(pair_multiply_lane(sum, x), pair_set1(0x1.5555555555555p-5, 0x1.5555555555555p-59));
    sum = pair_add(pair_multiply_lane(sum, x), pair_set1(0x1.5555555555555p-3, 0x1.5555555555555p-57));
    return pair_add_lane(pair_multiply_lane(sum, x), vf_set1(0.5));
}

/* An infinite x gives an infinity with the sign of what grows fastest, unless that is 0: then y. */
VACT_INLINE wide xielu_of_infinity(vf x, wide y, vf leading)
{
    const vf infinity = vf_set1(__builtin_inf());
    const vm grows = vm_and(vm_eq(vf_abs(x), infinity), vm_lt(vf_set1(0.0), vf_abs(leading)));
    return wide_select(grows, wide_of(vf_copysign(infinity, leading)), y);
}

VACT_INLINE wide xielu_value(vf x, const act_params *params)
{
    const vf bounded = wide_bounded(x), zero = vf_set1(0.0);
    const wide factor = wide_split(bounded), alpha_p = wide_split(vf_set1(params->v[0]));
    const wide alpha_n = wide_split(vf_set1(params->v[1])), beta = wide_split(vf_set1(params->v[2]));
    const wide linear = wide_multiply(beta, factor), square = wide_multiply(factor, factor);
    const wide series = wide_of_pair(xielu_series(vf_min(zero, vf_max(vf_set1(-0.0625), x))));
    const wide near = wide_add(wide_multiply(alpha_n, wide_multiply(square, series)), linear);
    const wide rest = wide_add(beta, wide_neg(alpha_n));
    const wide far = wide_add(wide_multiply(alpha_n, wide_expm1_of(pair_of(x))), wide_multiply(rest, factor));
    const wide above = wide_multiply(wide_add(wide_multiply(alpha_p, factor), beta), factor);
    const vm positive = vm_lt(zero, x);
    wide y = wide_select(vm_lt(x, vf_set1(-0.0625)), far, near);
    y = wide_select(positive, above, y);
    y = wide_select(vm_eq(x, zero), linear, y);
    const vf of_square = vf_set1(params->v[0] == 0.0 ? params->v[2] : params->v[0]);
    return xielu_of_infinity(x, y, vf_select(positive, of_square, vf_neg(rest.hi)));
}

/* 2*alpha_p*x + beta, or alpha_n*(e^x - 1) + beta */
VACT_INLINE wide xielu_slope(vf x, const act_params *params)
{
    const vm positive = vm_lt(vf_set1(0.0), x);
    const wide beta = wide_split(vf_set1(params->v[2]));
    wide above = wide_multiply(wide_split(vf_set1(params->v[0])), wide_split(wide_bounded(x)));
    above.n = vf_add(above.n, vf_set1(1.0));
    const wide below = wide_multiply(wide_split(vf_set1(params->v[1])), wide_expm1_of(pair_of(x)));
    const wide y = wide_add(wide_select(positive, above, below), beta);
    return xielu_of_infinity(x, y, vf_select(positive, vf_set1(params->v[0]), vf_set1(0.0)));
}

#endif
