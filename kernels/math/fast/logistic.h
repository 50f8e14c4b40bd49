/*
 * sigma(p) = 1/(1 + z), z = e^-p = 2^n*(1 + t), and x*sigma(p), of the `fast` variant: a division by the sum.
 *
 * One form serves both signs of p, as nothing cancels in 1 + 2^n + 2^n*t. 1 + 2^n is exact for |n| <= 23, so the sum is
 * rounded once; with the division that is at most 1.5 ULP, and z adds up to 0.25. A residual would correct both
 * roundings and take a quarter more time.
 *
 * Lanes with |p| > 16 are special. The `wide` and `any` forms give common lanes the same bits; in special lanes they
 * add what 1 + 2^n has lost, and where a result may be subnormal they compute 2^64 times it and round once.
 *
 * Largest errors (all 2^32 inputs): sigmoid 1.749 ULP, at -0x1.19955p+0, and monotone; silu 1.645, at -0x1.4dded6p+6.
 */
#ifndef VACT_MATH_FAST_LOGISTIC_H
#define VACT_MATH_FAST_LOGISTIC_H

#include "math/common/constants.h"
#include "math/common/digits.h"
#include "math/common/horner.h"
#include "math/fast/subnormal.h"

typedef struct {
    vf shifted; /* n + VF_POWER_SHIFT */
    vf f;       /* t = f*slope */
    vf slope;
} fast_power;

/* Up to this |p| a lane is common: |n| <= 23. */
#define FAST_LOGISTIC_COMMON 16.0f

/* 2^(x*(m_hi + m_lo)), the product within +-2^9. The polynomial is (2^f - 1)/f for |f| <= 1/2, error 0.1 * 2^-24 of 2^f
 * (docs/approximations/fast_logistic.sollya). */
