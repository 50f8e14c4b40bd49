/* The gradients of the softmax family by type: the calls (dispatch/rows_backward.c has the checks). */
#include "rows_backward.h"

vact_status vact_softmax_backward(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                                  size_t y_stride, vact_type type, size_t rows, size_t cols, float scale)
{
    const vacti_masked_gradient g = {VACTI_SOFTMAX, dx, NULL,     dy,   NULL, y,   dx_stride,
                                     dy_stride,     0,  y_stride, rows, cols, NULL};
    return vacti_rows_backward(&g, type, scale);
}

vact_status vact_log_softmax_backward(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                                      size_t y_stride, vact_type type, size_t rows, size_t cols, float scale)
{
    const vacti_masked_gradient g = {VACTI_LOG_SOFTMAX, dx, NULL,     dy,   NULL, y,   dx_stride,
                                     dy_stride,         0,  y_stride, rows, cols, NULL};
    return vacti_rows_backward(&g, type, scale);
}

vact_status vact_logsumexp_backward(void *dx, size_t dx_stride, const float *dy, const void *x, size_t x_stride,
                                    const float *y, vact_type type, size_t rows, size_t cols, float scale)
{
    const vacti_masked_gradient g = {VACTI_LOGSUMEXP, dx, NULL, dy, x, y, dx_stride, 0, x_stride, 0, rows, cols, NULL};
    return vacti_logsumexp_backward(&g, type, scale);
}

static vact_status masked(vacti_masked_gradient g, vact_type type, const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    const vact_status read = vacti_gradient_options(&known, type, options, g.dsink);
    if (read != VACT_OK)
        return read;
    g.options = &known;
    return g.of == VACTI_LOGSUMEXP ? vacti_logsumexp_backward(&g, type, known.scale)
                                   : vacti_rows_backward(&g, type, known.scale);
}

vact_status vact_softmax_backward_masked(void *dx, size_t dx_stride, float *dsink, const void *dy, size_t dy_stride,
                                         const void *x, size_t x_stride, const void *y, size_t y_stride, vact_type type,
                                         size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    return masked((vacti_masked_gradient){VACTI_SOFTMAX, dx, dsink, dy, x, y, dx_stride, dy_stride, x_stride, y_stride,
                                          rows, cols, NULL},
                  type, options);
}

vact_status vact_log_softmax_backward_masked(void *dx, size_t dx_stride, float *dsink, const void *dy, size_t dy_stride,
                                             const void *x, size_t x_stride, const void *y, size_t y_stride,
                                             vact_type type, size_t rows, size_t cols,
                                             const vact_softmax_options_f32 *options)
{
    return masked((vacti_masked_gradient){VACTI_LOG_SOFTMAX, dx, dsink, dy, x, y, dx_stride, dy_stride, x_stride,
                                          y_stride, rows, cols, NULL},
                  type, options);
}

vact_status vact_logsumexp_backward_masked(void *dx, size_t dx_stride, float *dsink, const float *dy, const void *x,
                                           size_t x_stride, const float *y, vact_type type, size_t rows, size_t cols,
                                           const vact_softmax_options_f32 *options)
{
    return masked(
        (vacti_masked_gradient){VACTI_LOGSUMEXP, dx, dsink, dy, x, y, dx_stride, 0, x_stride, 0, rows, cols, NULL},
        type, options);
}

vact_status vact_softmax_backward_axis(void *dx, const void *dy, const void *y, vact_type type, size_t outer,
                                       size_t axis, size_t inner)
{
    return vacti_axis_backward(false, dx, dy, y, type, outer, axis, inner);
}

vact_status vact_log_softmax_backward_axis(void *dx, const void *dy, const void *y, vact_type type, size_t outer,
                                           size_t axis, size_t inner)
{
    return vacti_axis_backward(true, dx, dy, y, type, outer, axis, inner);
}

vact_status vact_logsumexp_backward_axis(void *dx, const float *dy, const void *x, const float *y, vact_type type,
                                         size_t outer, size_t axis, size_t inner)
{
    return vacti_logsumexp_axis_backward(dx, dy, x, y, type, outer, axis, inner);
}
