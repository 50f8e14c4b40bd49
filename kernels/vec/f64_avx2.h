/* The vector layer of doubles (contract.h) on AVX2 with FMA: 4 lanes, masks as lanes of ones and zeros. */
#ifndef VACT_VEC_F64_AVX2_H
#define VACT_VEC_F64_AVX2_H

#include <immintrin.h>

#include "contract.h"

typedef __m256d vf;
typedef __m256d vm;
typedef __m256i vi;

enum { VF_LANES = 4 };

VACT_INLINE vf vf_set1(double a) { return _mm256_set1_pd(a); }
VACT_INLINE vf vf_load(const double *p) { return _mm256_loadu_pd(p); }
VACT_INLINE void vf_store(double *p, vf v) { _mm256_storeu_pd(p, v); }

VACT_INLINE __m256i vf_first_lanes(size_t n)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)n), _mm256_setr_epi64x(0, 1, 2, 3));
}

VACT_INLINE vf vf_load_partial(const double *p, size_t n) { return _mm256_maskload_pd(p, vf_first_lanes(n)); }
VACT_INLINE void vf_store_partial(double *p, vf v, size_t n) { _mm256_maskstore_pd(p, vf_first_lanes(n), v); }

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill)
{
    return _mm256_blendv_pd(fill, v, _mm256_castsi256_pd(vf_first_lanes(n)));
}

VACT_INLINE vf vf_add(vf a, vf b) { return a + b; }
VACT_INLINE vf vf_sub(vf a, vf b) { return a - b; }
VACT_INLINE vf vf_mul(vf a, vf b) { return a * b; }
VACT_INLINE vf vf_div(vf a, vf b) { return a / b; }
VACT_INLINE vf vf_sqrt(vf a) { return _mm256_sqrt_pd(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_pd(a, b, c); }
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return _mm256_fnmadd_pd(a, b, c); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return _mm256_fmsub_pd(a, b, c); }

VACT_INLINE vf vf_neg(vf a) { return _mm256_xor_pd(a, _mm256_set1_pd(-0.0)); }
VACT_INLINE vf vf_abs(vf a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
VACT_INLINE vf vf_flip_sign(vf a, vf sign) { return _mm256_xor_pd(a, _mm256_and_pd(_mm256_set1_pd(-0.0), sign)); }
VACT_INLINE vf vf_copysign(vf magnitude, vf sign) { return vf_flip_sign(vf_abs(magnitude), sign); }

VACT_INLINE vf vf_max(vf a, vf b) { return _mm256_max_pd(a, b); }
VACT_INLINE vf vf_min(vf a, vf b) { return _mm256_min_pd(a, b); }

VACT_INLINE vm vm_lt(vf a, vf b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
VACT_INLINE vm vm_le(vf a, vf b) { return _mm256_cmp_pd(a, b, _CMP_LE_OQ); }
VACT_INLINE vm vm_eq(vf a, vf b) { return _mm256_cmp_pd(a, b, _CMP_EQ_OQ); }
VACT_INLINE vm vm_and(vm a, vm b) { return _mm256_and_pd(a, b); }
VACT_INLINE vm vm_or(vm a, vm b) { return _mm256_or_pd(a, b); }

VACT_INLINE vf vf_select(vm m, vf a, vf b) { return _mm256_blendv_pd(b, a, m); }

VACT_INLINE int vm_any(vm m) { return _mm256_movemask_pd(m) != 0; }
VACT_INLINE int vm_all(vm m) { return _mm256_movemask_pd(m) == 15; }

VACT_INLINE vf vf_apart(vf a)
{
    __asm__("" : "+x"(a));
    return a;
}

/* A lane of ones is a NaN. */
VACT_INLINE vf vf_or_nan(vf a, vf b)
{
    return _mm256_blendv_pd(a, _mm256_set1_pd(__builtin_nan("")), _mm256_cmp_pd(b, b, _CMP_UNORD_Q));
}

VACT_INLINE vi vf_bits(vf a) { return _mm256_castpd_si256(a); }
VACT_INLINE vf vf_of_bits(vi i) { return _mm256_castsi256_pd(i); }

VACT_INLINE vi vi_set1(uint64_t a) { return _mm256_set1_epi64x((long long)a); }
VACT_INLINE vi vi_add(vi a, vi b) { return _mm256_add_epi64(a, b); }
VACT_INLINE vi vi_sub(vi a, vi b) { return _mm256_sub_epi64(a, b); }
VACT_INLINE vi vi_and(vi a, vi b) { return _mm256_and_si256(a, b); }
VACT_INLINE vi vi_shift_left(vi a, int n) { return (vi)((__v4du)a << n); }
VACT_INLINE vi vi_shift_right(vi a, int n) { return (vi)((__v4du)a >> n); }

/* With a source and a mask: GCC's other intrinsic reads a register that was never written. */
VACT_INLINE vf vf_gather(const double *table, vi i)
{
    const vf zero = _mm256_setzero_pd();
    return _mm256_mask_i64gather_pd(zero, table, i, _mm256_cmp_pd(zero, zero, _CMP_EQ_OQ), 8);
}

#include "f64_generic.h"

#endif
