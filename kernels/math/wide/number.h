/*
 * A number as (hi + lo)*2^n: a pair of doubles with an exponent of its own, so that nothing overflows or becomes
 * subnormal before the last rounding. hi is between 2^-200 and 2^200 in magnitude, 0, infinite or NaN; or n is 0.
 */
#ifndef VACT_MATH_WIDE_NUMBER_H
#define VACT_MATH_WIDE_NUMBER_H

#include "math/wide/pair.h"

typedef struct {
    vf hi, lo, n; /* n is whole, |n| < 2^20; but wide_nothing */
} wide;

VACT_INLINE wide wide_of(vf x) { return (wide){x, vf_set1(0.0), vf_set1(0.0)}; }
VACT_INLINE wide wide_of_pair(vf_pair p) { return (wide){p.hi, p.lo, vf_set1(0.0)}; }
VACT_INLINE vf_pair wide_pair(wide a) { return (vf_pair){a.hi, a.lo}; }
VACT_INLINE wide wide_scaled(vf_pair p, vf n) { return (wide){p.hi, p.lo, n}; }
VACT_INLINE wide wide_neg(wide a) { return (wide){vf_neg(a.hi), vf_neg(a.lo), a.n}; }

/* A slope that is the constant 0: its product with an infinity or NaN is +0, too. */
VACT_INLINE wide wide_nothing(void) { return (wide){vf_set1(0.0), vf_set1(0.0), vf_set1(-0x1p+40)}; }
VACT_INLINE vm wide_is_nothing(wide a) { return vm_lt(a.n, vf_set1(-0x1p+30)); }

VACT_INLINE wide wide_select(vm m, wide a, wide b)
{
    return (wide){vf_select(m, a.hi, b.hi), vf_select(m, a.lo, b.lo), vf_select(m, a.n, b.n)};
}

/* x with 1 <= |hi| < 2, subnormal or not; of 0, infinity and NaN itself. */
VACT_INLINE wide wide_split(vf x)
{
    const vf magnitude = vf_abs(x);
    const vm small = vm_lt(magnitude, vf_set1(0x1p-1000));
    const vf normal = vf_select(small, vf_mul(x, vf_set1(0x1p+100)), x);
    const vm number = vm_and(vm_lt(vf_set1(0.0), magnitude), vm_lt(magnitude, vf_set1(__builtin_inf())));
    const vf n = vf_exponent(vf_select(number, normal, vf_set1(1.0)));
    const vi field = vi_shift_left(vi_shift_right(vf_bits(vf_abs(normal)), 52), 52);
    const vf hi = vf_of_bits(vi_add(vi_sub(vf_bits(normal), field), vf_bits(vf_set1(1.0))));
    return (wide){vf_select(number, hi, x), vf_set1(0.0),
                  vf_select(vm_and(small, number), vf_sub(n, vf_set1(100.0)), n)};
}

/* As wide_split, for a pair. */
VACT_INLINE wide wide_split_pair(vf_pair p)
{
    const wide hi = wide_split(p.hi);
    return (wide){hi.hi, vf_scale(p.lo, vf_neg(hi.n)), hi.n};
}

VACT_INLINE wide wide_multiply(wide a, wide b)
{
    const vf plain = vf_mul(a.hi, b.hi);
    const vm special = vm_or(vm_eq(plain, vf_set1(0.0)), vm_le(vf_set1(__builtin_inf()), vf_abs(plain)));
    const vf_pair product = pair_select(special, pair_of(plain), pair_multiply(wide_pair(a), wide_pair(b)));
    return wide_scaled(product, vf_add(a.n, b.n));
}

VACT_INLINE wide wide_divide(wide a, wide b)
{
    const vf plain = vf_div(a.hi, b.hi);
    const vm special = vm_or(vm_eq(plain, vf_set1(0.0)), vm_le(vf_set1(__builtin_inf()), vf_abs(plain)));
    const vf_pair quotient = pair_select(special, pair_of(plain), pair_divide(wide_pair(a), wide_pair(b)));
    return wide_scaled(quotient, vf_sub(a.n, b.n));
}

/* |a| < 2^n, of a product or a quotient of numbers that were split; an infinite one is not. */
VACT_INLINE vm wide_is_below(wide a, double n)
{
    return vm_and(vm_lt(a.n, vf_set1(n)), vm_lt(vf_abs(a.hi), vf_set1(__builtin_inf())));
}

/* As a pair; a magnitude below 2^-960 may lose digits, and below 2^-1074 it is 0. */
VACT_INLINE vf_pair wide_plain(wide a) { return (vf_pair){vf_scale(a.hi, a.n), vf_scale(a.lo, a.n)}; }

/* a + b, both finite. The exponent of a zero does not count: the other number keeps its digits. */
VACT_INLINE wide wide_add(wide a, wide b)
{
    const vf zero = vf_set1(0.0);
    const vf n = vf_max(vf_select(vm_eq(a.hi, zero), b.n, a.n), vf_select(vm_eq(b.hi, zero), a.n, b.n));
    const vf_pair of_a = {vf_scale(a.hi, vf_sub(a.n, n)), vf_scale(a.lo, vf_sub(a.n, n))};
    const vf_pair of_b = {vf_scale(b.hi, vf_sub(b.n, n)), vf_scale(b.lo, vf_sub(b.n, n))};
    return wide_scaled(pair_add(of_a, of_b), n);
}

/* The nearest double; a subnormal result is rounded twice, so that it errs by up to 1 ULP. */
VACT_INLINE vf wide_round(wide a) { return vf_scale(pair_round(wide_pair(a)), a.n); }

#endif
