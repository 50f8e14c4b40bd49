/*
 * sigma(p) = 1/(1 + z), z = e^-p = 2^n*(1 + t), and x*sigma(p), of the `fast` variant.
 *
 * One form serves both signs of p, as nothing cancels in 1 + 2^n + 2^n*t. The sum is a hi/lo pair: `base` = 1 + 2^n is
 * exact for |n| <= 23 and 2^n*t has an error of 2^-26 of the sum. So the residual of an approximate quotient q,
 * x - q*hi - q*lo, is right to 2^-26 of x, and adding it to q rounds once. No division: on AVX-512 it would take as
 * long as eight other operations. A guess from the bits and one Newton step take three or four, and the residual
 * corrects their error as it would a division's.
 *
 * Lanes with |p| > 16 are special. The `wide` and `any` forms give common lanes the same bits; in special lanes they
 * add what `base` has lost, and where a result may be subnormal they compute 2^64 times it and round once.
 */
#ifndef VACT_MATH_FAST_LOGISTIC_H
#define VACT_MATH_FAST_LOGISTIC_H

#include "math/common/constants.h"
#include "math/common/horner.h"
#include "math/fast/subnormal.h"

typedef struct {
    vf shifted; /* n + VF_POWER_SHIFT */
    vf f;       /* t = f*slope */
    vf slope;
} fast_power;

/* 1 + z, or 2^-64*(1 + z), as hi + lo. */
typedef struct {
    vf hi, lo;
} fast_logistic_sum;

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
 * function above it is rounded twice. `curve` is (e^-f - 1 + f)/f^2 for |f| <= ln(2)/2, error 0.11 * 2^-24 of e^-f. */
typedef struct {
    vf shifted, f, curve;
} fast_logistic_parts;

