/*
 * The softmax family, its gradients and the losses on elements of 16 bits (types: abi.h): the functions of float, over
 * elements that are widened as they are loaded and rounded once as they are stored. Included once for each type, in the
 * set `rows`, by the source that CMake writes.
 */
#include "act/fast/exp.h"
#define OP exp
#include "loop/forms.inc.h"
#undef OP

#include "loss/bce_with_logits.h"
#include "loss/cross_entropy.h"
#include "rows/axis.h"
#include "rows/axis_backward.h"
#include "rows/gradients_rows.h"
#include "rows/logsumexp_backward.h"
#include "rows/sinks.h"
#include "rows/with_options.h"

/* Of kernels that use no wide register themselves, GCC does not see at -O2 that what they call left one in use. */
VACT_INLINE void narrow_end(void)
{
#ifdef __AVX__
    __builtin_ia32_vzeroupper();
#endif
}

vacti_rows_fn KERNEL(softmax_rows);
void KERNEL(softmax_rows)(void *dst, size_t dst_stride, const void *src, size_t src_stride, size_t rows, size_t cols,
                          const vact_softmax_options_f32 *options)
{
    if (vacti_softmax_is_plain(options))
        softmax_plain_rows(&(rows_plain){dst, dst_stride, src, src_stride, rows, cols});
    else
        softmax_with_options(dst, dst_stride, src, src_stride, rows, cols, options);
    narrow_end();
}

vacti_rows_fn KERNEL(log_softmax_rows);
void KERNEL(log_softmax_rows)(void *dst, size_t dst_stride, const void *src, size_t src_stride, size_t rows,
                              size_t cols, const vact_softmax_options_f32 *options)
{
    if (vacti_softmax_is_plain(options))
        log_softmax_plain_rows(&(rows_plain){dst, dst_stride, src, src_stride, rows, cols});
    else
        log_softmax_with_options(dst, dst_stride, src, src_stride, rows, cols, options);
    narrow_end();
}

vacti_logsumexp_fn KERNEL(logsumexp);
void KERNEL(logsumexp)(float *dst, const void *src, size_t src_stride, size_t rows, size_t cols,
                       const vact_softmax_options_f32 *options)
{
    for (size_t r = 0; r < rows; r++) {
        const logits_row row = logits_row_of(options, r, rows, cols);
        dst[r] = rows_logsumexp((const elem *)src + r * src_stride + row.first, row.cols, &row);
    }
}

vacti_axis_fn KERNEL(softmax_axis);
void KERNEL(softmax_axis)(void *dst, const void *src, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(softmax_rows)(dst, axis, src, axis, outer, axis, NULL);
    else
        loop_axis(dst, src, outer, axis, inner, axis_softmax);
}

vacti_axis_fn KERNEL(log_softmax_axis);
void KERNEL(log_softmax_axis)(void *dst, const void *src, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(log_softmax_rows)(dst, axis, src, axis, outer, axis, NULL);
    else
        loop_axis(dst, src, outer, axis, inner, axis_log_softmax);
}

vacti_axis_fn KERNEL(logsumexp_axis);
void KERNEL(logsumexp_axis)(void *dst, const void *src, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(logsumexp)(dst, src, axis, outer, axis, NULL);
    else
        axis_logsumexp_all(dst, src, outer, axis, inner);
}

vacti_cross_entropy_fn KERNEL(cross_entropy);
void KERNEL(cross_entropy)(const vacti_cross_entropy_call *call)
{
    cross_entropy(call);
    narrow_end();
}

vacti_bce_fn KERNEL(bce_with_logits);
void KERNEL(bce_with_logits)(const vacti_bce_call *call) { bce_with_logits(call); }

#if VACT_WITH_GRADIENTS
vacti_rows_backward_fn KERNEL(softmax_backward);
void KERNEL(softmax_backward)(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                              size_t y_stride, size_t rows, size_t cols, float scale,
                              const vact_softmax_options_f32 *options)
{
    rows_softmax_backward(&(rows_gradient){dx, dy, y, cols, scale, NULL, NULL},
                          &(rows_gradient_strides){dx_stride, dy_stride, y_stride}, rows, options);
}

vacti_rows_backward_fn KERNEL(log_softmax_backward);
void KERNEL(log_softmax_backward)(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                                  size_t y_stride, size_t rows, size_t cols, float scale,
                                  const vact_softmax_options_f32 *options)
{
    rows_log_softmax_backward(&(rows_gradient){dx, dy, y, cols, scale, NULL, NULL},
                              &(rows_gradient_strides){dx_stride, dy_stride, y_stride}, rows, options);
}

vacti_logsumexp_backward_fn KERNEL(logsumexp_backward);
void KERNEL(logsumexp_backward)(void *dx, size_t dx_stride, const float *dy, const void *x, size_t x_stride,
                                const float *y, size_t rows, size_t cols, float scale,
                                const vact_softmax_options_f32 *options)
{
    for (size_t r = 0; r < rows; r++) {
        logits_row row = logits_row_of(options, r, rows, cols);
        row.scale = scale;
        rows_logsumexp_backward((elem *)dx + r * dx_stride, dy[r], (const elem *)x + r * x_stride, y[r], &row);
    }
}

vacti_axis_backward_fn KERNEL(softmax_backward_axis);
void KERNEL(softmax_backward_axis)(void *dx, const void *dy, const void *y, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(softmax_backward)(dx, axis, dy, axis, y, axis, outer, axis, 1.0f, NULL);
    else
        axis_backward(dx, dy, y, outer, axis, inner, true);
}

vacti_axis_backward_fn KERNEL(log_softmax_backward_axis);
void KERNEL(log_softmax_backward_axis)(void *dx, const void *dy, const void *y, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(log_softmax_backward)(dx, axis, dy, axis, y, axis, outer, axis, 1.0f, NULL);
    else
        axis_backward(dx, dy, y, outer, axis, inner, false);
}

vacti_logsumexp_axis_backward_fn KERNEL(logsumexp_backward_axis);
void KERNEL(logsumexp_backward_axis)(void *dx, const float *dy, const void *x, const float *y, size_t outer,
                                     size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(logsumexp_backward)(dx, axis, dy, x, axis, y, outer, axis, 1.0f, NULL);
    else
        axis_logsumexp_backward(dx, dy, x, y, outer, axis, inner);
}

vact_masked_backward_f32_fn KERNEL(masked_backward);
void KERNEL(masked_backward)(const vacti_masked_gradient *call) { sinks_backward(call); }
#endif
