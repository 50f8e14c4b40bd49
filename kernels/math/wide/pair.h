/*
 * Arithmetic of hi/lo pairs of doubles. Relative errors, in units of 2^-106: addition 3, product 6 (Joldes, Muller and
 * Popescu 2017), quotient 12, square root 4. They hold as long as no low part is subnormal.
 */
#ifndef VACT_MATH_WIDE_PAIR_H
#define VACT_MATH_WIDE_PAIR_H

#include "math/common/pair.h"

VACT_INLINE vf_pair pair_of(vf a) { return (vf_pair){a, vf_set1(0.0)}; }
VACT_INLINE vf_pair pair_set1(double hi, double lo) { return (vf_pair){vf_set1(hi), vf_set1(lo)}; }
VACT_INLINE vf_pair pair_neg(vf_pair a) { return (vf_pair){vf_neg(a.hi), vf_neg(a.lo)}; }

VACT_INLINE vf_pair pair_select(vm m, vf_pair a, vf_pair b)
{
    return (vf_pair){vf_select(m, a.hi, b.hi), vf_select(m, a.lo, b.lo)};
}

/* |a|: its high part decides. */
VACT_INLINE vf_pair pair_abs(vf_pair a) { return pair_select(vm_lt(a.hi, vf_set1(0.0)), pair_neg(a), a); }

/* a + b, exactly, where a is 0 or |a| >= |b|. */
VACT_INLINE vf_pair pair_fast_sum(vf a, vf b)
{
    const vf sum = vf_add(a, b);
    return (vf_pair){sum, vf_sub(b, vf_sub(sum, a))};
}

VACT_INLINE vf_pair pair_add(vf_pair a, vf_pair b)
{
    const vf_pair high = pair_sum(a.hi, b.hi), low = pair_sum(a.lo, b.lo);
    const vf_pair sum = pair_fast_sum(high.hi, vf_add(high.lo, low.hi));
    return pair_fast_sum(sum.hi, vf_add(low.lo, sum.lo));
}

/* a + b where a is 0 or |a| >= 2*|b|. The error is relative to |a| + |b|. */
VACT_INLINE vf_pair pair_add_smaller(vf_pair a, vf_pair b)
{
    const vf_pair high = pair_fast_sum(a.hi, b.hi);
    return pair_fast_sum(high.hi, vf_add(high.lo, vf_add(a.lo, b.lo)));
}

VACT_INLINE vf_pair pair_subtract(vf_pair a, vf_pair b) { return pair_add(a, pair_neg(b)); }

VACT_INLINE vf_pair pair_add_lane(vf_pair a, vf b)
{
    const vf_pair high = pair_sum(a.hi, b);
    return pair_fast_sum(high.hi, vf_add(high.lo, a.lo));
}

VACT_INLINE vf_pair pair_multiply(vf_pair a, vf_pair b)
{
    const vf_pair product = pair_product(a.hi, b.hi);
    return pair_fast_sum(product.hi, vf_add(product.lo, vf_fma(a.lo, b.hi, vf_mul(a.hi, b.lo))));
}

VACT_INLINE vf_pair pair_multiply_lane(vf_pair a, vf b)
{
    const vf_pair product = pair_product(a.hi, b);
    return pair_fast_sum(product.hi, vf_fma(a.lo, b, product.lo));
}

/* The power of two must not make a low part subnormal. */
VACT_INLINE vf_pair pair_times_power(vf_pair a, double power)
{
    return (vf_pair){vf_mul(a.hi, vf_set1(power)), vf_mul(a.lo, vf_set1(power))};
}

/* The remainder after the first quotient is exact but for the product with b.lo. */
VACT_INLINE vf_pair pair_divide(vf_pair a, vf_pair b)
{
    const vf quotient = vf_div(a.hi, b.hi);
    const vf rest = vf_add(vf_fnma(quotient, b.lo, vf_fnma(quotient, b.hi, a.hi)), a.lo);
    return pair_fast_sum(quotient, vf_div(rest, b.hi));
}

/* a > 0 */
VACT_INLINE vf_pair pair_square_root(vf_pair a)
{
    const vf root = vf_sqrt(a.hi);
    const vf rest = vf_add(vf_fnma(root, root, a.hi), a.lo);
    return pair_fast_sum(root, vf_div(rest, vf_add(root, root)));
}

/* The value of a pair, also of one whose high part is infinite, NaN or a zero with a sign. */
VACT_INLINE vf pair_round(vf_pair p)
{
    const vf low = vf_abs(p.lo);
    const vm counts = vm_and(vm_lt(vf_set1(0.0), low), vm_lt(low, vf_set1(__builtin_inf())));
    return vf_select(counts, vf_add(p.hi, p.lo), p.hi);
}

#endif
