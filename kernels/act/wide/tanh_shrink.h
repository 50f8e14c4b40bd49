/* tanh_shrink: x - tanh(x); up to |x| = 1 x^3 times a polynomial in x^2, since the difference would lose its digits. */
#ifndef VACT_ACT_WIDE_TANH_SHRINK_H
#define VACT_ACT_WIDE_TANH_SHRINK_H

#include "math/wide/functions.h"
#include "math/wide/tanh_shrink_table.h"

enum { TANH_SHRINK_PAIRS = 7, TANH_SHRINK_WIDTH = 27 };

VACT_INLINE wide tanh_shrink_near(vf x)
{
    const double *terms = wide_tanh_shrink_terms[0];
    const vf_pair square = pair_product(x, x);
    vf p = vf_set1(terms[TANH_SHRINK_WIDTH - 1]);
    for (int k = TANH_SHRINK_WIDTH - 2; k >= 2 * TANH_SHRINK_PAIRS; k--)
        p = vf_fma(p, square.hi, vf_set1(terms[k]));
    vf_pair sum = pair_of(p);
    for (int k = 2 * TANH_SHRINK_PAIRS - 2; k >= 0; k -= 2)
        sum = pair_add(pair_multiply(sum, square), pair_set1(terms[k], terms[k + 1]));
    const wide factor = wide_split(x);
    return wide_multiply(wide_multiply(factor, factor), wide_multiply(factor, wide_of_pair(sum)));
}

VACT_INLINE wide tanh_shrink_value(vf x, const act_params *params)
{
    (void)params;
    const vf one = vf_set1(1.0), magnitude = vf_abs(x);
    const wide near = tanh_shrink_near(vf_min(one, vf_max(vf_neg(one), x)));
    const wide far = wide_of_pair(pair_add_lane(pair_neg(wide_tanh(pair_of(x))), x));
    const vm infinite = vm_eq(magnitude, vf_set1(__builtin_inf()));
    return wide_select(vm_le(magnitude, one), near, wide_select(infinite, wide_of(x), far));
}

VACT_INLINE wide tanh_shrink_slope(vf x, const act_params *params)
{
    (void)params;
    const wide t = wide_tanh_of(pair_of(x));
    return wide_multiply(t, t);
}

#endif
