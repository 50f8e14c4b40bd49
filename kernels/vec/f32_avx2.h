/* The vector layer (contract.h) on AVX2 and FMA: 8 lanes. */
#ifndef VACT_VEC_F32_AVX2_H
#define VACT_VEC_F32_AVX2_H

#include <immintrin.h>
#include <limits.h>

#include "contract.h"

typedef __m256 vf;
typedef __m256 vm; /* all bits of a lane set or clear */
typedef __m256i vi;

enum { VF_LANES = 8, VF_STREAMS = 1 };

VACT_INLINE vf vf_set1(float a) { return _mm256_set1_ps(a); }
VACT_INLINE vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
VACT_INLINE void vf_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
VACT_INLINE void vf_stream(float *p, vf v) { _mm256_stream_ps(p, v); }
VACT_INLINE void vf_stream_end(void) { _mm_sfence(); }

/* A mask of the first n lanes: a window over eight ones and eight zeros. */
VACT_INLINE __m256i vf_first_lanes(size_t n)
{
    static const int window[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    return _mm256_loadu_si256((const __m256i *)(const void *)(window + 8 - n));
}

VACT_INLINE vf vf_load_partial(const float *p, size_t n) { return _mm256_maskload_ps(p, vf_first_lanes(n)); }
VACT_INLINE void vf_store_partial(float *p, vf v, size_t n) { _mm256_maskstore_ps(p, vf_first_lanes(n), v); }

/* Within the halves of each vector; the quarters are in the order 0, 2, 1, 3. */
#define vf_load_pairs_mixed vf_load_pairs_mixed
VACT_INLINE void vf_load_pairs_mixed(const float *p, vf *a, vf *b)
{
    vf first = vf_load(p), second = vf_load(p + 8);
    *a = _mm256_shuffle_ps(first, second, 0x88);
    *b = _mm256_shuffle_ps(first, second, 0xdd);
}

VACT_INLINE vf vf_unmixed(vf v) { return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8)); }

VACT_INLINE void vf_load_pairs(const float *p, vf *a, vf *b)
{
    vf_load_pairs_mixed(p, a, b);
    *a = vf_unmixed(*a);
    *b = vf_unmixed(*b);
}

VACT_INLINE void vf_store_pairs(float *p, vf a, vf b)
{
    vf low = _mm256_unpacklo_ps(a, b), high = _mm256_unpackhi_ps(a, b);
    vf_store(p, _mm256_permute2f128_ps(low, high, 0x20));
    vf_store(p + 8, _mm256_permute2f128_ps(low, high, 0x31));
}

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill)
{
    return _mm256_blendv_ps(fill, v, _mm256_castsi256_ps(vf_first_lanes(n)));
}

/* Two bits for each of four lanes, the lowest first: 0x4e is 2, 3, 0, 1 and 0xb1 is 1, 0, 3, 2. */
VACT_INLINE vf vf_exchange(vf v, size_t d)
{
    if (d == 4)
        return _mm256_permute2f128_ps(v, v, 0x01);
    return d == 2 ? _mm256_permute_ps(v, 0x4e) : _mm256_permute_ps(v, 0xb1);
}

VACT_INLINE void vf_exchange_pair(vf *a, vf *b, size_t d)
{
    const vf x = *a, y = *b;
    if (d == 4) {
        *a = _mm256_permute2f128_ps(x, y, 0x20);
        *b = _mm256_permute2f128_ps(x, y, 0x31);
    } else if (d == 2) {
        *a = _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(x), _mm256_castps_pd(y)));
        *b = _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(x), _mm256_castps_pd(y)));
    } else {
        *a = _mm256_blend_ps(x, _mm256_moveldup_ps(y), 0xaa);
        *b = _mm256_blend_ps(_mm256_movehdup_ps(x), y, 0xaa);
    }
}

/* Operators, not intrinsics: they are what these are made of, but follow the pragmas of vact/inline.h. */
VACT_INLINE vf vf_add(vf a, vf b) { return a + b; }
VACT_INLINE vf vf_sub(vf a, vf b) { return a - b; }
VACT_INLINE vf vf_mul(vf a, vf b) { return a * b; }
VACT_INLINE vf vf_div(vf a, vf b) { return a / b; }
VACT_INLINE vf vf_sqrt(vf a) { return _mm256_sqrt_ps(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return _mm256_fmsub_ps(a, b, c); }

VACT_INLINE vf vf_neg(vf a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }
VACT_INLINE vf vf_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }

