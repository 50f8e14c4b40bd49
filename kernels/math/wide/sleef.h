/*
 * The functions of the set `sleef` on double lanes: SLEEF's, by the names of vact's own. Low parts of arguments enter
 * as linear terms. The Sleef_finz_ family gives the same bits on AVX2, AVX-512, NEON and scalar FMA (SLEEF 3.5.1); a
 * CPU without FMA uses Sleef_cinz_*_purec. The normal distribution has vact's polynomials with SLEEF's exponential,
 * since SLEEF's erfc ends where its result is subnormal.
 */
#ifndef VACT_MATH_WIDE_SLEEF_H
#define VACT_MATH_WIDE_SLEEF_H

#include <math.h>

#include <sleef.h>

#include "math/wide/number.h"

#if defined(VACT_VEC_F64_AVX512_H)
#define WIDE_SLEEF(function) Sleef_finz_##function##d8_u10avx512f
#elif defined(VACT_VEC_F64_AVX2_H)
#define WIDE_SLEEF(function) Sleef_finz_##function##d4_u10avx2
#elif defined(VACT_VEC_F64_NEON_H)
#define WIDE_SLEEF(function) Sleef_finz_##function##d2_u10advsimd
#elif defined(__FMA__) || defined(__aarch64__)
#define WIDE_SLEEF(function) Sleef_finz_##function##d1_u10purecfma
#else
#define WIDE_SLEEF(function) Sleef_cinz_##function##d1_u10purec
#endif

/* f(x) + low*f'(x) as a pair that counts as exact. */
VACT_INLINE vf_pair wide_linear(vf value, vf slope, vf low) { return pair_fast_sum(value, vf_mul(slope, low)); }

/* The argument is reduced by multiples of 256*ln 2, so that the result is far from the ends of the range. */
VACT_INLINE wide wide_exp(vf_pair x)
{
    const vf bound = vf_set1(3000.0), infinity = vf_set1(__builtin_inf()), zero = vf_set1(0.0);
    const vf hi = vf_min(bound, vf_max(vf_neg(bound), x.hi));
    const vf lo = vf_select(vm_eq(hi, x.hi), x.lo, zero);
    const vf k = vf_round(vf_mul(hi, vf_set1(0x1.71547652b82fep-8)));
    const vf first = vf_fnma(k, vf_set1(0x1.62e42fefap+7), hi); /* exact: 33 bits */
    const vf_pair r = pair_sum(first, vf_mul(k, vf_set1(-0x1.cf79abc9e3b3ap-32)));
    const vf e = WIDE_SLEEF(exp)(r.hi);
    vf_pair y = wide_linear(e, e, vf_add(r.lo, lo));
    y = pair_select(vm_le(infinity, vf_abs(x.hi)), pair_of(vf_select(vm_lt(x.hi, zero), zero, infinity)), y);
    return wide_scaled((vf_pair){vf_or_nan(y.hi, x.hi), y.lo}, vf_mul(k, vf_set1(256.0)));
}

/* |x| <= 700 */
VACT_INLINE vf_pair wide_expm1(vf_pair x)
{
    const vf e = WIDE_SLEEF(expm1)(x.hi);
    return wide_linear(e, vf_add(e, vf_set1(1.0)), x.lo);
}

/* z >= 0 */
VACT_INLINE vf_pair wide_log1p(vf_pair z)
{
    const vf one = vf_set1(1.0);
    return wide_linear(WIDE_SLEEF(log1p)(z.hi), vf_div(one, vf_add(one, z.hi)), z.lo);
}

VACT_INLINE vf_pair wide_tanh(vf_pair p)
{
    const vf t = WIDE_SLEEF(tanh)(p.hi);
    const vf lo = vf_select(vm_lt(vf_abs(p.hi), vf_set1(40.0)), p.lo, vf_set1(0.0)); /* that of an infinity is none */
    return wide_linear(t, vf_fnma(t, t, vf_set1(1.0)), lo);
}

#include "math/wide/of_exp.h"

#endif
