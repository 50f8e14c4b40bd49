/*
 * Look-ups of bytes on AVX-512: by VPERMI2B, of which two hold the table, where the CPU has VBMI, and otherwise by
 * VPSHUFB. The build is compiled without VBMI; dispatch calls the kernel that needs it only where the CPU has it.
 */
#ifndef VACT_LUT_AVX512_H
#define VACT_LUT_AVX512_H

typedef __m512i lut_line;

VACT_INLINE lut_line lut_load(const uint8_t *p) { return _mm512_loadu_si512(p); }
VACT_INLINE void lut_store(uint8_t *p, lut_line line) { _mm512_storeu_si512(p, line); }
VACT_INLINE void lut_stream(uint8_t *p, lut_line line) { _mm512_stream_si512((__m512i *)(void *)p, line); }

/* As in avx2.h: parts of the table, in every quarter of a vector, as what changes from the part before. */
typedef struct {
    __m512i parts[16];
} shuffle_tables;

VACT_INLINE shuffle_tables shuffle_tables_of(const uint8_t *table)
{
    shuffle_tables made;
    __m512i before = _mm512_setzero_si512();
    for (size_t k = 0; k < 16; k++) {
        const __m128i *at = (const __m128i *)(const void *)(table + 16 * k);
        const __m512i part = _mm512_broadcast_i32x4(_mm_loadu_si128(at));
        made.parts[k] = k % 8 == 0 ? part : _mm512_xor_si512(part, before);
        before = part;
    }
    return made;
}

/* As in avx2.h. 0x96 is the exclusive or of three. */
VACT_INLINE lut_line shuffle_look_up(const shuffle_tables *tables, lut_line x)
{
    const __m512i *parts = tables->parts;
    __m512i index = _mm512_and_si512(x, _mm512_set1_epi8(0x7f));
    __m512i low = _mm512_shuffle_epi8(parts[0], index), high = _mm512_shuffle_epi8(parts[8], index);
    index = _mm512_sub_epi8(index, _mm512_set1_epi8(16));
    low = _mm512_xor_si512(low, _mm512_shuffle_epi8(parts[1], index));
    high = _mm512_xor_si512(high, _mm512_shuffle_epi8(parts[9], index));
    for (size_t k = 2; k < 8; k += 2) {
        const __m512i next = _mm512_sub_epi8(index, _mm512_set1_epi8(16));
        const __m512i after = _mm512_sub_epi8(index, _mm512_set1_epi8(32));
        low = _mm512_ternarylogic_epi32(low, _mm512_shuffle_epi8(parts[k], next),
                                        _mm512_shuffle_epi8(parts[k + 1], after), 0x96);
        high = _mm512_ternarylogic_epi32(high, _mm512_shuffle_epi8(parts[k + 8], next),
                                         _mm512_shuffle_epi8(parts[k + 9], after), 0x96);
        index = after;
    }
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high);
}

VACT_INLINE void shuffle_few(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table)
{
    lut_plain(dst, src, n, table);
}

#define LUT_WAY shuffle
#define LUT_NAME lut_8
#define LUT_TARGET
#include "lut/lut_8.inc.h"

#define LUT_TARGET __attribute__((target("avx512vbmi")))

typedef struct {
    __m512i quarters[4];
} permute_tables;

LUT_TARGET VACT_INLINE permute_tables permute_tables_of(const uint8_t *table)
{
    return (permute_tables){{lut_load(table), lut_load(table + 64), lut_load(table + 128), lut_load(table + 192)}};
}

/* Seven bits of an index choose in each half of the table, the sign chooses the half. */
LUT_TARGET VACT_INLINE lut_line permute_look_up(const permute_tables *tables, lut_line x)
{
    const __m512i *quarters = tables->quarters;
    const __m512i low = _mm512_permutex2var_epi8(quarters[0], x, quarters[1]);
    const __m512i high = _mm512_permutex2var_epi8(quarters[2], x, quarters[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high);
}

LUT_TARGET VACT_INLINE void permute_few(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table)
{
    const permute_tables tables = permute_tables_of(table);
    const __mmask64 first = ((__mmask64)1 << n) - 1;
    _mm512_mask_storeu_epi8(dst, first, permute_look_up(&tables, _mm512_maskz_loadu_epi8(first, src)));
}

typedef struct {
    __m512i planes[VACTI_LUT_PLANES];
} permute_sums;

/* To the sums of each plane's bytes, in eight parts, those of the bytes of x in `there`. */
LUT_TARGET VACT_INLINE void permute_add(permute_sums *sums, const permute_tables *tables, __m512i x, __mmask64 there)
{
    for (size_t p = 0; p < VACTI_LUT_PLANES; p++) {
        const __m512i bytes = _mm512_maskz_mov_epi8(there, permute_look_up(&tables[p], x));
        sums->planes[p] = _mm512_add_epi64(sums->planes[p], _mm512_sad_epu8(bytes, _mm512_setzero_si512()));
    }
}

vact_lut_sum_fn KERNEL(lut_sum_vbmi);
LUT_TARGET uint64_t KERNEL(lut_sum_vbmi)(const uint8_t *src, size_t n, uint8_t top, const uint8_t *planes)
{
    const __m512i tops = _mm512_set1_epi8((char)top);
    permute_tables tables[VACTI_LUT_PLANES];
    permute_sums sums;
    uint64_t sum = 0;
    size_t i = 0;
    for (size_t p = 0; p < VACTI_LUT_PLANES; p++) {
        tables[p] = permute_tables_of(planes + 256 * p);
        sums.planes[p] = _mm512_setzero_si512();
    }
    for (; n - i >= LUT_LINE; i += LUT_LINE)
        permute_add(&sums, tables, _mm512_sub_epi8(tops, lut_load(src + i)), ~(__mmask64)0);
    if (i < n) {
        const __mmask64 there = ((__mmask64)1 << (n - i)) - 1;
        permute_add(&sums, tables, _mm512_sub_epi8(tops, _mm512_maskz_loadu_epi8(there, src + i)), there);
    }
    for (size_t p = 0; p < VACTI_LUT_PLANES; p++)
        sum += (uint64_t)_mm512_reduce_add_epi64(sums.planes[p]) << 8 * p;
    return sum;
}

#define LUT_WAY permute
#define LUT_NAME lut_8_vbmi
#include "lut/lut_8.inc.h"

#endif