VACT_INLINE vf vf_copysign(vf magnitude, vf sign)
{
    return _mm256_or_ps(vf_abs(magnitude), _mm256_and_ps(_mm256_set1_ps(-0.0f), sign));
}

VACT_INLINE vf vf_flip_sign(vf a, vf sign) { return _mm256_xor_ps(a, _mm256_and_ps(_mm256_set1_ps(-0.0f), sign)); }

/* The contract follows these instructions: the second operand where either is NaN or both are zeros. */
VACT_INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
VACT_INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }

VACT_INLINE vm vm_lt(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
VACT_INLINE vm vm_le(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
VACT_INLINE vm vm_eq(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }

/* The bits of magnitudes order as integers do: one comparison serves both ends. It is signed, hence the shift by 2^31.
 */
VACT_INLINE vm vm_outside(vf x, float low, float high)
{
    __m256i least = _mm256_castps_si256(_mm256_set1_ps(low)), most = _mm256_castps_si256(_mm256_set1_ps(high));
    __m256i lowest = _mm256_set1_epi32(INT_MIN);
    __m256i above = _mm256_sub_epi32(_mm256_castps_si256(vf_abs(x)), _mm256_add_epi32(least, lowest));
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(above, _mm256_add_epi32(_mm256_sub_epi32(most, least), lowest)));
}

VACT_INLINE vm vm_and(vm a, vm b) { return _mm256_and_ps(a, b); }
VACT_INLINE vm vm_or(vm a, vm b) { return _mm256_or_ps(a, b); }

VACT_INLINE vm vm_bytes(const unsigned char *p)
{
    const __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(bytes, _mm256_setzero_si256()));
}

/* All bits of the lanes left out set: a comparison with 0 gives these. */
typedef __m256 vk;

#define vk_bytes vk_bytes
VACT_INLINE vk vk_bytes(const unsigned char *p)
{
    const __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(bytes, _mm256_setzero_si256()));
}

/* One comparison for four, through memory: each vector is then one operation, where bytes from the upper part of a
 * register would take two. Softmax with `keep` takes 0.95 of the time. */
#define vk_bytes_of_four vk_bytes_of_four
VACT_INLINE void vk_bytes_of_four(const unsigned char *p, vk *k)
{
    _Alignas(32) unsigned char left_out[32];
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)p);
    _mm256_store_si256((__m256i *)(void *)left_out, _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
    __asm__("" : "+m"(left_out)); /* else the compiler takes them from the register */
    for (size_t i = 0; i < 4; i++) {
        const __m128i eight = _mm_loadl_epi64((const __m128i *)(const void *)(left_out + 8 * i));
        k[i] = _mm256_castsi256_ps(_mm256_cvtepi8_epi32(eight));
    }
}

#define vf_kept vf_kept
VACT_INLINE vf vf_kept(vk k, vf a) { return _mm256_andnot_ps(k, a); }

/* For vact/inline.h, which has VACT_NULL: Clang under -fno-honor-nans would make a maximum of a comparison and a blend.
 * It must not see the one from the other. */
VACT_INLINE vf vf_select(vm m, vf a, vf b)
{
#if defined(__clang__) && defined(VACT_NULL)
    __asm__("" : "+x"(m));
#endif
    return _mm256_blendv_ps(b, a, m);
}

/* One operation; the blend takes two or three. */
#define vf_where vf_where
VACT_INLINE vf vf_where(vm m, vf a) { return _mm256_and_ps(m, a); }

VACT_INLINE vf vf_add_where(vm m, vf a, vf b) { return a + _mm256_and_ps(m, b); }

VACT_INLINE int vm_any(vm m) { return _mm256_movemask_ps(m) != 0; }
VACT_INLINE int vm_all(vm m) { return _mm256_movemask_ps(m) == 0xff; }

VACT_INLINE vf vf_apart(vf a)
{
    __asm__("" : "+x"(a));
    return a;
}

/* All bits set is a quiet NaN. */
VACT_INLINE vf vf_or_nan(vf a, vf b) { return _mm256_or_ps(a, _mm256_cmp_ps(b, b, _CMP_UNORD_Q)); }

/* The larger magnitude, compared as integers: with vf_max a NaN may hide a number, or a number a NaN. */
VACT_INLINE __m256i vi_larger_magnitude(vf a, vf b)
{
    return _mm256_max_epi32(_mm256_castps_si256(vf_abs(a)), _mm256_castps_si256(vf_abs(b)));
}

