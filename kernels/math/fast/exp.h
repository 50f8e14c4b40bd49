/*
 * e^x of the `fast` variant: x = m*ln(2)/8 + r - theta and e^x = T*(1 + rise), where T = 2^(m/8)*e^-theta,
 * rise = e^r - 1 and |r| <= 0.046. Table and polynomial are those of math/fast/exp_eighths.h.
 *
 * The eight entries of the table are nearly floats because of a common factor, here e^-theta with theta = 0.0025643.
 * Taking theta into account costs no operation. m is computed as t = m + shift, and c = (the float nearest to
 * ln(2)/8) - ln(2)/8 is tiny, 1.02*2^-32. The low part of the reduction adds t*c instead of m*c, and shift*c is theta.
 *
 * x - m*(that float) is exact, a multiple of 2^-28 below 2^-4. Three roundings remain: of r and of rise, at 2^-29 each,
 * and of the result. Within the range of one m the result is monotone in x, as r + r*(r*q) is in r. No product is
 * subnormal for any x, since near 0 r is about theta.
 *
 * Largest error 0.585 ULP, at 0x1.59f5e6p+0 (all inputs); monotone.
 */
#ifndef VACT_MATH_FAST_EXP_H
#define VACT_MATH_FAST_EXP_H

#include "math/common/constants.h"
#include "math/common/digits.h"
#include "math/fast/exp_eighths.h"

/* Up to this |x|, e^x and T are normal; T is down to m = -1007. */
#define FAST_EXP_COMMON 87.28f

/* shift and the factor of t: docs/approximations/exp_eighths.py. */
VACT_INLINE fast_eighths_reduced fast_exp_reduce(vf x)
{
    vf shift = vf_set1(0x1.489ffep+23f);
    vf t = vf_fma(x, vf_set1(8.0f * MATH_LOG2E), shift);
    vf r = vf_fnma(vf_sub(t, shift), vf_set1(0x1.62e43p-4f), x);
    return (fast_eighths_reduced){t, vf_fma(t, vf_set1(0x1.05d4b8p-32f), r)};
}

#ifndef MATH_SHORT
VACT_INLINE vf fast_exp(vf x) { return fast_eighths_value(fast_eighths_of(fast_exp_reduce(x))); }
#endif

/* power + power*rise. Where low holds the result may be subnormal and power's exponent has wrapped around. There w is
 * 2^156 times the true power, in [32, 1.2*2^30], and |rise| <= 1/16. The sum of w and w*rise + 64, each rounded to an
 * integer, divided by 128, is the result in units of 2^-149: the bits of a subnormal float. */
#ifndef fast_exp_sum /* an instruction set may have something faster */
VACT_INLINE vf fast_exp_sum(vm low, vf power, vf rise)
{
    vf w = vf_of_bits(vi_add_where(low, vf_bits(power), vi_set1(156u << 23)));
    /* Elsewhere w may be beyond the range of integers. Apart, or a compiler would convert it in any case. */
    vf counted = vf_apart(vf_select(low, w, vf_set1(0.0f)));
    vi sum = vi_add(vi_round(counted), vi_round(vf_fma(counted, rise, vf_set1(64.0f))));
    return vf_select(low, vf_of_bits(vi_shift_right(sum, 7)), vf_fma(w, rise, w));
}
#endif

#ifndef MATH_SHORT
/* For every x. Below -FAST_EXP_COMMON the result may be subnormal. Above FAST_EXP_COMMON T is finite wherever e^x is,
 * since e^-theta < 1. */
VACT_INLINE vf fast_exp_any(vf x)
{
    vm low = vm_lt(x, vf_set1(-FAST_EXP_COMMON));
    vf within = vf_max(vf_set1(-104.0f), vf_min(vf_set1(88.73f), x));
    fast_eighths e = fast_eighths_of(fast_exp_reduce(within));
    return fast_exp_sum(low, e.power, e.rise);
}
#else
/* For elements of 16 bits: e^x = 2^n*e^r, with the short polynomial of elem/terms_<type>.h. */
typedef struct {
    vf shifted, rest;
} fast_short_exp;

VACT_INLINE fast_short_exp fast_short_exp_of(vf x)
{
    vf shifted = vf_fma(x, vf_set1(MATH_LOG2E), vf_set1(VF_POWER_SHIFT)), n = vf_sub(shifted, vf_set1(VF_POWER_SHIFT));
    return (fast_short_exp){shifted, terms_exp(vf_fnma(n, vf_set1(MATH_LN2), x))};
}

VACT_INLINE vf fast_exp(vf x)
{
    fast_short_exp e = fast_short_exp_of(x);
    return vf_mul(vf_power_of_two(e.shifted), e.rest);
}

VACT_INLINE vf fast_exp_any(vf x)
{
    fast_short_exp e = fast_short_exp_of(vf_max(vf_set1(-104.0f), vf_min(vf_set1(89.0f), x)));
    return vf_scale(e.rest, vf_sub(e.shifted, vf_set1(VF_POWER_SHIFT)));
}
#endif

#endif
