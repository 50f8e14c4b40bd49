/*
 * The exponentials of a row of logits for the losses: 2^24*e^(x - max), exactly 2^24 at the maximum. With
 * x - max = n*ln 2 + r as in exp_rise.h, n is in [-151, 0]: smaller x are raised to n = -151, where 2^(n + 24) comes
 * out as 0. All others are normal, but for a few whose share of the sum is at most 2^-149.
 */
#ifndef VACT_MATH_FAST_SOFTMAX_H
#define VACT_MATH_FAST_SOFTMAX_H

#include "math/common/constants.h"
#include "math/fast/exp_rise.h"

typedef struct {
    vf max;
    vf least;          /* an x with n = -151 */
    vf max_hi, max_lo; /* max, split at 2^-14 */
} fast_softmax_row;

/* -151*ln 2 */
#define FAST_SOFTMAX_LEAST (-0x1.a2a93p+6f)

VACT_INLINE int fast_softmax_near(float max) { return max >= -0x1p8f && max <= 0x1p8f; }

/* A maximum for each lane. */
VACT_INLINE fast_softmax_row fast_softmax_row_of_lanes(vf max)
{
    vf shift = vf_set1(0x1.8p9f);
    vf hi = vf_sub(vf_add(max, shift), shift);
    return (fast_softmax_row){max, vf_add(max, vf_set1(FAST_SOFTMAX_LEAST)), hi, vf_sub(max, hi)};
}

VACT_INLINE fast_softmax_row fast_softmax_row_of(float max) { return fast_softmax_row_of_lanes(vf_set1(max)); }

/* power + power*rise */
typedef struct {
    vf power, rise;
} fast_softmax_parts;

/*
 * For fast_softmax_near(max). NaN for NaN. The rounded difference x - max only determines n. n*ln2_hi + max_hi, a
 * multiple of 2^-15 below 2^9, is exact, and so is x minus it: fewer operations than x - max as a hi/lo pair.
 */
VACT_INLINE fast_softmax_parts fast_softmax_parts_near(vf x, fast_softmax_row row)
{
    vf bounded = vf_max(row.least, x), shift = vf_set1(VF_POWER_SHIFT + 24.0f);
    vf shifted = vf_fma(vf_sub(bounded, row.max), vf_set1(MATH_LOG2E), shift);
    vf n = vf_sub(shifted, shift);
    vf r = vf_sub(bounded, vf_fma(n, vf_set1(MATH_LN2_HI), row.max_hi));
    r = vf_fnma(n, vf_set1(MATH_LN2_LO), vf_sub(r, row.max_lo));
    return (fast_softmax_parts){vf_power_of_two(shifted), fast_exp_rise(r)};
}

/* For every other max. NaN for NaN, and where max is infinite. */
VACT_INLINE fast_softmax_parts fast_softmax_parts_far(vf x, fast_softmax_row row)
{
    vf_pair difference = pair_sum(x, vf_neg(row.max));
    vf bounded = vf_max(vf_set1(FAST_SOFTMAX_LEAST), difference.hi);
    fast_reduced parts = fast_reduce_by(bounded, vf_set1(VF_POWER_SHIFT + 24.0f));
    vf r = vf_add(parts.r, pair_low_of_exponent(difference));
    return (fast_softmax_parts){vf_power_of_two(parts.shifted), fast_exp_rise(r)};
}

#endif
