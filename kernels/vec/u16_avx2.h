/* Elements of 16 bits (u16_contract.h) on AVX2 and F16C: 16 in a register. */
#ifndef VACT_VEC_U16_AVX2_H
#define VACT_VEC_U16_AVX2_H

#include "u16_contract.h"

typedef __m256i vh;

VACT_INLINE vh vh_load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
VACT_INLINE void vh_store(void *p, vh v) { _mm256_storeu_si256((__m256i *)p, v); }
VACT_INLINE void vh_stream(void *p, vh v) { _mm256_stream_si256((__m256i *)p, v); }
VACT_INLINE vh vh_set1(uint16_t a) { return _mm256_set1_epi16((short)a); }

VACT_INLINE vh vh_load_partial(const void *p, size_t n, uint16_t fill)
{
    uint16_t elements[16];
    vh_store(elements, vh_set1(fill));
    memcpy(elements, p, n * sizeof *elements);
    return vh_load(elements);
}

VACT_INLINE void vh_store_partial(void *p, vh v, size_t n)
{
    uint16_t elements[16];
    vh_store(elements, v);
    memcpy(p, elements, n * sizeof *elements);
}

VACT_INLINE vh vh_replace_equal(vh y, vh x, vh at, vh by)
{
    return _mm256_blendv_epi8(y, by, _mm256_cmpeq_epi16(x, at));
}

VACT_INLINE vh vh_clamp(vh y, vh end, vh most)
{
    return _mm256_add_epi16(end, _mm256_min_epu16(_mm256_sub_epi16(y, end), most));
}

/* Signed comparisons serve unsigned numbers that are 2^15 off. Where `by` is 0 one operation is left of the choice. */
VACT_INLINE vh vh_replace_in(vh y, vh x, vh start, vh width, vh by)
{
    const vh shift = vh_set1(0x8000);
    const vh beyond =
        _mm256_cmpgt_epi16(_mm256_sub_epi16(x, _mm256_add_epi16(start, shift)), _mm256_add_epi16(width, shift));
    return _mm256_or_si256(_mm256_and_si256(beyond, y), _mm256_andnot_si256(beyond, by));
}

VACT_INLINE void vh_widen(vh v, vf *a, vf *b)
{
    *a = _mm256_castsi256_ps(_mm256_slli_epi32(v, 16));
    *b = _mm256_castsi256_ps(_mm256_and_si256(v, _mm256_set1_epi32((int)0xffff0000)));
}

VACT_INLINE vh vh_of_upper(vf a, vf b)
{
    return _mm256_blend_epi16(_mm256_srli_epi32(_mm256_castps_si256(a), 16), _mm256_castps_si256(b), 0xaa);
}

VACT_INLINE vf vh_upper_of(__m128i v) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(v), 16)); }

VACT_INLINE __m128i vh_upper_to(vf a)
{
    const __m256i upper = _mm256_srli_epi32(_mm256_castps_si256(a), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(upper), _mm256_extracti128_si256(upper, 1));
}

VACT_INLINE vf vh_widen_first(vh v) { return vh_upper_of(_mm256_castsi256_si128(v)); }
VACT_INLINE vh vh_first_of_upper(vf a) { return _mm256_castsi128_si256(vh_upper_to(a)); }
VACT_INLINE vf vh_load_upper(const void *p) { return vh_upper_of(_mm_loadu_si128((const __m128i *)p)); }
VACT_INLINE void vh_store_upper(void *p, vf a) { _mm_storeu_si128((__m128i *)p, vh_upper_to(a)); }

VACT_INLINE vf vh_quotient(vf a, vf b) { return vf_div(a, b); }

#ifdef __F16C__
VACT_INLINE void vh_widen_half(vh v, vf *a, vf *b)
{
    *a = _mm256_cvtph_ps(_mm256_castsi256_si128(v));
    *b = _mm256_cvtph_ps(_mm256_extracti128_si256(v, 1));
}

VACT_INLINE vh vh_of_half(vf a, vf b)
{
    const __m128i first = _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(first), _mm256_cvtps_ph(b, _MM_FROUND_TO_NEAREST_INT), 1);
}

VACT_INLINE void vh_load_half(const void *p, vf *a, vf *b)
{
    *a = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
    *b = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p + 1));
}

VACT_INLINE void vh_store_half(void *p, vf a, vf b)
{
    _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
    _mm_storeu_si128((__m128i *)p + 1, _mm256_cvtps_ph(b, _MM_FROUND_TO_NEAREST_INT));
}

VACT_INLINE vf vh_load_half_first(const void *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }

VACT_INLINE void vh_store_half_first(void *p, vf a)
{
    _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
}
#endif

#endif
