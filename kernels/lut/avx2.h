/* Look-ups of bytes by VPSHUFB, on AVX2. */
#ifndef VACT_LUT_AVX2_H
#define VACT_LUT_AVX2_H

typedef struct {
    __m256i v[2];
} lut_line;

VACT_INLINE lut_line lut_load(const uint8_t *p)
{
    const __m256i *at = (const __m256i *)(const void *)p;
    return (lut_line){{_mm256_loadu_si256(at), _mm256_loadu_si256(at + 1)}};
}

VACT_INLINE void lut_store(uint8_t *p, lut_line line)
{
    __m256i *at = (__m256i *)(void *)p;
    _mm256_storeu_si256(at, line.v[0]);
    _mm256_storeu_si256(at + 1, line.v[1]);
}

VACT_INLINE void lut_stream(uint8_t *p, lut_line line)
{
    __m256i *at = (__m256i *)(void *)p;
    _mm256_stream_si256(at, line.v[0]);
    _mm256_stream_si256(at + 1, line.v[1]);
}

/* Sixteen parts of the table, in both halves of a vector; all but the first and the ninth as what changes from the part
 * before to this one. */
typedef struct {
    __m256i parts[16];
} shuffle_tables;

VACT_INLINE shuffle_tables shuffle_tables_of(const uint8_t *table)
{
    shuffle_tables made;
    __m256i before = _mm256_setzero_si256();
    for (size_t k = 0; k < 16; k++) {
        const __m128i *at = (const __m128i *)(const void *)(table + 16 * k);
        const __m256i part = _mm256_broadcastsi128_si256(_mm_loadu_si128(at));
        made.parts[k] = k % 8 == 0 ? part : _mm256_xor_si256(part, before);
        before = part;
    }
    return made;
}

/* v, of which the compiler knows nothing. */
VACT_INLINE __m256i lut_apart(__m256i v)
{
    __asm__("" : "+x"(v));
    return v;
}

/*
 * VPSHUFB looks up by the low four bits of an index, and gives 0 where the index is negative. The low seven bits of x
 * less 16*k are negative where part k is beyond x, and have the low bits of x: so the exclusive or of what parts 0 to 7
 * give, each the change from the part before, is the entry of x in part floor(x/16). The same indices serve the upper
 * half of the table; the sign of x chooses. That is 7 subtractions, 16 look-ups and 14 exclusive ors.
 */
VACT_INLINE lut_line shuffle_look_up(const shuffle_tables *tables, lut_line x)
{
    lut_line index, low, high;
    for (size_t j = 0; j < 2; j++) {
        index.v[j] = _mm256_and_si256(x.v[j], _mm256_set1_epi8(0x7f));
        low.v[j] = _mm256_shuffle_epi8(tables->parts[0], index.v[j]);
        high.v[j] = _mm256_shuffle_epi8(tables->parts[8], index.v[j]);
    }
    for (size_t k = 1; k < 8; k++)
        for (size_t j = 0; j < 2; j++) {
            index.v[j] = lut_apart(_mm256_sub_epi8(index.v[j], _mm256_set1_epi8(16)));
            low.v[j] = lut_apart(_mm256_xor_si256(low.v[j], _mm256_shuffle_epi8(tables->parts[k], index.v[j])));
            high.v[j] = lut_apart(_mm256_xor_si256(high.v[j], _mm256_shuffle_epi8(tables->parts[8 + k], index.v[j])));
        }
    for (size_t j = 0; j < 2; j++)
        x.v[j] = _mm256_blendv_epi8(low.v[j], high.v[j], x.v[j]);
    return x;
}

/* The vectors of the table cost as much as that. */
VACT_INLINE void shuffle_few(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table)
{
    lut_plain(dst, src, n, table);
}

#define LUT_WAY shuffle
#define LUT_NAME lut_8
#define LUT_TARGET
#include "lut/lut_8.inc.h"

#endif
