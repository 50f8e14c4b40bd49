/*
 * e^x of the `fast` variant: x = n*ln 2 + r, n whole, |r| <= 0.347, e^x = 2^n + 2^n*(e^r - 1).
 *
 * n comes by adding a number so large that the sum has no fraction (VF_POWER_SHIFT), which leaves it in the low bits.
 * ln 2 is two floats, the first short enough that n times it is exact, so r is off by half an ULP of itself.
 * e^r - 1 = r + r*(r*q(r)): what is rounded is small against r, so that the result never falls where x rises (with
 * e^r = 1 + r*p(r) it does for 2883 inputs), and 2^n*(e^r - 1) + 2^n rounds once.
 *
 * Over all inputs at most 0.997 ULP, at -0x1.b5ee1ap+4, and no violation of monotonicity.
 */
#ifndef VACT_MATH_FAST_EXP_H
#define VACT_MATH_FAST_EXP_H

#include "math/pair.h"

typedef struct {
    vf shifted; /* n + shift */
    vf n;
    vf r;
} fast_reduced;

/* x*log2(e) at most 2^21 in magnitude; NaN stays NaN in r. */
VACT_INLINE fast_reduced fast_reduce_by(vf x, vf shift)
{
    fast_reduced parts;
    parts.shifted = vf_fma(x, vf_set1(0x1.715476p+0f), shift);
    parts.n = vf_sub(parts.shifted, shift);
    vf r = vf_fnma(parts.n, vf_set1(0x1.62e4p-1f), x);
    parts.r = vf_fnma(parts.n, vf_set1(0x1.7f7d1cp-20f), r);
    return parts;
}

VACT_INLINE fast_reduced fast_reduce(vf x) { return fast_reduce_by(x, vf_set1(VF_POWER_SHIFT)); }

/* (e^r - 1 - r)/r^2: docs/approximations/exp.sollya, the last bits by exp_search.c. */
VACT_INLINE vf fast_exp_curve(vf r)
{
    vf q = vf_set1(0x1.69486ep-10f);
    q = vf_fma(q, r, vf_set1(0x1.124e98p-7f));
    q = vf_fma(q, r, vf_set1(0x1.5559ecp-5f));
    q = vf_fma(q, r, vf_set1(0x1.555466p-3f));
    return vf_fma(q, r, vf_set1(0x1.fffffap-2f));
}

/* e^r - 1 */
VACT_INLINE vf fast_exp_rise(vf r) { return vf_fma(vf_mul(r, fast_exp_curve(r)), r, r); }

/*
 * For every x. Where the result is subnormal, 2^149 times it is rounded to a whole number; above 88, twice the half of
 * it is taken. A tiny x counts as 0, as products of it may be subnormal, which is slow.
 */
VACT_INLINE vf fast_exp_any(vf x)
{
    vm low = vm_lt(x, vf_set1(-0x1.5d589ep+6f)), high = vm_lt(vf_set1(88.0f), x);
    vf bounded = vf_min(vf_set1(89.0f), vf_max(vf_set1(-104.0f), x));
    bounded = vf_select(vm_lt(vf_abs(x), vf_set1(0x1p-30f)), vf_set1(0.0f), bounded);
    fast_reduced parts = fast_reduce(bounded);
    vf change = vf_select(low, vf_set1(149.0f), vf_select(high, vf_set1(-1.0f), vf_set1(0.0f)));
    vf power = vf_power_of_two(vf_add(parts.shifted, change));
    vf y = vf_fma(power, fast_exp_rise(parts.r), power);
    vf subnormal = vf_units(vf_add(y, vf_set1(0x1p+23f)));
    y = vf_select(low, subnormal, vf_select(high, vf_add(y, y), y));
    return vf_select(vm_eq(x, x), y, x);
}

/* Up to here in magnitude e^x is normal. */
#define FAST_EXP_ORDINARY 87.0f

VACT_INLINE vf fast_exp(vf x)
{
    fast_reduced parts = fast_reduce(x);
    vf power = vf_power_of_two(parts.shifted);
    return vf_fma(power, fast_exp_rise(parts.r), power);
}

#endif