VACT_INLINE fast_power fast_power_of_product(vf x, vf m_hi, vf m_lo)
{
    fast_power power;
    power.shifted = vf_fma(x, m_hi, vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(power.shifted, vf_set1(VF_POWER_SHIFT));
    power.f = vf_fma(x, m_lo, vf_fms(x, m_hi, n));
    power.slope = horner5(power.f, 0x1.442516p-13f, 0x1.5ef5dap-10f, 0x1.3b2a48p-7f, 0x1.c6af9cp-5f, 0x1.ebfbep-3f,
                          0x1.62e43p-1f);
    return power;
}

/* e^-x for |x| <= 2^7. ln 2 is in two parts and n times the first is exact, so the argument f is rounded once; in the
 * function above it is rounded twice. For fewer digits one part is enough, which lacks 2^-29.
 * `curve` is (e^-f - 1 + f)/f^2 for |f| <= ln(2)/2, error 0.11 * 2^-24 of e^-f. */
typedef struct {
    vf shifted, f, curve;
} fast_logistic_parts;

VACT_INLINE fast_logistic_parts fast_logistic_parts_of(vf x)
{
    fast_logistic_parts parts;
    parts.shifted = vf_fma(x, vf_set1(-MATH_LOG2E), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(parts.shifted, vf_set1(VF_POWER_SHIFT));
    parts.f = MATH_DIGITS < 24 ? vf_fma(n, vf_set1(MATH_LN2), x)
                               : vf_fma(n, vf_set1(MATH_LN2_LO), vf_fma(n, vf_set1(MATH_LN2_HI), x));
    parts.curve = horner4(parts.f, 0x1.6d568cp-10f, -0x1.1227a6p-7f, 0x1.5554ep-5f, -0x1.5554bp-3f, 0x1p-1f);
    return parts;
}

#ifndef MATH_SHORT
VACT_INLINE vf fast_logistic_slope(fast_logistic_parts parts) { return vf_fma(parts.curve, parts.f, vf_set1(-1.0f)); }
#else
VACT_INLINE vf fast_logistic_slope(fast_logistic_parts parts) { return terms_logistic_slope(parts.f); }

/* n and f of 2^(x*h); the slope is for the caller. */
VACT_INLINE fast_power fast_short_power(vf x, vf h)
{
    vf shifted = vf_fma(x, h, vf_set1(VF_POWER_SHIFT));
    return (fast_power){shifted, vf_fms(x, h, vf_sub(shifted, vf_set1(VF_POWER_SHIFT))), vf_set1(0.0f)};
}
#endif

/* t = f*slope, multiplied only in the sums: rounding the slope costs less than rounding t. */
VACT_INLINE fast_power fast_power_of_negative(vf x)
{
    fast_logistic_parts parts = fast_logistic_parts_of(x);
    return (fast_power){parts.shifted, parts.f, fast_logistic_slope(parts)};
}

/* The same with t = -f + f*(f*curve) rounded, as in exp_rise.h, for sigmoid: with the form above it is not monotone. */
VACT_INLINE fast_power fast_monotone_power_of_negative(vf x)
{
    if (MATH_DIGITS < 24)
        return fast_power_of_negative(x);
    fast_logistic_parts parts = fast_logistic_parts_of(x);
    vf t = vf_fms(vf_mul(parts.f, parts.curve), parts.f, parts.f);
    return (fast_power){parts.shifted, vf_set1(1.0f), t};
}

/* one + s*(1 + t), where the rounding of 1 + t does not count. */
VACT_INLINE vf fast_short_sum(vf one, vf s, fast_power power)
{
    return vf_fma(s, vf_fma(power.f, power.slope, vf_set1(1.0f)), one);
}

/* 1 + z for |n| <= 23. */
VACT_INLINE vf fast_common_sum(fast_power power)
{
    vf s = vf_power_of_two(power.shifted);
    if (MATH_DIGITS < 24)
        return fast_short_sum(vf_set1(1.0f), s, power);
    return vf_fma(vf_mul(s, power.f), power.slope, vf_add(vf_set1(1.0f), s));
}

/* one*(1 + z), with the same bits, for every n for which s = one*2^n is normal. */
VACT_INLINE vf fast_wide_sum(vf one, vf s, fast_power power)
{
    if (MATH_DIGITS < 24)
        return fast_short_sum(one, s, power);
    vf s_f = vf_mul(s, power.f), base = vf_add(one, s);
    vf base_lo = vf_add(vf_sub(vf_max(one, s), base), vf_min(one, s));
    vf sum = vf_fma(s_f, power.slope, base);
    vf lo = vf_fma(s_f, power.slope, vf_sub(base, sum));
    return vf_add(sum, vf_add(lo, base_lo));
}

/*
 * Lanes with p < -80 are the tail: the result may be subnormal, and 2^n may be infinite. There s is
 * 2^-64*e^-p, beside which the 1 of the sum does not count, and the result is 2^64 times too large.
 */
#define FAST_LOGISTIC_TAIL 80.0f

VACT_INLINE vf fast_tail_power(vm tail, fast_power power)
{
    return vf_power_of_two(vf_add_where(tail, power.shifted, vf_set1(-64.0f)));
}

/* y*2^-64, rounded once; y has the given sign. */
VACT_INLINE vf fast_tail_scale_down(vf y, float sign) { return fast_scale_down(y, 0x1p+85f, sign); }

/* x*sigma(p), p = -ln(2)*(m_hi + m_lo)*x, for gelu_quick and swish; common lanes, |p| <= 16. */
VACT_INLINE vf fast_swish(vf x, vf m_hi, vf m_lo)
{
    return vf_div(x, fast_common_sum(fast_power_of_product(x, m_hi, m_lo)));
}

/* For every x, with p = beta*x, beta in [2^-6, 2^16]: only results in the tail can be subnormal. */
VACT_INLINE vf fast_swish_bounded(vf x, float beta)
{
    return vf_max(vf_set1(-120.0f / beta), vf_min(vf_set1(64.0f / beta), x));
}

/* x*sigma(p), given e^-p of the bounded x. */
VACT_INLINE vf fast_swish_of(vf x, vf bounded, float beta, fast_power power)
{
    vm tail = vm_lt(x, vf_set1(-FAST_LOGISTIC_TAIL / beta)), high = vm_lt(vf_set1(64.0f / beta), x);
    vf result = vf_div(bounded, fast_wide_sum(vf_set1(1.0f), fast_tail_power(tail, power), power));
    return vf_select(high, x, vf_select(tail, fast_tail_scale_down(result, -1.0f), result));
}

/* The same for such x and beta. */
VACT_INLINE vf fast_swish_any(vf x, float beta, vf m_hi, vf m_lo)
{
    vf bounded = fast_swish_bounded(x, beta);
    return fast_swish_of(x, bounded, beta, fast_power_of_product(bounded, m_hi, m_lo));
}

#endif
