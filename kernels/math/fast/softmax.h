/*
 * The exponentials of a row of softmax, up to a constant factor: 2^24*e^(x - max), x - max exact as hi + lo. With
 * x - max = n*ln 2 + r as for exp, n lies in [-151, 0], so they are normal but for those that the division turns into
 * at most 2^-149; at -151, to which every smaller x is raised, 2^(n + 24) comes out as 0 and so does the exponential.
 */
#ifndef VACT_MATH_FAST_SOFTMAX_H
#define VACT_MATH_FAST_SOFTMAX_H

#include "math/fast/exp.h"

typedef struct {
    vf max;
    vf least; /* an x with n = -151 */
} fast_softmax_row;

/* -151*ln 2 */
#define FAST_SOFTMAX_LEAST (-0x1.a2a93p+6f)

/* |max| <= 2^15: max - 104.66 is then near enough to itself to bound x. */
VACT_INLINE int fast_softmax_near(float max) { return max >= -0x1p15f && max <= 0x1p15f; }

VACT_INLINE fast_softmax_row fast_softmax_row_of(float max)
{
    return (fast_softmax_row){vf_set1(max), vf_add(vf_set1(max), vf_set1(FAST_SOFTMAX_LEAST))};
}

VACT_INLINE vf fast_softmax_power(vf difference, vf low)
{
    fast_reduced parts = fast_reduce_by(difference, vf_set1(VF_POWER_SHIFT + 24.0f));
    vf power = vf_power_of_two(parts.shifted);
    return vf_fma(power, fast_exp_rise(vf_add(parts.r, low)), power);
}

/* For fast_softmax_near(max). NaN for NaN. */
VACT_INLINE vf fast_softmax_exponential(vf x, fast_softmax_row row)
{
    vf_pair difference = pair_sum(vf_max(row.least, x), vf_neg(row.max));
    return fast_softmax_power(difference.hi, difference.lo);
}

/* For every other max: NaN too where it is infinite. */
VACT_INLINE vf fast_softmax_exponential_far(vf x, fast_softmax_row row)
{
    vf_pair difference = pair_sum(x, vf_neg(row.max));
    return fast_softmax_power(vf_max(vf_set1(FAST_SOFTMAX_LEAST), difference.hi), pair_low_of_exponent(difference));
}

#endif
