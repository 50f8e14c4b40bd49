/*
 * Tables of 256 bytes applied to arrays of bytes. Included once, in the set `plain`, by the source that CMake writes.
 * An instruction set's header says how 64 bytes, a line, are looked up; lut_8.inc.h walks the array.
 */
#ifndef VACT_LUT_KERNELS_H
#define VACT_LUT_KERNELS_H

#include "lut/lut.h"

/* The longest and the shortest runs are those of walk.h, in bytes. */
enum {
    LUT_LINE = 64,
    LUT_LONGEST_RUN = LOOP_LONGEST_RUN * (int)sizeof(elem),
    LUT_SHORTEST = LOOP_SHORTEST * (int)sizeof(elem),
    LUT_AHEAD = 24 * LUT_LINE,
    LUT_ALIGNED = 512 /* bytes from which on stores are aligned */
};

VACT_INLINE void lut_plain(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = table[src[i]];
}

#if defined(VACT_VEC_F32_AVX512_H)
#include "lut/avx512.h"
#elif defined(VACT_VEC_F32_AVX2_H)
#include "lut/avx2.h"
#elif defined(VACT_VEC_F32_NEON_H)
#include "lut/neon.h"
#else
vact_lut_8_fn KERNEL(lut_8);
void KERNEL(lut_8)(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table) { lut_plain(dst, src, n, table); }
#endif

#endif
