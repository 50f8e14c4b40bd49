/* Look-ups of bytes by TBL and TBX, on NEON. */
#ifndef VACT_LUT_NEON_H
#define VACT_LUT_NEON_H

typedef uint8x16x4_t lut_line;

VACT_INLINE lut_line lut_load(const uint8_t *p)
{
    return (lut_line){{vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)}};
}

VACT_INLINE void lut_store(uint8_t *p, lut_line line)
{
    for (size_t k = 0; k < 4; k++)
        vst1q_u8(p + 16 * k, line.val[k]);
}

VACT_INLINE void lut_stream(uint8_t *p, lut_line line) { lut_store(p, line); }

typedef struct {
    uint8x16x4_t quarters[4];
} shuffle_tables;

VACT_INLINE shuffle_tables shuffle_tables_of(const uint8_t *table)
{
    shuffle_tables made;
    for (size_t k = 0; k < 4; k++) {
        uint8x16x4_t quarter = vld1q_u8_x4(table + 64 * k);
        __asm__("" : "+w"(quarter)); /* GCC 12 would take it apart and copy the parts for each look-up */
        made.quarters[k] = quarter;
    }
    return made;
}

/* TBL gives 0 for an index of 64 or more, TBX leaves what was there. */
VACT_INLINE lut_line shuffle_look_up(const shuffle_tables *tables, lut_line x)
{
    lut_line found;
    for (size_t j = 0; j < 4; j++)
        found.val[j] = vqtbl4q_u8(tables->quarters[0], x.val[j]);
    for (size_t k = 1; k < 4; k++)
        for (size_t j = 0; j < 4; j++) {
            x.val[j] = vsubq_u8(x.val[j], vdupq_n_u8(64));
            found.val[j] = vqtbx4q_u8(found.val[j], tables->quarters[k], x.val[j]);
        }
    return found;
}

VACT_INLINE void shuffle_few(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table)
{
    lut_plain(dst, src, n, table);
}

#define LUT_WAY shuffle
#define LUT_NAME lut_8
#define LUT_TARGET
#include "lut/lut_8.inc.h"

#endif
