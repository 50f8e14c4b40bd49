/* Results that may be subnormal, at the speed of normal ones: a subnormal product costs a hundred cycles or more. */
#ifndef VACT_MATH_FAST_SUBNORMAL_H
#define VACT_MATH_FAST_SUBNORMAL_H

/* k*2^-149, for t = 2^23 + k with k whole in [0, 2^23] and for t = 2*k with k in [2^23, 2^126]; for -t the negative of
 * it. The bits of the result are those of t minus those of 2^23. */
VACT_INLINE vf fast_subnormal(vf t) { return vf_of_bits(vi_sub(vf_bits(t), vf_bits(vf_set1(0x1p+23f)))); }

/* fast_subnormal(t) where m holds, else `otherwise`. */
VACT_INLINE vf fast_subnormal_where(vm m, vf t, vf otherwise)
{
    return vf_of_bits(vi_sub_where(m, vf_bits(t), vf_bits(vf_set1(0x1p+23f)), vf_bits(otherwise)));
}

/* -(y*2^-64) for 0 < y <= 2^64, rounded once even where it is subnormal: as in fast_scale_down below, but the doubled
 * number is y*2^86 by its exponent bits, as the product would overflow, and the sign is set by the same addition. The
 * sum counts up to y = 2^-62; for a larger y it is that of 2^-61, smaller than the doubled number. */
VACT_INLINE vf fast_minus_unscaled(vf y)
{
    vi sum = vf_bits(vf_fma(vf_min(vf_set1(0x1p-61f), y), vf_set1(0x1p+85f), vf_set1(0x1p+23f)));
    vi twice = vi_add(vf_bits(y), vi_set1(86u << 23));
    return vf_of_bits(vi_add(vi_max(sum, twice), vi_sub(vf_bits(vf_set1(-0.0f)), vf_bits(vf_set1(0x1p+23f)))));
}

/*
 * y*scale*2^-149, rounded once even where it is subnormal. `scale` is a power of two, y*scale at most 2^126; y has the
 * given sign, 1 or -1, and is not NaN.
 *
 * A subnormal result is a whole number of 2^-149: adding 2^23 to y*scale rounds it to one. A larger y*scale would lose
 * bits in that sum; there 2*y*scale is exact and larger. fast_subnormal accepts either.
 */
VACT_INLINE vf fast_scale_down(vf y, float scale, float sign)
{
    vf sum = vf_fma(y, vf_set1(scale), vf_set1(sign * 0x1p+23f)), twice = vf_mul(y, vf_set1(2.0f * scale));
    return fast_subnormal(sign > 0.0f ? vf_max(sum, twice) : vf_min(sum, twice));
}

/* x/2. Where x or x/2 is subnormal, adding 2^-125 rounds x/2 at the speed of normal numbers. */
VACT_INLINE vf fast_half(vf x)
{
    const vf least = vf_set1(0x1p-125f);
    vf magnitude = vf_abs(x);
    vf whole = vf_mul(vf_mul(vf_add(vf_min(magnitude, least), least), vf_set1(0x1p+74f)), vf_set1(0x1p+74f));
    vf normal = vf_mul(vf_max(least, magnitude), vf_set1(0.5f));
    return vf_copysign(fast_subnormal_where(vm_lt(magnitude, least), whole, normal), x);
}

#endif
