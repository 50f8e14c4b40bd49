/* The vector layer (contract.h) on AVX-512 F, BW, DQ and VL: 16 lanes, masks in mask registers. */
#ifndef VACT_VEC_F32_AVX512_H
#define VACT_VEC_F32_AVX512_H

#include <immintrin.h>

#include "contract.h"

typedef __m512 vf;
typedef __mmask16 vm;
typedef __m512i vi;

enum { VF_LANES = 16, VF_STREAMS = 1 };

VACT_INLINE vf vf_set1(float a) { return _mm512_set1_ps(a); }
VACT_INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
VACT_INLINE void vf_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
VACT_INLINE void vf_stream(float *p, vf v) { _mm512_stream_ps(p, v); }
VACT_INLINE void vf_stream_end(void) { _mm_sfence(); }

VACT_INLINE __mmask16 vf_first_lanes(size_t n) { return (__mmask16)((1u << n) - 1u); }

VACT_INLINE vf vf_load_partial(const float *p, size_t n) { return _mm512_maskz_loadu_ps(vf_first_lanes(n), p); }
VACT_INLINE void vf_store_partial(float *p, vf v, size_t n) { _mm512_mask_storeu_ps(p, vf_first_lanes(n), v); }

VACT_INLINE void vf_load_pairs(const float *p, vf *a, vf *b)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    vf first = vf_load(p), second = vf_load(p + 16);
    *a = _mm512_permutex2var_ps(first, even, second);
    *b = _mm512_permutex2var_ps(first, _mm512_add_epi32(even, _mm512_set1_epi32(1)), second);
}

VACT_INLINE void vf_store_pairs(float *p, vf a, vf b)
{
    const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    vf_store(p, _mm512_permutex2var_ps(a, first, b));
    vf_store(p + 16, _mm512_permutex2var_ps(a, _mm512_add_epi32(first, _mm512_set1_epi32(8)), b));
}

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill) { return _mm512_mask_blend_ps(vf_first_lanes(n), fill, v); }

/* Two bits for each of four lanes or quarters, the lowest first: 0x4e is 2, 3, 0, 1 and 0xb1 is 1, 0, 3, 2. */
VACT_INLINE vf vf_exchange(vf v, size_t d)
{
    if (d >= 4)
        return d == 8 ? _mm512_shuffle_f32x4(v, v, 0x4e) : _mm512_shuffle_f32x4(v, v, 0xb1);
    return d == 2 ? _mm512_permute_ps(v, 0x4e) : _mm512_permute_ps(v, 0xb1);
}

VACT_INLINE void vf_exchange_pair(vf *a, vf *b, size_t d)
{
    const vf x = *a, y = *b;
    if (d == 8) {
        *a = _mm512_shuffle_f32x4(x, y, 0x44);
        *b = _mm512_shuffle_f32x4(x, y, 0xee);
    } else if (d == 4) {
        *a = _mm512_mask_shuffle_f32x4(x, 0xf0f0, y, y, 0xb1);
        *b = _mm512_mask_shuffle_f32x4(y, 0x0f0f, x, x, 0xb1);
    } else if (d == 2) {
        *a = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(x), _mm512_castps_pd(y)));
        *b = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(x), _mm512_castps_pd(y)));
    } else {
        *a = _mm512_mask_moveldup_ps(x, 0xaaaa, y);
        *b = _mm512_mask_movehdup_ps(y, 0x5555, x);
    }
}

/* Operators, not intrinsics: they are what these are made of, but follow the pragmas of vact/inline.h. */
VACT_INLINE vf vf_add(vf a, vf b) { return a + b; }
VACT_INLINE vf vf_sub(vf a, vf b) { return a - b; }
VACT_INLINE vf vf_mul(vf a, vf b) { return a * b; }
VACT_INLINE vf vf_div(vf a, vf b) { return a / b; }
VACT_INLINE vf vf_sqrt(vf a) { return _mm512_sqrt_ps(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return _mm512_fmsub_ps(a, b, c); }

VACT_INLINE vf vf_neg(vf a) { return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f)); }
VACT_INLINE vf vf_abs(vf a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a); }

