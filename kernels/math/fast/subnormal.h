/* Results that may be subnormal, at the speed of normal numbers: a subnormal product costs a hundred cycles or more. */
#ifndef VACT_MATH_FAST_SUBNORMAL_H
#define VACT_MATH_FAST_SUBNORMAL_H

/*
 * y*units*2^-149, rounded once; y has that sign, 1 or -1, and is not NaN, `units` is a power of two and y*units at most
 * 2^126.
 *
 * A subnormal result is a whole number of 2^-149, which adding 2^23 makes of y*units. Where there are more than 2^23,
 * so that the sum would be rounded further, its double is exact and larger. vf_units takes either.
 */
VACT_INLINE vf fast_from_units(vf y, float units, float sign)
{
    vf sum = vf_fma(y, vf_set1(units), vf_set1(sign * 0x1p+23f)), twice = vf_mul(y, vf_set1(2.0f * units));
    return vf_units(sign > 0.0f ? vf_max(sum, twice) : vf_min(sum, twice));
}

/* x/2. Where x is subnormal or half of it is, the sum with 2^-125 rounds that half, at the speed of normal numbers. */
VACT_INLINE vf fast_half(vf x)
{
    const vf least = vf_set1(0x1p-125f);
    vf magnitude = vf_abs(x);
    vf whole = vf_mul(vf_mul(vf_add(vf_min(magnitude, least), least), vf_set1(0x1p+74f)), vf_set1(0x1p+74f));
    vf normal = vf_mul(vf_max(least, magnitude), vf_set1(0.5f));
    return vf_copysign(vf_units_where(vm_lt(magnitude, least), whole, normal), x);
}

#endif
