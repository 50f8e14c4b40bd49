/*
 * The kernels of the softmax family, of the gradients of prelu and of xielu's parameters (types: abi.h). One
 * implementation serves every variant.
 * Included once, in the set `fast`, by the source that CMake writes.
 */
#include "rows/axis.h"
#include "rows/axis_backward.h"
#include "rows/gradients_rows.h"
#include "rows/log_softmax.h"
#include "rows/logsumexp_backward.h"
#include "rows/masked.h"
#include "rows/online.h"
#include "rows/piece.h"
#include "rows/pieces.h"
#include "rows/prelu_backward.h"
#include "rows/sinks.h"
#include "rows/softmax.h"
#include "rows/with_options.h"
#include "rows/xielu_alpha.h"

/* Below plain rows no options stand on the stack. */
vact_masked_f32_fn KERNEL(softmax_masked);
void KERNEL(softmax_masked)(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols,
                            const vact_softmax_options_f32 *options)
{
    if (vacti_softmax_is_plain(options))
        softmax_plain_rows(&(rows_plain){dst, dst_stride, src, src_stride, rows, cols});
    else
        softmax_with_options(dst, dst_stride, src, src_stride, rows, cols, options);
}

vact_masked_f32_fn KERNEL(log_softmax_masked);
void KERNEL(log_softmax_masked)(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                                size_t cols, const vact_softmax_options_f32 *options)
{
    if (vacti_softmax_is_plain(options))
        log_softmax_plain_rows(&(rows_plain){dst, dst_stride, src, src_stride, rows, cols});
    else
        log_softmax_with_options(dst, dst_stride, src, src_stride, rows, cols, options);
}

vact_logsumexp_f32_fn KERNEL(logsumexp);
void KERNEL(logsumexp)(float *dst, const elem *src, size_t src_stride, size_t rows, size_t cols,
                       const vact_softmax_options_f32 *options)
{
    for (size_t r = 0; r < rows; r++) {
        const logits_row row = logits_row_of(options, r, rows, cols);
        dst[r] = rows_logsumexp(src + r * src_stride + row.first, row.cols, &row);
    }
}

vact_axis_f32_fn KERNEL(softmax_axis);
void KERNEL(softmax_axis)(elem *dst, const elem *src, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(softmax_masked)(dst, axis, src, axis, outer, axis, NULL);
    else
        loop_axis(dst, src, outer, axis, inner, axis_softmax);
}

vact_axis_f32_fn KERNEL(log_softmax_axis);
void KERNEL(log_softmax_axis)(elem *dst, const elem *src, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(log_softmax_masked)(dst, axis, src, axis, outer, axis, NULL);
    else
        loop_axis(dst, src, outer, axis, inner, axis_log_softmax);
}

vact_axis_f32_fn KERNEL(logsumexp_axis);
void KERNEL(logsumexp_axis)(float *dst, const elem *src, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(logsumexp)(dst, src, axis, outer, axis, NULL);
    else
        axis_logsumexp_all(dst, src, outer, axis, inner);
}

vact_online_f32_fn KERNEL(softmax_online);
void KERNEL(softmax_online)(vact_softmax_online_f32 *state, float *rescale, elem *dst, size_t dst_stride,
                            const elem *src, size_t src_stride, size_t rows, size_t cols,
                            const vact_softmax_options_f32 *options)
{
    softcap_table table;
    if (options != NULL && options->softcap != 0.0f)
        softcap_table_of(&table, options->softcap);
    for (size_t r = 0; r < rows; r++) {
        logits_row row = logits_row_of(options, r, rows, cols);
        row.sink = -__builtin_inff(); /* it joins at the end */
        elem *const to = dst + r * dst_stride;
        const elem *from = src + r * src_stride + row.first;
        if (row.cap != 0.0f) {
            row = softcap_row(to + row.first, from, &row, &table);
            from = to + row.first;
        }
        rescale[r] = rows_online(&state[r], to + row.first, from, row.cols, &row);
        rows_fill(to, row.first, 0.0f);
        rows_fill(to + row.first + row.cols, row.length - row.first - row.cols, 0.0f);
    }
}

vact_softmax_exp_f32_fn KERNEL(softmax_exp);
void KERNEL(softmax_exp)(double *sum, elem *dst, size_t dst_stride, const elem *src, size_t src_stride,
                         const float *max, size_t rows, size_t cols, float scale)
{
    logits_row row = logits_plain_row(cols);
    row.scale = scale;
    for (size_t r = 0; r < rows; r++)
        sum[r] = piece_row(dst + r * dst_stride, src + r * src_stride, &row, max[r]);
}

