/*
 * rise = e^r - 1 of the `fast` variant, for the functions made of e^x: x = n*ln 2 + r, n whole, |r| <= 0.347, and
 * e^x = 2^n + 2^n*rise. exp itself has a finer reduction (math/fast/exp.h).
 *
 * n is rounded by adding VF_POWER_SHIFT, so large that the sum has no fraction; n is then in its low bits. ln 2 is two
 * floats; n times the first is exact, so that r has an error of half an ULP. rise = r + r*(r*q(r)): the rounded terms
 * are small against r, which makes the result monotone (e^r = 1 + r*p(r) is not, for 2883 inputs); 2^n*rise + 2^n is
 * rounded once.
 */
#ifndef VACT_MATH_FAST_EXP_RISE_H
#define VACT_MATH_FAST_EXP_RISE_H

#include "math/common/constants.h"
#include "math/common/horner.h"
#include "math/common/pair.h"
#include "math/fast/subnormal.h"

typedef struct {
    vf shifted; /* n + shift */
    vf n;
    vf r;
} fast_reduced;

/* |x*log2(e)| <= 2^21. For NaN r is NaN. */
VACT_INLINE fast_reduced fast_reduce_by(vf x, vf shift)
{
    fast_reduced parts;
    parts.shifted = vf_fma(x, vf_set1(MATH_LOG2E), shift);
    parts.n = vf_sub(parts.shifted, shift);
    vf r = vf_fnma(parts.n, vf_set1(MATH_LN2_HI), x);
    parts.r = vf_fnma(parts.n, vf_set1(MATH_LN2_LO), r);
    return parts;
}

VACT_INLINE fast_reduced fast_reduce(vf x) { return fast_reduce_by(x, vf_set1(VF_POWER_SHIFT)); }

/* (e^r - 1 - r)/r^2 (docs/approximations/exp.sollya; the last bits by exp_search.c). */
VACT_INLINE vf fast_exp_curve(vf r)
{
    return horner4(r, 0x1.69486ep-10f, 0x1.124e98p-7f, 0x1.5559ecp-5f, 0x1.555466p-3f, 0x1.fffffap-2f);
}

/* e^r - 1 */
#ifndef MATH_SHORT
VACT_INLINE vf fast_exp_rise(vf r) { return vf_fma(vf_mul(r, fast_exp_curve(r)), r, r); }
#else
VACT_INLINE vf fast_exp_rise(vf r) { return vf_mul(terms_exp_slope(r), r); }
#endif

/* e^x for x < -40, else e^-40. Computed times 2^149, as the result may be subnormal. */
VACT_INLINE vf fast_exp_low(vf x)
{
    fast_reduced parts =
        fast_reduce_by(vf_max(vf_set1(-104.0f), vf_min(vf_set1(-40.0f), x)), vf_set1(VF_POWER_SHIFT + 149.0f));
    vf power = vf_power_of_two(parts.shifted);
    return fast_scale_down(vf_fma(power, fast_exp_rise(parts.r), power), 1.0f, 1.0f);
}

#endif
