/* What the tables of kernels and dispatch hold of the 8-bit operations. Internal: not installed. */
#ifndef VACT_LUT_LUT_H
#define VACT_LUT_LUT_H

#include <stddef.h>
#include <stdint.h>

/* dst[i] = table[src[i]]; dst equals src or does not overlap it. No checks. */
typedef void vact_lut_8_fn(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table);

/* A softmax whose arguments have been checked (dispatch/lut.c). Signed bytes are flipped into unsigned ones, in their
 * order, by an exclusive or with 0x80. */
typedef struct vacti_softmax_8_call {
    uint8_t *dst;
    const uint8_t *src;
    size_t dst_stride, src_stride, rows, cols;
    float in_scale, out_scale;
    int zero;     /* of the results, in [0, 255]: plus 128 for signed ones */
    uint8_t flip; /* 0 or 0x80 */
} vacti_softmax_8_call;

/* One implementation for every instruction set, which applies its tables by `apply`. */
void vacti_softmax_8(const vacti_softmax_8_call *call, vact_lut_8_fn *apply);

#endif
