/*
 * The exponentials of a row of softmax, up to one factor for the row: 2^(24 - N)*e^x, N the whole number nearest to
 * max/ln 2. So no maximum is subtracted and nothing is lost in doing so: x = n*ln 2 + r as for exp, and n - N is the
 * exponent. It lies in [-151, 0], so the exponentials are normal but for those that the division turns into at most
 * 2^-149; at -151, to which every smaller x is raised, 2^(n - N + 24) comes out as 0 (VF_POWER_SHIFT + field 0), and
 * so does the exponential. Where max is so large that n would not keep its digits, x - max is taken, exact as hi + lo.
 */
#ifndef VACT_MATH_FAST_SOFTMAX_H
#define VACT_MATH_FAST_SOFTMAX_H

#include "math/fast/exp.h"

typedef struct {
    vf max;
    vf shift; /* VF_POWER_SHIFT + 24 - N */
    vf least; /* an x with n - N = -151 */
} fast_softmax_row;

/* |max| <= 2^15 is what a row may have for its own x to be reduced; the ln 2 of exp leaves n*2^-46 to r. */
VACT_INLINE int fast_softmax_near(float max) { return max >= -0x1p15f && max <= 0x1p15f; }

VACT_INLINE fast_softmax_row fast_softmax_row_of(float max)
{
    fast_softmax_row row;
    vf shift = vf_set1(VF_POWER_SHIFT);
    vf centre = vf_set1(fast_softmax_near(max) ? max : 0.0f);
    vf n = vf_sub(vf_fma(centre, vf_set1(0x1.715476p+0f), shift), shift);
    row.max = vf_set1(max);
    row.shift = vf_sub(vf_set1(VF_POWER_SHIFT + 24.0f), n);
    row.least = vf_mul(vf_sub(n, vf_set1(151.0f)), vf_set1(0x1.62e43p-1f));
    return row;
}

/* For fast_softmax_near(max). NaN for NaN. */
VACT_INLINE vf fast_softmax_exponential(vf x, fast_softmax_row row)
{
    fast_reduced parts = fast_reduce_by(vf_max(row.least, x), row.shift);
    vf power = vf_power_of_two(parts.shifted);
    return vf_fma(power, fast_exp_rise(parts.r), power);
}

/* For every other max: NaN too where it is infinite. */
VACT_INLINE vf fast_softmax_exponential_far(vf x, fast_softmax_row row)
{
    vf_pair difference = pair_sum(x, vf_neg(row.max));
    fast_reduced parts = fast_reduce_by(vf_max(row.least, difference.hi), row.shift);
    vf power = vf_power_of_two(parts.shifted);
    vf r = vf_add(parts.r, pair_low_of_exponent(difference));
    return vf_fma(power, fast_exp_rise(r), power);
}

#endif
