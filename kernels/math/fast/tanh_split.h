/*
 * tanh of the `fast` variant as an exact number and a small one that is added to it.
 *
 * |x| = n*ln(2)/2 + r with n >= 0 and r in [0.10, 0.45] (from 0 for n = 0), B = tanh(r) by an odd polynomial, s = 2^-n,
 * u = 1 - s. The addition theorem, tanh|x| = (u + (1 + s)*B)/(1 + s + u*B), loses digits when written so. With u, which
 * is exact and near the result, taken out of the fraction,
 *
 *     tanh|x| = u + s*((3 - s)*B - u)/(1 + s + u*B),
 *
 * the quotient counts for a third of the result at the most (just above 0.45) and ever less above, so that the
 * roundings in it hardly show, and none of them for n = 0, where u = 0 and the result is B itself. n changes at
 * 0.449 + k*ln(2)/2 rather than halfway, because the first quotient would otherwise begin where tanh is small.
 */
#ifndef VACT_MATH_FAST_TANH_SPLIT_H
#define VACT_MATH_FAST_TANH_SPLIT_H

/* tanh|x| = base + scale*rest; base is exact up to |x| = 8.76 and one rounding remains. */
typedef struct {
    vf base, scale, rest;
} fast_tanh_parts;

/* a = |x|; NaN stays NaN in rest. */
VACT_INLINE fast_tanh_parts fast_tanh_split(vf a)
{
    fast_tanh_parts parts;
    vf clamped = vf_min(vf_set1(9.0f), a);                                      /* tanh is 1 from there on */
    vf biased = vf_max(vf_set1(0.0f), vf_sub(clamped, vf_set1(0x1.1a4d3p-2f))); /* 0.449 - ln(2)/4; so n >= 0 */
    vf shifted = vf_fnma(biased, vf_set1(0x1.715476p+1f), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(shifted, vf_set1(VF_POWER_SHIFT)); /* -n of the text */
    vf r = vf_fma(n, vf_set1(0x1.62e43p-2f), clamped);
    parts.scale = vf_power_of_two(shifted);

    /* The constant keeps the square of a tiny r normal; it adds less than 2^-60 to tanh(r)/r. */
    vf y = vf_fma(r, r, vf_set1(0x1p-60f));
    vf p = vf_set1(0x1.277ebp-6f); /* docs/approximations/tanh.sollya */
    p = vf_fma(p, y, vf_set1(-0x1.b50568p-5f));
    p = vf_fma(p, y, vf_set1(0x1.10fbdap-3f));
    p = vf_fma(p, y, vf_set1(-0x1.55551ep-2f));
    vf b = vf_fma(r, vf_mul(p, y), r);

    parts.base = vf_sub(vf_set1(1.0f), parts.scale);
    vf numerator = vf_fms(vf_sub(vf_set1(3.0f), parts.scale), b, parts.base);
    vf denominator = vf_fma(parts.base, b, vf_add(vf_set1(1.0f), parts.scale));
    parts.rest = vf_div(numerator, denominator);
    return parts;
}

#endif