VACT_INLINE vf vf_copysign(vf magnitude, vf sign)
{
    /* 0xd8: the bit of the second where the third is set, else of the first */
    __m512i bit = _mm512_castps_si512(_mm512_set1_ps(-0.0f));
    return _mm512_castsi512_ps(
        _mm512_ternarylogic_epi32(_mm512_castps_si512(magnitude), _mm512_castps_si512(sign), bit, 0xd8));
}

VACT_INLINE vf vf_flip_sign(vf a, vf sign) { return _mm512_xor_ps(a, _mm512_and_ps(_mm512_set1_ps(-0.0f), sign)); }

/* The contract follows these instructions: the second operand where either is NaN or both are zeros. */
VACT_INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
VACT_INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }

VACT_INLINE vm vm_lt(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
VACT_INLINE vm vm_le(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
VACT_INLINE vm vm_eq(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }

/* The bits of magnitudes order as integers do: one comparison serves both ends. */
VACT_INLINE vm vm_outside(vf x, float low, float high)
{
    __m512i least = _mm512_castps_si512(_mm512_set1_ps(low)), most = _mm512_castps_si512(_mm512_set1_ps(high));
    __m512i above = _mm512_sub_epi32(_mm512_castps_si512(vf_abs(x)), least);
    return _mm512_cmpgt_epu32_mask(above, _mm512_sub_epi32(most, least));
}

VACT_INLINE vm vm_and(vm a, vm b) { return (vm)(a & b); }
VACT_INLINE vm vm_or(vm a, vm b) { return (vm)(a | b); }

VACT_INLINE vm vm_bytes(const unsigned char *p)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    return _mm_test_epi8_mask(bytes, bytes);
}

/* Of integers: so GCC makes one masked operation of an integer addition and this. */
#define vf_kept vf_kept
VACT_INLINE vf vf_kept(__mmask16 k, vf a)
{
    return _mm512_castsi512_ps(_mm512_maskz_mov_epi32(k, _mm512_castps_si512(a)));
}

/* For vact/inline.h, which has VACT_NULL: Clang under -fno-honor-nans would make a maximum of a comparison and a blend.
 * It must not see the one from the other. */
VACT_INLINE vf vf_select(vm m, vf a, vf b)
{
#if defined(__clang__) && defined(VACT_NULL)
    __asm__("" : "+Yk"(m));
#endif
    return _mm512_mask_blend_ps(m, b, a);
}

VACT_INLINE vf vf_add_where(vm m, vf a, vf b) { return _mm512_mask_add_ps(a, m, a, b); }

VACT_INLINE int vm_any(vm m) { return _cvtmask16_u32(m) != 0; }
VACT_INLINE int vm_all(vm m) { return _cvtmask16_u32(m) == 0xffff; }

VACT_INLINE vf vf_apart(vf a)
{
    __asm__("" : "+v"(a));
    return a;
}

VACT_INLINE vf vf_or_nan(vf a, vf b)
{
    return _mm512_mask_mov_ps(_mm512_set1_ps(__builtin_nanf("")), _mm512_cmp_ps_mask(b, b, _CMP_ORD_Q), a);
}

/* Where nothing is inlined, GCC's intrinsics are macros, and those below convert a mask's sign (GCC 12). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

/* 0x0b: the larger magnitude, without its sign. A quiet NaN loses to a number; a signalling one wins, and becomes
 * quiet, so a third vector could hide it. So only two vectors are combined at a time, and a NaN counts as beyond. */
VACT_INLINE int vm_any_of_four_beyond(vf a, vf b, vf c, vf d, float high)
{
    __mmask16 first = _mm512_cmp_ps_mask(_mm512_range_ps(a, b, 0x0b), _mm512_set1_ps(high), _CMP_NLE_UQ);
    __mmask16 second = _mm512_cmp_ps_mask(_mm512_range_ps(c, d, 0x0b), _mm512_set1_ps(high), _CMP_NLE_UQ);
    return !_kortestz_mask16_u8(first, second);
}

/* 0x0a: the smaller magnitude, likewise. */
VACT_INLINE int vm_any_of_four_below(vf a, vf b, vf c, vf d, float low)
{
    __mmask16 first = _mm512_cmp_ps_mask(_mm512_range_ps(a, b, 0x0a), _mm512_set1_ps(low), _CMP_NGE_UQ);
    __mmask16 second = _mm512_cmp_ps_mask(_mm512_range_ps(c, d, 0x0a), _mm512_set1_ps(low), _CMP_NGE_UQ);
    return !_kortestz_mask16_u8(first, second);
}

#define vf_times_power vf_times_power
VACT_INLINE vf vf_times_power(vf v, vf t) { return _mm512_scalef_ps(v, vf_sub(t, vf_set1(VF_POWER_SHIFT))); }

#define vf_exponent vf_exponent
VACT_INLINE vf vf_exponent(vf a) { return _mm512_getexp_ps(a); }

#pragma GCC diagnostic pop

#define vf_scale vf_scale
VACT_INLINE vf vf_scale(vf v, vf n) { return _mm512_scalef_ps(v, n); }

VACT_INLINE vi vf_bits(vf a) { return _mm512_castps_si512(a); }
VACT_INLINE vf vf_of_bits(vi i) { return _mm512_castsi512_ps(i); }
VACT_INLINE vi vi_round(vf a) { return _mm512_cvtps_epi32(a); }
VACT_INLINE vf vf_of_int(vi i) { return _mm512_cvtepi32_ps(i); }

VACT_INLINE vi vi_set1(unsigned a) { return _mm512_set1_epi32((int)a); }
VACT_INLINE vi vi_add(vi a, vi b) { return _mm512_add_epi32(a, b); }
VACT_INLINE vi vi_sub(vi a, vi b) { return _mm512_sub_epi32(a, b); }
VACT_INLINE vi vi_add_where(vm m, vi a, vi b) { return _mm512_mask_add_epi32(a, m, a, b); }

/* Not a blend: GCC would see that `otherwise` is unused in the lanes of m, and drop the code that keeps those lanes
 * from becoming subnormal (gelu took seven times as long). */
#define vi_sub_where vi_sub_where
VACT_INLINE vi vi_sub_where(vm m, vi a, vi b, vi otherwise) { return _mm512_mask_sub_epi32(otherwise, m, a, b); }

VACT_INLINE vi vi_max(vi a, vi b) { return _mm512_max_epu32(a, b); }

/* Not _mm512_slli_epi32, which accepts no variable where nothing is inlined. */
VACT_INLINE vi vi_shift_left(vi a, int n) { return (vi)((__v16su)a << n); }
VACT_INLINE vi vi_shift_right(vi a, int n) { return (vi)((__v16su)a >> n); }

/* The permutation uses four bits of the index, so the register holds the table twice. */
VACT_INLINE vf vf_look_up(const float *table, vi i)
{
    return _mm512_permutexvar_ps(i, _mm512_broadcast_f32x8(_mm256_load_ps(table)));
}

VACT_INLINE vf vf_look_up_16(const float *table, vi i) { return _mm512_permutexvar_ps(i, _mm512_load_ps(table)); }

/* One permutation of both tables. */
#define vf_look_up_either vf_look_up_either
VACT_INLINE vf vf_look_up_either(vm m, const float tables[2][8], vi i)
{
    vi entry = _mm512_and_epi32(i, vi_set1(7));
    entry = _mm512_mask_or_epi32(entry, m, entry, vi_set1(8));
    return _mm512_permutexvar_ps(entry, _mm512_load_ps(tables));
}

VACT_INLINE vi vi_look_up(const unsigned char *cells, vi i)
{
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)cells)), i);
}

/* As in math/fast/exp.h, but with a masked shift for its blend, which costs 3 % of the time of exp(-95). */
#define fast_exp_sum fast_exp_sum
VACT_INLINE vf fast_exp_sum(vm low, vf power, vf rise)
{
    vf w = vf_of_bits(vi_add_where(low, vf_bits(power), vi_set1(156u << 23)));
    vf counted = _mm512_maskz_mov_ps(low, w); /* elsewhere w may be beyond the range of integers */
    vi sum = vi_add(vi_round(counted), vi_round(vf_fma(counted, rise, vf_set1(64.0f))));
    return vf_of_bits(_mm512_mask_srli_epi32(vf_bits(vf_fma(w, rise, w)), low, sum, 7));
}

#include "f32_generic.h"

#endif