vacti_row_pieces_fn KERNEL(softmax_pieces);
bool KERNEL(softmax_pieces)(const elem *src, size_t cols, vacti_put_fn *put, void *context)
{
    return softmax_pieces(src, cols, put, context);
}

vacti_row_pieces_fn KERNEL(log_softmax_pieces);
bool KERNEL(log_softmax_pieces)(const elem *src, size_t cols, vacti_put_fn *put, void *context)
{
    return log_softmax_pieces(src, cols, put, context);
}

#if VACT_WITH_GRADIENTS
vact_rows_backward_f32_fn KERNEL(softmax_backward);
void KERNEL(softmax_backward)(elem *dx, size_t dx_stride, const elem *dy, size_t dy_stride, const elem *y,
                              size_t y_stride, size_t rows, size_t cols, float scale,
                              const vact_softmax_options_f32 *options)
{
    rows_softmax_backward(&(rows_gradient){dx, dy, y, cols, scale, NULL, NULL},
                          &(rows_gradient_strides){dx_stride, dy_stride, y_stride}, rows, options);
}

vact_rows_backward_f32_fn KERNEL(log_softmax_backward);
void KERNEL(log_softmax_backward)(elem *dx, size_t dx_stride, const elem *dy, size_t dy_stride, const elem *y,
                                  size_t y_stride, size_t rows, size_t cols, float scale,
                                  const vact_softmax_options_f32 *options)
{
    rows_log_softmax_backward(&(rows_gradient){dx, dy, y, cols, scale, NULL, NULL},
                              &(rows_gradient_strides){dx_stride, dy_stride, y_stride}, rows, options);
}

vact_logsumexp_backward_f32_fn KERNEL(logsumexp_backward);
void KERNEL(logsumexp_backward)(elem *dx, size_t dx_stride, const float *dy, const elem *x, size_t x_stride,
                                const float *y, size_t rows, size_t cols, float scale,
                                const vact_softmax_options_f32 *options)
{
    for (size_t r = 0; r < rows; r++) {
        logits_row row = logits_row_of(options, r, rows, cols);
        row.scale = scale;
        rows_logsumexp_backward(dx + r * dx_stride, dy[r], x + r * x_stride, y[r], &row);
    }
}

vact_axis_backward_f32_fn KERNEL(softmax_backward_axis);
void KERNEL(softmax_backward_axis)(elem *dx, const elem *dy, const elem *y, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(softmax_backward)(dx, axis, dy, axis, y, axis, outer, axis, 1.0f, NULL);
    else
        axis_backward(dx, dy, y, outer, axis, inner, true);
}

vact_axis_backward_f32_fn KERNEL(log_softmax_backward_axis);
void KERNEL(log_softmax_backward_axis)(elem *dx, const elem *dy, const elem *y, size_t outer, size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(log_softmax_backward)(dx, axis, dy, axis, y, axis, outer, axis, 1.0f, NULL);
    else
        axis_backward(dx, dy, y, outer, axis, inner, false);
}

vact_logsumexp_axis_backward_f32_fn KERNEL(logsumexp_backward_axis);
void KERNEL(logsumexp_backward_axis)(elem *dx, const float *dy, const elem *x, const float *y, size_t outer,
                                     size_t axis, size_t inner)
{
    if (inner == 1)
        KERNEL(logsumexp_backward)(dx, axis, dy, x, axis, y, outer, axis, 1.0f, NULL);
    else
        axis_logsumexp_backward(dx, dy, x, y, outer, axis, inner);
}

vact_masked_backward_f32_fn KERNEL(masked_backward);
void KERNEL(masked_backward)(const vacti_masked_gradient *call) { sinks_backward(call); }

vact_prelu_backward_f32_fn KERNEL(prelu_backward);
void KERNEL(prelu_backward)(elem *dx, float *dslope, const elem *dy, const elem *x, const float *slope, size_t outer,
                            size_t channels, size_t inner)
{
    rows_prelu_backward(dx, dslope, dy, x, slope, outer, channels, inner);
}

vact_xielu_alpha_f32_fn KERNEL(xielu_alpha_backward);
void KERNEL(xielu_alpha_backward)(float *dalpha, const elem *dy, const elem *x, size_t n)
{
    rows_xielu_alpha(dalpha, dy, x, n);
}
#endif
