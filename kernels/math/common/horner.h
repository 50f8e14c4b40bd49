/*
 * Polynomials by Horner's rule: hornerN(x, ...) has degree N; its coefficients come highest first. One function per
 * degree instead of a loop over an array, so that it is unrolled at every level of optimisation.
 */
#ifndef VACT_MATH_COMMON_HORNER_H
#define VACT_MATH_COMMON_HORNER_H

VACT_INLINE vf horner1(vf x, float a, float b) { return vf_fma(vf_set1(a), x, vf_set1(b)); }

VACT_INLINE vf horner2(vf x, float a, float b, float c) { return vf_fma(horner1(x, a, b), x, vf_set1(c)); }

VACT_INLINE vf horner3(vf x, float a, float b, float c, float d) { return vf_fma(horner2(x, a, b, c), x, vf_set1(d)); }

VACT_INLINE vf horner4(vf x, float a, float b, float c, float d, float e)
{
    return vf_fma(horner3(x, a, b, c, d), x, vf_set1(e));
}

VACT_INLINE vf horner5(vf x, float a, float b, float c, float d, float e, float f)
{
    return vf_fma(horner4(x, a, b, c, d, e), x, vf_set1(f));
}

VACT_INLINE vf horner7(vf x, float a, float b, float c, float d, float e, float f, float g, float h)
{
    return vf_fma(vf_fma(horner5(x, a, b, c, d, e, f), x, vf_set1(g)), x, vf_set1(h));
}

VACT_INLINE vf horner9(vf x, float a, float b, float c, float d, float e, float f, float g, float h, float i, float j)
{
    return vf_fma(vf_fma(horner7(x, a, b, c, d, e, f, g, h), x, vf_set1(i)), x, vf_set1(j));
}

VACT_INLINE vf horner10(vf x, float a, float b, float c, float d, float e, float f, float g, float h, float i, float j,
                        float k)
{
    return vf_fma(horner9(x, a, b, c, d, e, f, g, h, i, j), x, vf_set1(k));
}

#endif
