/*
 * sigma(p) = 1/(1 + z), z = e^-p = 2^n*(1 + t), and x*sigma(p), of the `fast` variant.
 *
 * One form serves both signs of p: nothing cancels in the sum 1 + 2^n + 2^n*t. It is never rounded to one float:
 * `base` = 1 + 2^n is exact for |n| <= 23 and `rest` = 2^n*t is off by 2^-26 of the sum, so what an approximate
 * quotient q leaves, x - q*base - q*rest, is known to 2^-26 of x, and adding it to q makes one rounding.
 * A division on AVX-512 takes as long as eight other operations here: a guess from the bits and one step take three or
 * four, and the residual corrects them as it would the division's rounding.
 *
 * |p| > 16 is special. A vector with such a lane takes the `any` forms, which do the same with the common lanes, and in
 * the others add what `base` has lost; where a result may be subnormal, they compute 2^64 of it and round once.
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

/* 1 + z, or 2^-64 of it, as the unevaluated sum of two. */
typedef struct {
    vf hi, lo;
} fast_logistic_sum;

/* |p| up to here is common: n is within +-23. */
#define FAST_LOGISTIC_COMMON 16.0f

/* 2^(x*(m_hi + m_lo)), the product within +-2^9. (2^f - 1)/f for |f| <= 1/2 within 0.1 * 2^-24 of 2^f, from
 * docs/approximations/fast_logistic.sollya. */
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

/* e^-x for |x| <= 2^7, ln 2 in two parts so that n times the first is exact: one rounding of the argument, f, where the
 * product above has two. `curve` is (e^-f - 1 + f)/f^2 for |f| <= ln(2)/2, which leaves 0.11 * 2^-24 of e^-f. */
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

/* The rounding of the slope costs less than that of t, which the sums then take unrounded. */
VACT_INLINE fast_power fast_power_of_negative(vf x)
{
    fast_logistic_parts parts = fast_logistic_parts_of(x);
    return (fast_power){parts.shifted, parts.f, vf_fma(parts.curve, parts.f, vf_set1(-1.0f))};
}

/* The same with t = -f + f*(f*curve) rounded, as in exp.h: with the form above sigmoid falls for 922 inputs more. */
VACT_INLINE fast_power fast_rising_power_of_negative(vf x)
{
    fast_logistic_parts parts = fast_logistic_parts_of(x);
    vf t = vf_fms(vf_mul(parts.f, parts.curve), parts.f, parts.f);
    return (fast_power){parts.shifted, vf_set1(1.0f), t};
}

/* 1 + 2^n is exact, for |n| <= 23, and so is its distance from the sum. */
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

/* The same bits, and right for every n where s = one*2^n is a normal number. */
VACT_INLINE fast_logistic_sum fast_wide_sum(vf one, vf s, fast_power power)
{
    vf s_f = vf_mul(s, power.f);
    fast_logistic_sum sum;
    sum.hi = vf_fma(s_f, power.slope, vf_add(one, s));
    sum.lo = vf_fma(s_f, power.slope, vf_add(vf_sub(vf_max(one, s), sum.hi), vf_min(one, s)));
    return sum;
}

/* With it a*fast_near_inverse(a) lies between 0.9500122 and 1.0512677, the span that one step of Newton's method with a
 * constant near 2.0013 for 2 narrows most, to 1 +- 2^-9.6: found by trying, docs/approximations/near_inverse.py, which
 * starts the search of the constant in fast_rough_inverse (sigmoid_search.c). */
#define FAST_INVERSE_BITS 0x7ef33400u

/* 1/a within 5.2 % for a in [2^-120, 2^120]: the float whose bits are those less a's. */
VACT_INLINE vf fast_near_inverse(vf a) { return vf_of_bits(vi_sub(vi_set1(FAST_INVERSE_BITS), vf_bits(a))); }

/* Within 2^-9.6 of 1/a: a guess and a step of Newton's method whose 2 is raised to halve the largest error. Its last
 * bits are such that sigmoid never falls: docs/approximations/sigmoid_search.c. */
VACT_INLINE vf fast_rough_inverse(vf a)
{
    vf guess = fast_near_inverse(a);
    return vf_mul(guess, vf_fnma(a, guess, vf_set1(0x1.0028dp+1f)));
}

/* Within 2^-14.9 of 1/a: with w = a*guess, the best 1/w by a quadratic whose square term is 1, as the sum of a square
 * and a number. docs/approximations/near_inverse.py */
VACT_INLINE vf fast_inverse(vf a)
{
    vf guess = fast_near_inverse(a);
    vf e = vf_fnma(a, guess, vf_set1(0x1.803efep+0f));
    return vf_mul(guess, vf_fma(e, e, vf_set1(0x1.7f820ep-1f)));
}

/* sigma(p), or 2^64 of it. The residual's square counts: the inverse is rough. */
VACT_INLINE vf fast_logistic(fast_logistic_sum sum)
{
    vf q = fast_rough_inverse(sum.hi);
    vf residual = vf_fnma(q, sum.lo, vf_fnma(q, sum.hi, vf_set1(1.0f)));
    return vf_fma(vf_fma(residual, residual, residual), q, q);
}

/* x*sigma(p), or 2^64 of it. The residual is taken with its sign changed: so -0 stays -0. */
VACT_INLINE vf fast_times_logistic(vf x, fast_logistic_sum sum)
{
    vf inverse = fast_inverse(sum.hi);
    vf q = vf_mul(x, inverse);
    vf residual = vf_fma(q, sum.lo, vf_fms(q, sum.hi, x));
    return vf_fnma(inverse, residual, q);
}

/*
 * Where p < -80 a lane is deep: its result may be subnormal and e^-p, 2^115 and more, beyond fast_inverse. There s is
 * 2^-64 of e^-p, of which the 1 of the sum is no part that counts.
 */
#define FAST_LOGISTIC_DEEP 80.0f

VACT_INLINE vf fast_deep_power(vm deep, fast_power power)
{
    return vf_power_of_two(vf_add_where(deep, power.shifted, vf_set1(-64.0f)));
}

/* The result that y is 2^64 of. */
VACT_INLINE vf fast_deep_back(vf y, float sign) { return fast_from_units(y, 0x1p+85f, sign); }

/* x*sigma(p) for p = x*(m_hi + m_lo)*-ln 2 > 0 where x > 0, as gelu_quick and swish need. Common: |p| <= 16. */
VACT_INLINE vf fast_swish(vf x, vf m_hi, vf m_lo)
{
    return fast_times_logistic(x, fast_common_sum(fast_power_of_product(x, m_hi, m_lo)));
}

/* The same for every x, p = beta*x, beta in [2^-6, 2^16]: so no result is subnormal but a deep one. */
VACT_INLINE vf fast_swish_any(vf x, float beta, vf m_hi, vf m_lo)
{
    const vf one = vf_set1(1.0f), most = vf_set1(64.0f / beta), deepest = vf_set1(-FAST_LOGISTIC_DEEP / beta);
    vm deep = vm_lt(x, deepest), high = vm_lt(most, x);
    vf bounded = vf_max(vf_set1(-120.0f / beta), vf_min(most, x));
    fast_power power = fast_power_of_product(bounded, m_hi, m_lo);
    vf result = fast_times_logistic(bounded, fast_wide_sum(one, fast_deep_power(deep, power), power));
    return vf_select(high, x, vf_select(deep, fast_deep_back(result, -1.0f), result));
}

#endif
