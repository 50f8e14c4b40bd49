/* Results that may be subnormal, at the speed of normal numbers: a subnormal product costs a hundred cycles or more. */
#ifndef VACT_MATH_FAST_SUBNORMAL_H
#define VACT_MATH_FAST_SUBNORMAL_H

/* k*2^-149 for t = 2^23 + k, k whole in [0, 2^23], and for t = 2*k, k from there to 2^126; the negative of that for -t:
 * the bits of t less those of 2^23. */
VACT_INLINE vf fast_subnormal(vf t) { return vf_of_bits(vi_sub(vf_bits(t), vf_bits(vf_set1(0x1p+23f)))); }

/* That where m holds, else otherwise. */
VACT_INLINE vf fast_subnormal_where(vm m, vf t, vf otherwise)
{
    return vf_of_bits(vi_sub_where(m, vf_bits(t), vf_bits(vf_set1(0x1p+23f)), vf_bits(otherwise)));
}

/* -(y*2^-64), rounded once also where that is subnormal, y above 0 and at most 2^64: the larger of 2^23 + y*2^85 and
 * y*2^86, less 2^23, with the sign set. 2^86 is multiplied by in the exponent's bits, as the product may overflow. */
VACT_INLINE vf fast_minus_unscaled(vf y)
{
    vi sum = vf_bits(vf_fma(y, vf_set1(0x1p+85f), vf_set1(0x1p+23f)));
    vi twice = vi_add(vf_bits(y), vi_set1(86u << 23));
    return vf_of_bits(vi_add(vi_max(sum, twice), vi_sub(vf_bits(vf_set1(-0.0f)), vf_bits(vf_set1(0x1p+23f)))));
}

/*
 * y*units*2^-149, rounded once; y has that sign, 1 or -1, and is not NaN, `units` is a power of two and y*units at most
 * 2^126.
 *
 * A subnormal result is a whole number of 2^-149, which adding 2^23 makes of y*units. Where there are more than 2^23,
 * so that the sum would be rounded further, its double is exact and larger. fast_subnormal takes either.
 */
VACT_INLINE vf fast_from_units(vf y, float units, float sign)
{
    vf sum = vf_fma(y, vf_set1(units), vf_set1(sign * 0x1p+23f)), twice = vf_mul(y, vf_set1(2.0f * units));
    return fast_subnormal(sign > 0.0f ? vf_max(sum, twice) : vf_min(sum, twice));
}

/* x/2. Where x is subnormal or half of it is, the sum with 2^-125 rounds that half, at the speed of normal numbers. */
VACT_INLINE vf fast_half(vf x)
{
    const vf least = vf_set1(0x1p-125f);
    vf magnitude = vf_abs(x);
    vf whole = vf_mul(vf_mul(vf_add(vf_min(magnitude, least), least), vf_set1(0x1p+74f)), vf_set1(0x1p+74f));
    vf normal = vf_mul(vf_max(least, magnitude), vf_set1(0.5f));
    return vf_copysign(fast_subnormal_where(vm_lt(magnitude, least), whole, normal), x);
}

#endif
