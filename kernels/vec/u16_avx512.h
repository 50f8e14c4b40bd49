/* Elements of 16 bits (u16_contract.h) on AVX-512: 32 in a register. */
#ifndef VACT_VEC_U16_AVX512_H
#define VACT_VEC_U16_AVX512_H

#include "u16_contract.h"

/* Where nothing is inlined, GCC's intrinsics are macros, and some convert a mask's sign (GCC 12). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

typedef __m512i vh;

VACT_INLINE vh vh_load(const void *p) { return _mm512_loadu_si512(p); }
VACT_INLINE void vh_store(void *p, vh v) { _mm512_storeu_si512(p, v); }
VACT_INLINE void vh_stream(void *p, vh v) { _mm512_stream_si512(p, v); }
VACT_INLINE vh vh_set1(uint16_t a) { return _mm512_set1_epi16((short)a); }

VACT_INLINE __mmask32 vh_first_lanes(size_t n) { return (__mmask32)((1ull << n) - 1u); }

VACT_INLINE vh vh_load_partial(const void *p, size_t n, uint16_t fill)
{
    return _mm512_mask_loadu_epi16(vh_set1(fill), vh_first_lanes(n), p);
}

VACT_INLINE void vh_store_partial(void *p, vh v, size_t n) { _mm512_mask_storeu_epi16(p, vh_first_lanes(n), v); }

VACT_INLINE vh vh_replace_equal(vh y, vh x, vh at, vh by)
{
    return _mm512_mask_mov_epi16(y, _mm512_cmpeq_epi16_mask(x, at), by);
}

VACT_INLINE vh vh_clamp(vh y, vh end, vh most)
{
    return _mm512_add_epi16(end, _mm512_min_epu16(_mm512_sub_epi16(y, end), most));
}

VACT_INLINE vh vh_replace_in(vh y, vh x, vh start, vh width, vh by)
{
    return _mm512_mask_mov_epi16(y, _mm512_cmple_epu16_mask(_mm512_sub_epi16(x, start), width), by);
}

VACT_INLINE void vh_widen(vh v, vf *a, vf *b)
{
    *a = _mm512_castsi512_ps(_mm512_slli_epi32(v, 16));
    *b = _mm512_castsi512_ps(_mm512_and_si512(v, _mm512_set1_epi32((int)0xffff0000)));
}

VACT_INLINE vh vh_of_upper(vf a, vf b)
{
    return _mm512_mask_mov_epi16(_mm512_srli_epi32(_mm512_castps_si512(a), 16), 0xaaaaaaaa, _mm512_castps_si512(b));
}

/* One permutation each, where a conversion takes two operations more. */
VACT_INLINE vf vh_upper_of(__m256i v)
{
    const __m512i places = _mm512_set_epi16(15, 0, 14, 0, 13, 0, 12, 0, 11, 0, 10, 0, 9, 0, 8, 0, 7, 0, 6, 0, 5, 0, 4,
                                            0, 3, 0, 2, 0, 1, 0, 0, 0);
    return _mm512_castsi512_ps(_mm512_maskz_permutexvar_epi16(0xaaaaaaaa, places, _mm512_castsi256_si512(v)));
}

VACT_INLINE __m256i vh_upper_to(vf a)
{
    const __m512i places = _mm512_set_epi16(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1, 31, 29, 27, 25,
                                            23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    return _mm512_castsi512_si256(_mm512_permutexvar_epi16(places, _mm512_castps_si512(a)));
}
VACT_INLINE vf vh_widen_first(vh v) { return vh_upper_of(_mm512_castsi512_si256(v)); }
VACT_INLINE vh vh_first_of_upper(vf a) { return _mm512_castsi256_si512(vh_upper_to(a)); }
VACT_INLINE vf vh_load_upper(const void *p) { return vh_upper_of(_mm256_loadu_si256((const __m256i *)p)); }
VACT_INLINE void vh_store_upper(void *p, vf a) { _mm256_storeu_si256((__m256i *)p, vh_upper_to(a)); }

/* A division takes 10 cycles or more, this 3.5. The estimate of 1/b is off by a factor 1 + e, |e| <= 2^-14, and e
 * differs between CPUs. The last step leaves e^2 of it. The signs are such that a quotient -0 stays. */
VACT_INLINE vf vh_quotient(vf a, vf b)
{
    const vf inverse = _mm512_rcp14_ps(b), near = vf_mul(a, inverse);
    return vf_fnma(vf_fms(near, b, a), inverse, near);
}

VACT_INLINE void vh_widen_half(vh v, vf *a, vf *b)
{
    *a = _mm512_cvtph_ps(_mm512_castsi512_si256(v));
    *b = _mm512_cvtph_ps(_mm512_extracti64x4_epi64(v, 1));
}

VACT_INLINE vh vh_of_half(vf a, vf b)
{
    const __m256i first = _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT);
    return _mm512_inserti64x4(_mm512_castsi256_si512(first), _mm512_cvtps_ph(b, _MM_FROUND_TO_NEAREST_INT), 1);
}

/* In halves of the register: nothing need be moved between them. */
VACT_INLINE void vh_load_half(const void *p, vf *a, vf *b)
{
    *a = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
    *b = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p + 1));
}

VACT_INLINE void vh_store_half(void *p, vf a, vf b)
{
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
    _mm256_storeu_si256((__m256i *)p + 1, _mm512_cvtps_ph(b, _MM_FROUND_TO_NEAREST_INT));
}

VACT_INLINE vf vh_load_half_first(const void *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }

VACT_INLINE void vh_store_half_first(void *p, vf a)
{
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
}

#pragma GCC diagnostic pop

#endif
