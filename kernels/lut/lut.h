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

/* The sum of integers of 40 bits, of which five tables of 256 bytes, `planes`, hold the bytes, the lowest first. A byte
 * x stands for the entry (uint8_t)(top - x). At most 2^16 bytes. */
enum { VACTI_LUT_PLANES = 5 };
typedef uint64_t vact_lut_sum_fn(const uint8_t *src, size_t n, uint8_t top, const uint8_t *planes);

/* What applies a table, and what sums; null: scalar code does. The results are the same. */
typedef struct vacti_softmax_8_kernels {
    vact_lut_8_fn *apply;
    vact_lut_sum_fn *sum;
} vacti_softmax_8_kernels;

void vacti_softmax_8(const vacti_softmax_8_call *call, const vacti_softmax_8_kernels *kernels);

#endif
