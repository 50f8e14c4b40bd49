/* The gradients of softmax and log_softmax on bfloat16 and half: the checks, then rows that fit a block through the
 * kernels of float, longer ones in pieces with sums in double. */
#include <math.h>

#include "narrow.h"

/* Floats of a block; there are two, 2 KiB, and the kernels below take 5 KiB of the stack. */
enum { BLOCK = 256, LANES = 8 };

typedef struct gradient_call {
    const vacti_table *table;
    void *dx;
    const void *dy, *y;
    vact_type type;
    size_t dx_stride, dy_stride, y_stride, rows, cols;
    float scale;
    bool log;
} gradient_call;

static const void *row_of(const void *first, size_t stride, size_t r) { return (const uint16_t *)first + r * stride; }

__attribute__((noinline)) static void short_rows(const gradient_call *call)
{
    float slopes[BLOCK], outputs[BLOCK];
    const size_t cols = call->cols, most = BLOCK / cols;
    vact_rows_backward_f32_fn *const kernel =
        call->log ? call->table->family.log_softmax_backward : call->table->family.softmax_backward;
    for (size_t r = 0, count; r < call->rows; r += count) {
        count = smaller(most, call->rows - r);
        for (size_t k = 0; k < count; k++) {
            vacti_widened(call->table, slopes + k * cols, row_of(call->dy, call->dy_stride, r + k), call->type, 0,
                          cols);
            vacti_widened(call->table, outputs + k * cols, row_of(call->y, call->y_stride, r + k), call->type, 0, cols);
        }
        kernel(slopes, cols, slopes, cols, outputs, cols, count, cols, call->scale, NULL);
        for (size_t k = 0; k < count; k++)
            vacti_narrowed(call->table, (uint16_t *)call->dx + (r + k) * call->dx_stride, call->type, slopes + k * cols,
                           0, cols);
    }
}

/* The sum of dy*y, or of dy. Products of two elements are exact in double. */
static double sum_of_row(const gradient_call *call, const void *dy, const void *y)
{
    float slopes[BLOCK], outputs[BLOCK];
    double lanes[LANES] = {0.0}, sum = 0.0;
    for (size_t c = 0; c < call->cols; c += BLOCK) {
        const size_t n = smaller(BLOCK, call->cols - c);
        vacti_widened(call->table, slopes, dy, call->type, c, n);
        vacti_widened(call->table, outputs, y, call->type, c, n);
        for (size_t k = 0; call->log && k < n; k++)
            outputs[k] = 1.0f;
        for (size_t k = n; k % LANES != 0; k++)
            slopes[k] = outputs[k] = 0.0f;
        for (size_t k = 0; k < n; k += LANES)
            for (size_t lane = 0; lane < LANES; lane++)
                lanes[lane] += (double)slopes[k + lane] * (double)outputs[k + lane];
    }
    for (size_t lane = 0; lane < LANES; lane++)
        sum += lanes[lane];
    return sum;
}

__attribute__((noinline)) static void long_row(const gradient_call *call, void *dx, const void *dy, const void *y)
{
    float slopes[BLOCK], outputs[BLOCK];
    const float zero = 0.0f;
    const double sum = sum_of_row(call, dy, y), scale = (double)call->scale;
    double unused;
    for (size_t c = 0; c < call->cols; c += BLOCK) {
        const size_t n = smaller(BLOCK, call->cols - c);
        vacti_widened(call->table, slopes, dy, call->type, c, n);
        vacti_widened(call->table, outputs, y, call->type, c, n);
        if (call->log)
            call->table->family.softmax_exp(&unused, outputs, n, outputs, n, &zero, 1, n, 1.0f);
        for (size_t k = 0; k < n; k++)
            slopes[k] = (float)(call->log ? scale * ((double)slopes[k] - (double)outputs[k] * sum)
                                          : scale * (double)outputs[k] * ((double)slopes[k] - sum));
        vacti_narrowed(call->table, dx, call->type, slopes, c, n);
    }
}

/* Not of float. */
static vact_status run(gradient_call call)
{
    check_range to, slopes, outputs;
    const size_t element = vacti_type_size(call.type);
    if (element == 0 || !isfinite(call.scale))
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS || !vacti_type_is_built(call.type))
        return VACT_EUNSUPPORTED;
    if (!check_matrix(&to, call.dx, call.rows, call.cols, call.dx_stride, element) ||
        !check_matrix(&slopes, call.dy, call.rows, call.cols, call.dy_stride, element) ||
        !check_matrix(&outputs, call.y, call.rows, call.cols, call.y_stride, element))
        return VACT_EINVAL;
    if (call.rows == 0 || call.cols == 0)
        return VACT_OK;
    if (call.dx == NULL || call.dy == NULL || call.y == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, outputs))
        return VACT_EOVERLAP;
    call.table = vacti_table_current();
    if (call.cols <= BLOCK)
        short_rows(&call);
    else
        for (size_t r = 0; r < call.rows; r++)
            long_row(&call, (uint16_t *)call.dx + r * call.dx_stride, row_of(call.dy, call.dy_stride, r),
                     row_of(call.y, call.y_stride, r));
    return VACT_OK;
}

vact_status vact_softmax_backward(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                                  size_t y_stride, vact_type type, size_t rows, size_t cols, float scale)
{
    if (type == VACT_F32)
        return vact_softmax_backward_rows_f32((float *)dx, dx_stride, (const float *)dy, dy_stride, (const float *)y,
                                              y_stride, rows, cols, scale);
    return run((gradient_call){NULL, dx, dy, y, type, dx_stride, dy_stride, y_stride, rows, cols, scale, false});
}

vact_status vact_log_softmax_backward(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                                      size_t y_stride, vact_type type, size_t rows, size_t cols, float scale)
{
    if (type == VACT_F32)
        return vact_log_softmax_backward_rows_f32((float *)dx, dx_stride, (const float *)dy, dy_stride,
                                                  (const float *)y, y_stride, rows, cols, scale);
    return run((gradient_call){NULL, dx, dy, y, type, dx_stride, dy_stride, y_stride, rows, cols, scale, true});
}