VACT_INLINE fast_logistic_parts fast_logistic_parts_of(vf x)
{
    fast_logistic_parts parts;
    parts.shifted = vf_fma(x, vf_set1(-MATH_LOG2E), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(parts.shifted, vf_set1(VF_POWER_SHIFT));
    parts.f = vf_fma(n, vf_set1(MATH_LN2_LO), vf_fma(n, vf_set1(MATH_LN2_HI), x));
    parts.curve = horner4(parts.f, 0x1.6d568cp-10f, -0x1.1227a6p-7f, 0x1.5554ep-5f, -0x1.5554bp-3f, 0x1p-1f);
    return parts;
}

/* t = f*slope, multiplied only in the sums: rounding the slope costs less than rounding t. */
VACT_INLINE fast_power fast_power_of_negative(vf x)
{
    fast_logistic_parts parts = fast_logistic_parts_of(x);
    return (fast_power){parts.shifted, parts.f, vf_fma(parts.curve, parts.f, vf_set1(-1.0f))};
}

/* The same with t = -f + f*(f*curve) rounded, as in exp_rise.h, for sigmoid: with the form above it is not monotone at
 * 922 more inputs. */
VACT_INLINE fast_power fast_monotone_power_of_negative(vf x)
{
    fast_logistic_parts parts = fast_logistic_parts_of(x);
    vf t = vf_fms(vf_mul(parts.f, parts.curve), parts.f, parts.f);
    return (fast_power){parts.shifted, vf_set1(1.0f), t};
}

/* For |n| <= 23: base = 1 + 2^n is exact, and so is its difference from the sum. */
VACT_INLINE fast_logistic_sum fast_common_sum(fast_power power)
{
    vf s = vf_power_of_two(power.shifted);
    vf s_f = vf_mul(s, power.f);
    vf base = vf_add(vf_set1(1.0f), s);
    fast_logistic_sum sum;
    sum.hi = vf_fma(s_f, power.slope, base);
    sum.lo = vf_fma(s_f, power.slope, vf_sub(base, sum.hi));
    return sum;
}

/* The same bits, and right for every n for which s = one*2^n is normal. */
VACT_INLINE fast_logistic_sum fast_wide_sum(vf one, vf s, fast_power power)
{
    vf s_f = vf_mul(s, power.f);
    fast_logistic_sum sum;
    sum.hi = vf_fma(s_f, power.slope, vf_add(one, s));
    sum.lo = vf_fma(s_f, power.slope, vf_add(vf_sub(vf_max(one, s), sum.hi), vf_min(one, s)));
    return sum;
}

/* With it a*fast_near_inverse(a) lies in [0.9500122, 1.0512677]. One Newton step with 2.0013 in place of 2 narrows that
 * to 1 +- 2^-9.6, more than for any other constant: found by search (docs/approximations/near_inverse.py), as was the
 * constant of fast_rough_inverse (sigmoid_search.c there). */
#define FAST_INVERSE_BITS 0x7ef33400u

/* 1/a within 5.2 % for a in [2^-120, 2^120], by a subtraction of bits. */
VACT_INLINE vf fast_near_inverse(vf a) { return vf_of_bits(vi_sub(vi_set1(FAST_INVERSE_BITS), vf_bits(a))); }

/* 1/a within 2^-9.6: a guess and a Newton step, with a little more than 2 to halve the largest error. The last bits of
 * that constant make sigmoid monotone: docs/approximations/sigmoid_search.c. */
VACT_INLINE vf fast_rough_inverse(vf a)
{
    vf guess = fast_near_inverse(a);
    return vf_mul(guess, vf_fnma(a, guess, vf_set1(0x1.0028dp+1f)));
}

/* 1/a within 2^-14.9: with w = a*guess, the best quadratic for 1/w with leading coefficient 1, as a square plus a
 * constant (docs/approximations/near_inverse.py). */
VACT_INLINE vf fast_inverse(vf a)
{
    vf guess = fast_near_inverse(a);
    vf e = vf_fnma(a, guess, vf_set1(0x1.803efep+0f));
    return vf_mul(guess, vf_fma(e, e, vf_set1(0x1.7f820ep-1f)));
}

/* sigma(p), or 2^64*sigma(p). The inverse is so rough that the square of the residual counts. */
VACT_INLINE vf fast_logistic(fast_logistic_sum sum)
{
    vf q = fast_rough_inverse(sum.hi);
    vf residual = vf_fnma(q, sum.lo, vf_fnma(q, sum.hi, vf_set1(1.0f)));
    return vf_fma(vf_fma(residual, residual, residual), q, q);
}

/* x*sigma(p), or 2^64 times it. The residual has the opposite sign, so that -0 stays -0. */
VACT_INLINE vf fast_times_logistic(vf x, fast_logistic_sum sum)
{
    vf inverse = fast_inverse(sum.hi);
    vf q = vf_mul(x, inverse);
    vf residual = vf_fma(q, sum.lo, vf_fms(q, sum.hi, x));
    return vf_fnma(inverse, residual, q);
}

/*
 * Lanes with p < -80 are the tail: the result may be subnormal, and e^-p >= 2^115 is beyond fast_inverse. There s is
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
    return fast_times_logistic(x, fast_common_sum(fast_power_of_product(x, m_hi, m_lo)));
}

/* The same for every x, with p = beta*x, beta in [2^-6, 2^16]: only results in the tail can be subnormal. */
VACT_INLINE vf fast_swish_any(vf x, float beta, vf m_hi, vf m_lo)
{
    const vf one = vf_set1(1.0f), most = vf_set1(64.0f / beta), tail_from = vf_set1(-FAST_LOGISTIC_TAIL / beta);
    vm tail = vm_lt(x, tail_from), high = vm_lt(most, x);
    vf bounded = vf_max(vf_set1(-120.0f / beta), vf_min(most, x));
    fast_power power = fast_power_of_product(bounded, m_hi, m_lo);
    vf result = fast_times_logistic(bounded, fast_wide_sum(one, fast_tail_power(tail, power), power));
    return vf_select(high, x, vf_select(tail, fast_tail_scale_down(result, -1.0f), result));
}

#endif