VACT_INLINE int vm_any_of_four_beyond(vf a, vf b, vf c, vf d, float high)
{
    __m256i most = _mm256_max_epi32(vi_larger_magnitude(a, b), vi_larger_magnitude(c, d));
    return vm_any(_mm256_castsi256_ps(_mm256_cmpgt_epi32(most, _mm256_castps_si256(_mm256_set1_ps(high)))));
}

VACT_INLINE __m256i vi_smaller_magnitude(vf a, vf b)
{
    return _mm256_min_epi32(_mm256_castps_si256(vf_abs(a)), _mm256_castps_si256(vf_abs(b)));
}

VACT_INLINE int vm_any_of_four_below(vf a, vf b, vf c, vf d, float low)
{
    __m256i least = _mm256_min_epi32(vi_smaller_magnitude(a, b), vi_smaller_magnitude(c, d));
    return vm_any(_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_castps_si256(_mm256_set1_ps(low)), least)));
}

VACT_INLINE vi vf_bits(vf a) { return _mm256_castps_si256(a); }
VACT_INLINE vf vf_of_bits(vi i) { return _mm256_castsi256_ps(i); }
VACT_INLINE vi vi_round(vf a) { return _mm256_cvtps_epi32(a); }
VACT_INLINE vf vf_of_int(vi i) { return _mm256_cvtepi32_ps(i); }

VACT_INLINE vi vi_set1(unsigned a) { return _mm256_set1_epi32((int)a); }
VACT_INLINE vi vi_add(vi a, vi b) { return _mm256_add_epi32(a, b); }
VACT_INLINE vi vi_sub(vi a, vi b) { return _mm256_sub_epi32(a, b); }
VACT_INLINE vi vi_add_where(vm m, vi a, vi b) { return vi_add(a, _mm256_and_si256(vf_bits(m), b)); }
VACT_INLINE vi vi_max(vi a, vi b) { return _mm256_max_epu32(a, b); }
VACT_INLINE vi vi_shift_left(vi a, int n) { return _mm256_slli_epi32(a, n); }
VACT_INLINE vi vi_shift_right(vi a, int n) { return _mm256_srli_epi32(a, n); }

VACT_INLINE vf vf_look_up(const float *table, vi i) { return _mm256_permutevar8x32_ps(_mm256_load_ps(table), i); }

/* The fourth bit of i in the place of a sign chooses the half. */
VACT_INLINE vf vf_look_up_16(const float *table, vi i)
{
    return _mm256_blendv_ps(vf_look_up(table, i), vf_look_up(table + 8, i), vf_of_bits(vi_shift_left(i, 28)));
}

/* The XOR of the two tables is a constant: one more XOR combines the look-ups, where a blend takes three operations.
 * gelu has seven of these in a row. */
#define vf_look_up_either vf_look_up_either
VACT_INLINE vf vf_look_up_either(vm m, const float tables[2][8], vi i)
{
    vf change = _mm256_xor_ps(_mm256_load_ps(tables[0]), _mm256_load_ps(tables[1]));
    vi first_elsewhere = _mm256_and_si256(vf_bits(m), i);
    return _mm256_xor_ps(vf_look_up(tables[0], i), _mm256_permutevar8x32_ps(change, first_elsewhere));
}

VACT_INLINE vi vi_look_up(const unsigned char *cells, vi i)
{
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)cells)), i);
}

/* As in math/fast/exp.h, but without its blend, which costs 6 % of the time of exp(-95): w and `elsewhere` are each 0
 * in the other's lanes. Where rise is infinite or NaN, `sum` only sets exponent bits that are set already. */
#define fast_exp_sum fast_exp_sum
VACT_INLINE vf fast_exp_sum(vm low, vf power, vf rise)
{
    vf raised = vf_of_bits(vi_add(vf_bits(power), vi_set1(156u << 23)));
    vf w = _mm256_and_ps(low, raised), elsewhere = _mm256_andnot_ps(low, power);
    vi sum = vi_add(vi_round(w), vi_round(vf_fma(w, rise, vf_set1(64.0f))));
    return _mm256_or_ps(vf_fma(elsewhere, rise, elsewhere), vf_of_bits(vi_shift_right(sum, 7)));
}

#include "f32_generic.h"

#endif
