/*
 * gelu_tanh: x*sigmoid(c*v), v = x*(x^2 + k), c = 2*sqrt(2/pi)*0.044715, k = 1/0.044715.
 *
 * c*v (down to -90) is an exponent, so v needs an absolute accuracy of 2^-25. v itself is reduced, by multiples of
 * K = ln 2/c, so that no product with c is needed. k and K would need a second part each. Instead both are multiplied
 * by 1 + d, with d such that k is short enough for k - h to be exact and K is within 2^-36 of a float. Then v is 1 + d
 * times as large, too: d*x^2 is added to the rounding error of h = x^2 + k, in h_lo.
 *
 * Common lanes have n up to 94. From n = 24 on the 1 of the sum 1 + 2^n*(1 + t) is lost beside 2^n; it is added to
 * 2^n*f instead, divided by the slope at f = 0, since the product with the slope is added next.
 *
 * Largest error 1.7636 ULP, at -0x1.404f6p+2; three inputs are above 1.75.
 */
#ifndef VACT_ACT_FAST_GELU_TANH_H
#define VACT_ACT_FAST_GELU_TANH_H

#include "loop/form.h"
#include "math/common/digits.h"
#include "math/common/horner.h"
#include "math/fast/logistic.h"

/* e^(-c*v) for |x| <= 12. The polynomial is (e^(-f*ln(2)/K) - 1)/f for |f| <= K/2
 * (docs/approximations/fast_logistic.sollya; the last bits of three terms were searched by hand for the largest
 * error); k and K are from gelu_tanh_constants.py there. */
VACT_INLINE fast_power gelu_tanh_power(vf x)
{
#ifdef MATH_SHORT
    fast_power power = fast_short_power(x, terms_gelu_tanh_factor(vf_mul(x, x)));
    power.slope = terms_gelu_tanh_slope(power.f);
    return power;
#else
    const vf k = vf_set1(0x1.65d52p+4f), d = vf_set1(0x1.f87b36p-16f);
    x = vf_add(x, vf_set1(0x1p-40f)); /* a change too small to count, so that no product is subnormal for a tiny x */
    vf h = vf_fma(x, x, k);
    vf less = vf_sub(k, h); /* -x^2 */
    vf h_lo = vf_fnma(less, d, vf_fma(x, x, less));
    vf v = vf_mul(x, h);
    fast_power power;
    power.shifted = vf_fma(v, vf_set1(-0x1.a5a49p-4f), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(power.shifted, vf_set1(VF_POWER_SHIFT));
    vf low = vf_fma(x, h_lo, vf_fms(x, h, v));
    power.f = vf_add(vf_fma(n, vf_set1(0x1.36dc3ap+3f), v), low);
    power.slope = horner5(power.f, 0x1.956d2ep-33f, -0x1.09958p-26f, 0x1.21e892p-20f, -0x1.fbe3b4p-15f, 0x1.4da83ap-9f,
                          -0x1.2442b2p-4f);
    return power;
#endif
}

/* 1 + 2^n*(1 + t), s = 2^n. */
VACT_INLINE vf gelu_tanh_sum(vf s, fast_power power)
{
    if (MATH_DIGITS < 24)
        return fast_short_sum(vf_set1(1.0f), s, power);
    const vf per_slope = vf_set1(-0x1.c0794cp+3f);
    vf base = vf_apart(vf_add(vf_set1(1.0f), s)); /* base - s is not 1, whatever Clang's -fassociative-math says */
    vf lost = vf_fnma(vf_sub(base, s), per_slope, per_slope); /* 0 up to n = 23 */
    return vf_fma(vf_fma(s, power.f, lost), power.slope, base);
}

/* Up to this |x| a lane is common: 2^-n does not overflow. */
#define GELU_TANH_COMMON 9.0f

/* Below minus this is the tail (math/fast/logistic.h): n > 113. */
#define GELU_TANH_TAIL 9.625f

VACT_INLINE vf gelu_tanh_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    fast_power power = gelu_tanh_power(x);
    return math_quotient(x, gelu_tanh_sum(vf_power_of_two(power.shifted), power));
}

VACT_INLINE vf gelu_tanh_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm tail = vm_lt(x, vf_set1(-GELU_TANH_TAIL)), high = vm_lt(vf_set1(GELU_TANH_COMMON), x);
    vf bounded = vf_max(vf_set1(-11.5f), vf_min(vf_set1(GELU_TANH_COMMON), x));
    fast_power power = gelu_tanh_power(bounded);
    vf result = vf_div(bounded, gelu_tanh_sum(fast_tail_power(tail, power), power));
    return vf_select(high, x, vf_select(tail, fast_tail_scale_down(result, -1.0f), result));
}

#define ACT_TWO_FORMS
VACT_INLINE act_range gelu_tanh_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_TANH_COMMON};
}

#endif
