/*
 * The transcendental functions of the `sleef` variant: SLEEF's, called by the names for one instruction set.
 * The Sleef_finz_ family gives the same bits on AVX2, AVX-512, NEON and scalar FMA (SLEEF 3.5.1; a test hashes
 * them). A CPU without FMA uses Sleef_cinz_*_purec, whose bits differ: the only exception to the same bits.
 * SLEEF's dispatching entry points are never called: they probe the CPU by catching SIGILL.
 *
 * SLEEF states an error of at most 1.0 ULP for exp, expm1, log1p, tanh and erf; docs/accuracy.md has what was measured
 * for the operations. Included after a header of vec/.
 */
#ifndef VACT_MATH_SLEEF_FUNCTIONS_H
#define VACT_MATH_SLEEF_FUNCTIONS_H

#include <math.h>

#include <sleef.h>

#if defined(VACT_VEC_F32_AVX512_H)
VACT_INLINE vf sleef_exp(vf x) { return Sleef_finz_expf16_u10avx512f(x); }
VACT_INLINE vf sleef_expm1(vf x) { return Sleef_finz_expm1f16_u10avx512f(x); }
VACT_INLINE vf sleef_log1p(vf x) { return Sleef_finz_log1pf16_u10avx512f(x); }
VACT_INLINE vf sleef_tanh(vf x) { return Sleef_finz_tanhf16_u10avx512f(x); }
VACT_INLINE vf sleef_erf(vf x) { return Sleef_finz_erff16_u10avx512f(x); }
#elif defined(VACT_VEC_F32_AVX2_H)
VACT_INLINE vf sleef_exp(vf x) { return Sleef_finz_expf8_u10avx2(x); }
VACT_INLINE vf sleef_expm1(vf x) { return Sleef_finz_expm1f8_u10avx2(x); }
VACT_INLINE vf sleef_log1p(vf x) { return Sleef_finz_log1pf8_u10avx2(x); }
VACT_INLINE vf sleef_tanh(vf x) { return Sleef_finz_tanhf8_u10avx2(x); }
VACT_INLINE vf sleef_erf(vf x) { return Sleef_finz_erff8_u10avx2(x); }
#elif defined(VACT_VEC_F32_NEON_H)
VACT_INLINE vf sleef_exp(vf x) { return Sleef_finz_expf4_u10advsimd(x); }
VACT_INLINE vf sleef_expm1(vf x) { return Sleef_finz_expm1f4_u10advsimd(x); }
VACT_INLINE vf sleef_log1p(vf x) { return Sleef_finz_log1pf4_u10advsimd(x); }
VACT_INLINE vf sleef_tanh(vf x) { return Sleef_finz_tanhf4_u10advsimd(x); }
VACT_INLINE vf sleef_erf(vf x) { return Sleef_finz_erff4_u10advsimd(x); }
#elif defined(__FMA__) || defined(__aarch64__)
VACT_INLINE vf sleef_exp(vf x) { return Sleef_finz_expf1_u10purecfma(x); }
VACT_INLINE vf sleef_expm1(vf x) { return Sleef_finz_expm1f1_u10purecfma(x); }
VACT_INLINE vf sleef_log1p(vf x) { return Sleef_finz_log1pf1_u10purecfma(x); }
VACT_INLINE vf sleef_tanh(vf x) { return Sleef_finz_tanhf1_u10purecfma(x); }
VACT_INLINE vf sleef_erf(vf x) { return Sleef_finz_erff1_u10purecfma(x); }
#else
VACT_INLINE vf sleef_exp(vf x) { return Sleef_cinz_expf1_u10purec(x); }
VACT_INLINE vf sleef_expm1(vf x) { return Sleef_cinz_expm1f1_u10purec(x); }
VACT_INLINE vf sleef_log1p(vf x) { return Sleef_cinz_log1pf1_u10purec(x); }
VACT_INLINE vf sleef_tanh(vf x) { return Sleef_cinz_tanhf1_u10purec(x); }
VACT_INLINE vf sleef_erf(vf x) { return Sleef_cinz_erff1_u10purec(x); }
#endif

/*
 * The functions as the activations call them. The result for a tiny x is the limit, within 0.25 ULP or the nearest
 * float, and SLEEF gets 0 in its place: the square of a tiny x would be subnormal, which costs some processors 150
 * cycles.
 */
VACT_INLINE vf math_exp(vf x)
{
    vm tiny = vm_lt(vf_abs(x), vf_set1(0x1p-30f));
    return sleef_exp(vf_select(tiny, vf_set1(0.0f), x));
}

VACT_INLINE vf math_expm1(vf x)
{
    vm tiny = vm_lt(vf_abs(x), vf_set1(0x1p-26f));
    return vf_select(tiny, x, sleef_expm1(vf_select(tiny, vf_set1(0.0f), x)));
}

VACT_INLINE vf math_log1p(vf x)
{
    vm tiny = vm_lt(vf_abs(x), vf_set1(0x1p-26f));
    return vf_select(tiny, x, sleef_log1p(vf_select(tiny, vf_set1(0.0f), x)));
}

VACT_INLINE vf math_tanh(vf x)
{
    vm tiny = vm_lt(vf_abs(x), vf_set1(0x1p-14f));
    return vf_select(tiny, x, sleef_tanh(vf_select(tiny, vf_set1(0.0f), x)));
}

/* 2/sqrt(pi)*x, rounded once */
VACT_INLINE vf math_erf(vf x)
{
    vm tiny = vm_lt(vf_abs(x), vf_set1(0x1p-14f));
    vf slope = vf_fma(x, vf_set1(0x1.20dd76p+0f), vf_mul(x, vf_set1(-0x1.f7ac92p-25f)));
    slope = vf_copysign(slope, x); /* of a zero */
    return vf_select(tiny, slope, sleef_erf(vf_select(tiny, vf_set1(0.0f), x)));
}

#endif
