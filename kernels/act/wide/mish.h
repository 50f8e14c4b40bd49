/* mish: x*T, T = tanh(log(1 + e^x)) = n/(n + 2), n = e^x*(e^x + 2). With w = e^x below 0 T is w*(w + 2)/D, D = w^2 + 2w
 * + 2; with z = e^-x above it is (1 + 2z)/D, D = 1 + 2z + 2z^2: sums of numbers that are not negative. The slope is T +
 * x*T', T' = 4w*(1 + w)/D^2 or 4z^2*(1 + z)/D^2. */
#ifndef VACT_ACT_WIDE_MISH_H
#define VACT_ACT_WIDE_MISH_H

#include "math/wide/gate.h"

typedef struct {
    wide value, slope; /* T and T' */
} mish_parts;

VACT_INLINE mish_parts mish_of(vf x)
{
    const vm negative = vm_lt(x, vf_set1(0.0));
    const wide power = wide_exp(pair_of(vf_neg(vf_abs(x))));
    const vf_pair w = wide_plain(power), twice = {vf_add(w.hi, w.hi), vf_add(w.lo, w.lo)};
    const vf_pair square = pair_multiply(w, w);
    const vf_pair below = pair_add_lane(pair_add(square, twice), vf_set1(2.0));
    const vf_pair above = pair_add_lane(pair_add(twice, pair_add(square, square)), vf_set1(1.0));
    const wide divisor = wide_of_pair(pair_select(negative, below, above));
    const wide of_below = wide_multiply(power, wide_of_pair(pair_add_lane(w, vf_set1(2.0))));
    const wide of_above = wide_of_pair(pair_add_lane(twice, vf_set1(1.0)));
    mish_parts of;
    of.value = wide_divide(wide_select(negative, of_below, of_above), divisor);
    wide slope = wide_multiply(power, wide_of_pair(pair_add_lane(w, vf_set1(1.0))));
    slope = wide_select(negative, slope, wide_multiply(slope, power));
    slope.n = vf_add(slope.n, vf_set1(2.0));
    of.slope = wide_divide(slope, wide_multiply(divisor, divisor));
    return of;
}

VACT_INLINE wide mish_value(vf x, const act_params *params)
{
    (void)params;
    const wide y = wide_multiply(wide_split(wide_bounded(x)), mish_of(x).value);
    const vf infinity = vf_set1(__builtin_inf());
    const vf limit = vf_select(vm_lt(x, vf_set1(0.0)), vf_set1(-0.0), infinity);
    return wide_select(vm_eq(vf_abs(x), infinity), wide_of(limit), y);
}

VACT_INLINE wide mish_slope(vf x, const act_params *params)
{
    (void)params;
    const mish_parts of = mish_of(wide_bounded(x));
    return wide_add(of.value, wide_multiply(wide_split(wide_bounded(x)), of.slope));
}

#endif
