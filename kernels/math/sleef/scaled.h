/*
 * e^p for p <= 0 as a factor of a product that may be subnormal.
 *
 * Below p = -87 e^p is itself subnormal and has lost digits, which a product a*e^p with |a| > 1 would show (an error of
 * 52 ULP near -104). So below -64 e^(p + 37) is computed in its place, p + 37 being exact. The last factor, e^-37,
 * rounds once to a subnormal; it is within 0.009 * 2^-24 of a float (docs/approximations/constants.py). e^(p + 37) is
 * normal down to p = -124, enough for |a| <= 2^28.
 *
 *   scaled_exp e = scaled_exp_of(p);
 *   y = scaled_last(e, vf_mul(a, e.factor));   // a * e^p
 */
#ifndef VACT_MATH_SLEEF_SCALED_H
#define VACT_MATH_SLEEF_SCALED_H

#include "math/sleef/functions.h"

typedef struct {
    vf factor; /* e^p, or e^(p + 37) where low */
    vf plain;  /* e^p for sums with numbers near 1; 0 where low */
    vm low;
} scaled_exp;

/* p <= 0 or NaN. */
VACT_INLINE scaled_exp scaled_exp_of(vf p)
{
    vm low = vm_lt(p, vf_set1(-64.0f));
    vf factor = math_exp(vf_select(low, vf_add(p, vf_set1(37.0f)), p));
    return (scaled_exp){factor, vf_select(low, vf_set1(0.0f), factor), low};
}

/* e^(p + p_lo), |p_lo| so small that e^p_lo = 1 + p_lo. */
VACT_INLINE scaled_exp scaled_exp_of_pair(vf p, vf p_lo)
{
    scaled_exp e = scaled_exp_of(p);
    e.factor = vf_fma(e.factor, p_lo, e.factor);
    e.plain = vf_fma(e.plain, p_lo, e.plain);
    return e;
}

VACT_INLINE vf scaled_last(scaled_exp e, vf product)
{
    return vf_select(e.low, vf_mul(product, vf_set1(0x1.898472p-54f)), product);
}

#endif
