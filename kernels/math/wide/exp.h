/*
 * e^x and e^x - 1 as pairs. With x = k*ln 2/64 + r, |r| <= 0.0055, and k = 64n + j, e^x is 2^n * 2^(j/64) * e^r. The
 * power comes from a table of pairs; of e^r - 1 = r + r^2/2 + r^3*p(r), r and the square are pairs and p is Taylor's
 * series to r^7. What is left out is 2^-75 of e^x.
 *
 * Largest relative errors seen (tests/test_wide.c): wide_exp 2^-74.7 at -0x1.c87b6a8180a97p+10, wide_expm1 2^-67.4 at
 * 0x1.61e3006151543p-8.
 */
#ifndef VACT_MATH_WIDE_EXP_H
#define VACT_MATH_WIDE_EXP_H

#include "math/wide/exp_table.h"
#include "math/wide/number.h"

typedef struct {
    vf_pair power, rise; /* 2^(j/64), e^r - 1 */
    vf n;
    vm here; /* k is 0 */
} wide_exp_parts;

/* |x| <= 3000 */
VACT_INLINE wide_exp_parts wide_exp_parts_of(vf_pair x)
{
    const vf whole = vf_fma(x.hi, vf_set1(WIDE_EXP_STEPS), vf_set1(VF_WHOLE_SHIFT));
    const vf k = vf_sub(whole, vf_set1(VF_WHOLE_SHIFT));
    const vf n = vf_round(vf_fma(k, vf_set1(1.0 / 64.0), vf_set1(-31.5 / 64.0)));
    const vi j = vi_and(vf_bits(whole), vi_set1(63)); /* k modulo 64; of a NaN any */
    /* the products with the first two parts are exact */
    const vf_pair difference =
        pair_sum(vf_fnma(k, vf_set1(WIDE_EXP_STEP_HIGH), x.hi), vf_neg(vf_mul(k, vf_set1(WIDE_EXP_STEP_MIDDLE))));
    const vf_pair r = pair_fast_sum(difference.hi, vf_add(difference.lo, vf_fnma(k, vf_set1(WIDE_EXP_STEP_LOW), x.lo)));
    vf p = vf_set1(1.0 / 5040.0);
    p = vf_fma(p, r.hi, vf_set1(1.0 / 720.0));
    p = vf_fma(p, r.hi, vf_set1(1.0 / 120.0));
    p = vf_fma(p, r.hi, vf_set1(1.0 / 24.0));
    p = vf_fma(p, r.hi, vf_set1(1.0 / 6.0));
    const vf_pair square = pair_product(r.hi, vf_mul(r.hi, vf_set1(0.5)));
    const vf cube = vf_mul(vf_mul(square.hi, vf_set1(2.0)), r.hi);
    /* r.lo*(1 + r.hi) is what the square and the rest have of r.lo */
    const vf low = vf_fma(cube, p, vf_add(square.lo, vf_fma(r.lo, r.hi, r.lo)));
    const vf_pair rise = pair_fast_sum(r.hi, square.hi);
    const vi entry = vi_shift_left(j, 1);
    const vf_pair power = {vf_gather(wide_exp_powers[0], entry), vf_gather(wide_exp_powers[0] + 1, entry)};
    return (wide_exp_parts){power, pair_fast_sum(rise.hi, vf_add(rise.lo, low)), n, vm_eq(k, vf_set1(0.0))};
}

/* An infinite or very large argument has no low part. */
VACT_INLINE vf_pair wide_exp_argument(vf_pair x)
{
    const vf bound = vf_set1(3000.0);
    const vf hi = vf_min(bound, vf_max(vf_neg(bound), x.hi));
    return (vf_pair){hi, vf_select(vm_eq(hi, x.hi), x.lo, vf_set1(0.0))};
}

/* power + power*rise; the power is the larger by far. */
VACT_INLINE vf_pair wide_exp_product(wide_exp_parts e)
{
    const vf_pair product = pair_product(e.power.hi, e.rise.hi);
    const vf cross = vf_fma(e.power.lo, e.rise.hi, vf_mul(e.power.hi, e.rise.lo));
    const vf_pair sum = pair_fast_sum(e.power.hi, product.hi);
    return pair_fast_sum(sum.hi, vf_add(vf_add(sum.lo, e.power.lo), vf_add(product.lo, cross)));
}

/* For every x; hi is in [0.99, 2.02), or 0 or infinite for an infinite x. */
VACT_INLINE wide wide_exp(vf_pair x)
{
    const vf infinity = vf_set1(__builtin_inf()), zero = vf_set1(0.0);
    const wide_exp_parts e = wide_exp_parts_of(wide_exp_argument(x));
    vf_pair y = wide_exp_product(e);
    y = pair_select(vm_le(infinity, vf_abs(x.hi)), pair_of(vf_select(vm_lt(x.hi, zero), zero, infinity)), y);
    return wide_scaled((vf_pair){vf_or_nan(y.hi, x.hi), y.lo}, e.n);
}

/* |x| <= 700. Where k is 0 it is the rise alone. */
VACT_INLINE vf_pair wide_expm1(vf_pair x)
{
    const wide_exp_parts e = wide_exp_parts_of(wide_exp_argument(x));
    const vf_pair y = wide_exp_product(e);
    const vf_pair scaled = {vf_scale(y.hi, e.n), vf_scale(y.lo, e.n)};
    return pair_select(e.here, e.rise, pair_add_lane(scaled, vf_set1(-1.0)));
}

#endif
