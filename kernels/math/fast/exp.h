/*
 * e^x of the `fast` variant: x = m*ln(2)/8 + r - theta, e^x = T*(1 + rise), T = 2^(m/8)*e^-theta, rise = e^r - 1 and
 * |r| <= 0.046, with the table and the polynomial of math/fast/exp_eighths.h.
 *
 * Its eight entries are nearly floats thanks to their common factor. Here that is e^-theta, theta = 0.0025643, and
 * theta takes no operation: m comes as t = m + shift, and ln(2)/8 is so little less than its nearest float, 1.02*2^-32,
 * that t times this may be added where m times it would be; shift times it is theta.
 *
 * x - m*(the nearest float) is exact, a multiple of 2^-28 below 2^-4. What is rounded are r and rise, at 2^-29 each,
 * and the result. Within the span of one m the result rises with x, as r + r*(r*q) does with r. For no x is a product
 * subnormal, since r is of the size of theta near 0.
 *
 * Over all inputs at most 0.585 ULP, at 0x1.59f5e6p+0, and no violation of monotonicity.
 */
#ifndef VACT_MATH_FAST_EXP_H
#define VACT_MATH_FAST_EXP_H

#include "math/common/constants.h"
#include "math/fast/exp_eighths.h"

/* Up to here in magnitude e^x and T are normal, T for m >= -1007. */
#define FAST_EXP_COMMON 87.28f

/* The shift and the factor of t: docs/approximations/exp_eighths.py. */
VACT_INLINE fast_eighths_reduced fast_exp_reduce(vf x)
{
    vf shift = vf_set1(0x1.489ffep+23f);
    vf t = vf_fma(x, vf_set1(8.0f * MATH_LOG2E), shift);
    vf r = vf_fnma(vf_sub(t, shift), vf_set1(0x1.62e43p-4f), x);
    return (fast_eighths_reduced){t, vf_fma(t, vf_set1(0x1.05d4b8p-32f), r)};
}

VACT_INLINE vf fast_exp(vf x) { return fast_eighths_value(fast_eighths_of(fast_exp_reduce(x))); }

/* power + power*rise. Where low holds, so that power's exponent has wrapped around, w is 2^156 of it, in
 * [32, 1.2*2^30]: w and w*rise + 64, each as the nearest whole number, are added, and a 128th of the sum counts the
 * 2^-149 of the result: its bits. |rise| is at most 1/16 there. */
#ifndef fast_exp_sum /* an instruction set may have something faster */
VACT_INLINE vf fast_exp_sum(vm low, vf power, vf rise)
{
    vf w = vf_of_bits(vi_add_where(low, vf_bits(power), vi_set1(156u << 23)));
    vi sum = vi_add(vi_round(w), vi_round(vf_fma(w, rise, vf_set1(64.0f))));
    return vf_select(low, vf_of_bits(vi_shift_right(sum, 7)), vf_fma(w, rise, w));
}
#endif

/* For every x. Below the limit the result may be subnormal. Above, T is finite wherever e^x is, since e^-theta is below
 * 1. */
VACT_INLINE vf fast_exp_any(vf x)
{
    vm low = vm_lt(x, vf_set1(-FAST_EXP_COMMON));
    vf within = vf_max(vf_set1(-104.0f), vf_min(vf_set1(88.73f), x));
    fast_eighths e = fast_eighths_of(fast_exp_reduce(within));
    return fast_exp_sum(low, e.power, e.rise);
}

#endif
