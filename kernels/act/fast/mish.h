/*
 * mish: x*tanh(log(1 + e^x)) = x*n/(n + 2), n = w*(w + 2), w = e^x = P + e, P = 2^k, e = P*(e^r - 1).
 *
 * One form serves both signs: n = P*(P + 2) + e*(2*P + 2 + e), in which nothing cancels that would count, is carried
 * as hi + lo; its first product and 2*P + 2 are exact for |x| <= 15. What a quotient q near x/(n + 2) leaves of x is
 * exact too, and y = n*q is rounded once, with the low parts of both.
 *
 * (An inverse as in logistic.h in the division's place: as fast on AVX-512, slower on AVX2.)
 *
 * Beyond, and for tiny x, lane by lane: above, x; below -15, x*w*(1 - w/2), of which the next term is w^3/4, formed
 * 2^64 times as large and brought down so that a subnormal result is rounded once, by integers.
 *
 * Over one input in 7 of [-17, 4], one in 1009 of all, at most 1.09 ULP, at -0x1.4c6b24p+2.
 */
#ifndef VACT_ACT_FAST_MISH_H
#define VACT_ACT_FAST_MISH_H

#include "math/fast/exp.h"

#define MISH_ORDINARY 15.0f
#define MISH_TINY 0x1p-60f

VACT_INLINE vf mish_ordinary(vf x)
{
    vf two = vf_set1(2.0f);
    fast_reduced parts = fast_reduce(x);
    vf power = vf_power_of_two(parts.shifted), t = fast_exp_rise(parts.r);
    vf e = vf_mul(power, t);
    vf q = vf_add(power, two), slope = vf_add(power, q);
    vf n = vf_fma(e, vf_fma(power, t, slope), vf_mul(power, q));
    vf n_lo = vf_fma(e, e, vf_fma(e, slope, vf_fms(power, q, n)));
    vf d = vf_add(n, two);
    vf d_lo = vf_add(vf_sub(n, vf_sub(d, two)), n_lo);
    vf inverse = vf_div(vf_set1(1.0f), d);
    vf y = vf_mul(x, inverse);
    vf y_lo = vf_mul(vf_fnma(y, d_lo, vf_fnma(y, d, x)), inverse);
    return vf_fma(y, n, vf_fma(y_lo, n, vf_mul(y, n_lo)));
}

/* x < -15. */
VACT_INLINE vf mish_below(vf x)
{
    vf bounded = vf_max(vf_set1(-120.0f), x);
    fast_reduced parts = fast_reduce(bounded);
    /* w from 2^-32 on, enough for w/2; it joins e^r - 1 before that is rounded. */
    vf power = vf_power_of_two(vf_max(parts.shifted, vf_set1(VF_POWER_SHIFT - 32.0f)));
    vf grown = vf_add(fast_exp_rise(parts.r), vf_set1(1.0f));
    vf half = vf_mul(vf_mul(vf_mul(power, vf_set1(0.5f)), grown), grown);
    vf t = vf_add(vf_fms(vf_mul(parts.r, fast_exp_curve(parts.r)), parts.r, half), parts.r);
    vf scale = vf_mul(bounded, vf_power_of_two(vf_add(parts.shifted, vf_set1(64.0f))));
    vf y = vf_fma(scale, t, scale);
    vm subnormal = vm_lt(vf_set1(-0x1p-62f), y);
    vf units = vf_units(vf_fnma(vf_max(vf_set1(-0x1p-62f), y), vf_set1(0x1p+85f), vf_set1(0x1p+23f)));
    vf normal = vf_mul(vf_min(vf_set1(-0x1p-62f), y), vf_set1(0x1p-64f));
    return vf_select(subnormal, vf_neg(units), normal);
}

VACT_NOINLINE static vf mish_any(vf x)
{
    vf magnitude = vf_abs(x), limit = vf_set1(MISH_ORDINARY);
    vm tiny = vm_lt(magnitude, vf_set1(MISH_TINY)), below = vm_lt(x, vf_neg(limit));
    vf y = mish_ordinary(vf_select(vm_le(magnitude, limit), vf_select(tiny, limit, x), limit));
    y = vf_select(below, mish_below(vf_select(below, x, vf_neg(limit))), y);
    /* 3/5, in two parts. */
    vf near_zero = vf_select(tiny, x, vf_set1(1.0f));
    near_zero = vf_fma(near_zero, vf_set1(0x1.333334p-1f), vf_mul(near_zero, vf_set1(-0x1.99999ap-26f)));
    y = vf_select(tiny, vf_copysign(near_zero, x), y);
    return vf_select(vm_le(x, limit), y, x);
}

VACT_INLINE vf mish_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    if (__builtin_expect(vm_any(vm_outside(x, MISH_TINY, MISH_ORDINARY)), 0))
        return mish_any(x);
    return mish_ordinary(x);
}

#endif
