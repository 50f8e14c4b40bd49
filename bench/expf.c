/*
 * SLEEF's expf over an array, one vector per turn, by the names that a program without vact would use. Compiled once
 * per build, as the kernels are: with that build's flags, its vec/ header included first on the command line and
 * VACT_BUILD defined as its name.
 */
#include <sleef.h>

#include "yardstick.h"

#if defined(VACT_VEC_F32_AVX512_H)
VACT_INLINE vf expf_u10(vf x) { return Sleef_expf16_u10avx512f(x); }
#elif defined(VACT_VEC_F32_AVX2_H)
VACT_INLINE vf expf_u10(vf x) { return Sleef_expf8_u10avx2(x); }
#elif defined(VACT_VEC_F32_NEON_H)
VACT_INLINE vf expf_u10(vf x) { return Sleef_expf4_u10advsimd(x); }
#else
VACT_INLINE vf expf_u10(vf x) { return Sleef_expf1_u10purec(x); }
#endif

#define JOIN_EXPANDED(a, b) a##b
#define JOIN(a, b) JOIN_EXPANDED(a, b)

yardstick_fn JOIN(vact_bench_expf_, VACT_BUILD);

void JOIN(vact_bench_expf_, VACT_BUILD)(float *dst, const float *src, size_t n)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, expf_u10(vf_load(src + i)));
    if (i < n)
        vf_store_partial(dst + i, expf_u10(vf_load_partial(src + i, n - i)), n - i);
}
