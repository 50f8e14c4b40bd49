/*
 * The hi/lo pair: a number as the unevaluated sum of two floats. The error-free sum (Knuth 1969) and product (Dekker
 * 1971, by FMA) are exact unless something overflows or underflows.
 */
#ifndef VACT_MATH_COMMON_PAIR_H
#define VACT_MATH_COMMON_PAIR_H

typedef struct {
    vf hi, lo;
} vf_pair;

/* a + b; either operand may be the larger. */
VACT_INLINE vf_pair pair_sum(vf a, vf b)
{
    vf sum = vf_add(a, b);
    vf b_part = vf_sub(sum, a);
    vf a_part = vf_sub(sum, b_part);
    return (vf_pair){sum, vf_add(vf_sub(a, a_part), vf_sub(b, b_part))};
}

VACT_INLINE vf_pair pair_product(vf a, vf b)
{
    vf product = vf_mul(a, b);
    return (vf_pair){product, vf_fms(a, b, product)};
}

/* (y.hi + y.lo)*v with one rounding that counts. The low part is dropped where it would turn an infinity into a NaN or
 * lose the sign of a zero. */
VACT_INLINE vf pair_times(vf_pair y, vf v)
{
    vf product = vf_mul(y.hi, v), low = vf_mul(y.lo, v);
    return vf_select(vm_lt(vf_abs(low), vf_abs(product)), vf_fma(y.hi, v, low), product);
}

/* The low part of an argument of exp; 0 where the high part is so large, infinite or NaN that the result does not
 * depend on the low part, which may itself be NaN there. */
VACT_INLINE vf pair_low_of_exponent(vf_pair p)
{
    return vf_select(vm_lt(vf_abs(p.hi), vf_set1(512.0f)), p.lo, vf_set1(0.0f));
}

#endif
