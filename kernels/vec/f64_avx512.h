/* The vector layer of doubles (contract.h) on AVX-512 F and DQ: 8 lanes, masks in mask registers. */
#ifndef VACT_VEC_F64_AVX512_H
#define VACT_VEC_F64_AVX512_H

#include <immintrin.h>

#include "contract.h"

typedef __m512d vf;
typedef __mmask8 vm;
typedef __m512i vi;

enum { VF_LANES = 8 };

VACT_INLINE vf vf_set1(double a) { return _mm512_set1_pd(a); }
VACT_INLINE vf vf_load(const double *p) { return _mm512_loadu_pd(p); }
VACT_INLINE void vf_store(double *p, vf v) { _mm512_storeu_pd(p, v); }

VACT_INLINE __mmask8 vf_first_lanes(size_t n) { return (__mmask8)((1u << n) - 1u); }

VACT_INLINE vf vf_load_partial(const double *p, size_t n) { return _mm512_maskz_loadu_pd(vf_first_lanes(n), p); }
VACT_INLINE void vf_store_partial(double *p, vf v, size_t n) { _mm512_mask_storeu_pd(p, vf_first_lanes(n), v); }

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill) { return _mm512_mask_blend_pd(vf_first_lanes(n), fill, v); }

VACT_INLINE vf vf_add(vf a, vf b) { return a + b; }
VACT_INLINE vf vf_sub(vf a, vf b) { return a - b; }
VACT_INLINE vf vf_mul(vf a, vf b) { return a * b; }
VACT_INLINE vf vf_div(vf a, vf b) { return a / b; }
VACT_INLINE vf vf_sqrt(vf a) { return _mm512_sqrt_pd(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_pd(a, b, c); }
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return _mm512_fnmadd_pd(a, b, c); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return _mm512_fmsub_pd(a, b, c); }

VACT_INLINE vf vf_neg(vf a) { return _mm512_xor_pd(a, _mm512_set1_pd(-0.0)); }
VACT_INLINE vf vf_abs(vf a) { return _mm512_andnot_pd(_mm512_set1_pd(-0.0), a); }

VACT_INLINE vf vf_copysign(vf magnitude, vf sign)
{
    /* 0xd8: the bit of the second where the third is set, else of the first */
    __m512i bit = _mm512_castpd_si512(_mm512_set1_pd(-0.0));
    return _mm512_castsi512_pd(
        _mm512_ternarylogic_epi64(_mm512_castpd_si512(magnitude), _mm512_castpd_si512(sign), bit, 0xd8));
}

VACT_INLINE vf vf_flip_sign(vf a, vf sign) { return _mm512_xor_pd(a, _mm512_and_pd(_mm512_set1_pd(-0.0), sign)); }

VACT_INLINE vf vf_max(vf a, vf b) { return _mm512_max_pd(a, b); }
VACT_INLINE vf vf_min(vf a, vf b) { return _mm512_min_pd(a, b); }

VACT_INLINE vm vm_lt(vf a, vf b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
VACT_INLINE vm vm_le(vf a, vf b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
VACT_INLINE vm vm_eq(vf a, vf b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
VACT_INLINE vm vm_and(vm a, vm b) { return (vm)(a & b); }
VACT_INLINE vm vm_or(vm a, vm b) { return (vm)(a | b); }

VACT_INLINE vf vf_select(vm m, vf a, vf b) { return _mm512_mask_blend_pd(m, b, a); }

VACT_INLINE int vm_any(vm m) { return m != 0; }
VACT_INLINE int vm_all(vm m) { return m == 0xff; }

VACT_INLINE vf vf_apart(vf a)
{
    __asm__("" : "+v"(a));
    return a;
}

VACT_INLINE vf vf_or_nan(vf a, vf b)
{
    return _mm512_mask_mov_pd(_mm512_set1_pd(__builtin_nan("")), _mm512_cmp_pd_mask(b, b, _CMP_ORD_Q), a);
}

/* Where nothing is inlined, GCC's intrinsics are macros, and those below convert a mask's sign (GCC 12). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

#define vf_scale vf_scale
VACT_INLINE vf vf_scale(vf v, vf n) { return _mm512_scalef_pd(v, n); }

#define vf_exponent vf_exponent
VACT_INLINE vf vf_exponent(vf a) { return _mm512_getexp_pd(a); }

#pragma GCC diagnostic pop

VACT_INLINE vi vf_bits(vf a) { return _mm512_castpd_si512(a); }
VACT_INLINE vf vf_of_bits(vi i) { return _mm512_castsi512_pd(i); }

VACT_INLINE vi vi_set1(uint64_t a) { return _mm512_set1_epi64((long long)a); }
VACT_INLINE vi vi_add(vi a, vi b) { return _mm512_add_epi64(a, b); }
VACT_INLINE vi vi_sub(vi a, vi b) { return _mm512_sub_epi64(a, b); }
VACT_INLINE vi vi_and(vi a, vi b) { return _mm512_and_si512(a, b); }
/* Not _mm512_slli_epi64, which accepts no variable where nothing is inlined. */
VACT_INLINE vi vi_shift_left(vi a, int n) { return (vi)((__v8du)a << n); }
VACT_INLINE vi vi_shift_right(vi a, int n) { return (vi)((__v8du)a >> n); }

/* Not _mm512_i64gather_pd, which is a macro where nothing is inlined and then converts pointers. */
VACT_INLINE vf vf_gather(const double *table, vi i)
{
    return _mm512_mask_i64gather_pd(_mm512_setzero_pd(), 0xff, i, (const void *)table, 8);
}

#include "f64_generic.h"

#endif
