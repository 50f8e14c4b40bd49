/* The named functions of vact.h, reached by operation code, so that a test can go through all of them. */
#ifndef VACT_TESTS_NAMED_H
#define VACT_TESTS_NAMED_H

#include "kernels/registry.h"

/* An element-by-element operation: vact_<name>_f32 with as many of the values as it has parameters. By
 * code where it takes none and the values are not the defaults. */
vact_status named_unary(const vacti_op_info *info, const vact_params_f32 *params, float *dst, const float *src,
                        size_t n);

/* vact_<name>_f32 of an operation of kind CHANNELS. */
vact_status named_channels(const vacti_op_info *info, float *dst, const float *src, const float *slope, size_t outer,
                           size_t channels, size_t inner);

/* vact_<name>_f32 and vact_<name>_rows_f32 of an operation of kind ROWS. */
vact_status named_dense_rows(const vacti_op_info *info, float *dst, const float *src, size_t rows, size_t cols);
vact_status named_rows(const vacti_op_info *info, float *dst, size_t dst_stride, const float *src, size_t src_stride,
                       size_t rows, size_t cols);

#endif
