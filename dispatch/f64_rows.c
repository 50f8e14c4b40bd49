/*
 * The softmax family of double and its gradients: the checks, in the order of vact.h, then one call of a kernel. The
 * rows of a matrix and those along another axis are one kind here: elements a step apart.
 */
#include <math.h>

#include "checks.h"
#include "f64.h"

/* Lines of `cols` elements `step` apart: `outer` blocks of `inner` lines that begin at neighbouring elements. A matrix
 * has blocks of one line. */
typedef struct {
    size_t outer, inner, cols, step;
} lines;

typedef struct {
    const double *first;
    size_t stride; /* from block to block */
    check_range range;
} tensor;

static lines of_matrix(size_t rows, size_t cols) { return (lines){rows, 1, cols, 1}; }
static lines of_axis(size_t outer, size_t axis, size_t inner) { return (lines){outer, inner, axis, inner}; }

static tensor tensor_of(const double *first, size_t stride) { return (tensor){first, stride, {first, 0}}; }

/* A dense tensor's stride. */
static size_t dense(lines l) { return l.cols * l.inner; }

/* Sets the range of a tensor of lines. False if it is impossible. */
static bool measure(tensor *t, lines l)
{
    size_t block, n;
    return !__builtin_mul_overflow(l.cols, l.inner, &block) && check_product(&n, l.outer, l.cols, l.inner) &&
           check_matrix(&t->range, t->first, l.outer, block, t->stride, sizeof(double));
}

/* The same of one element for each line, dense. */
static bool measure_results(tensor *t, lines l)
{
    size_t n;
    return check_product(&n, l.outer, l.inner, 1) && check_array(&t->range, t->first, n, sizeof(double));
}

static bool is_empty(lines l) { return l.outer == 0 || l.inner == 0 || l.cols == 0; }

/* ---------------------------------------------------------------------------------------------- forward */

static vact_status run(bool log, double *dst, size_t dst_stride, const double *src, size_t src_stride, lines l)
{
    tensor to = tensor_of(dst, dst_stride), from = tensor_of(src, src_stride);
    if (!VACT_WITH_F64)
        return VACT_EUNSUPPORTED;
    if (!measure(&to, l) || !measure(&from, l))
        return VACT_EINVAL;
    if (is_empty(l))
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to.range, from.range))
        return VACT_EOVERLAP;
    const vacti_family_f64 *family = &vacti_table_current()->family_f64;
    vacti_rows_f64_fn *kernel = log ? family->log_softmax : family->softmax;
    if (l.inner == 1)
        kernel(dst, dst_stride, src, src_stride, 1, l.outer, l.cols);
    else
        for (size_t o = 0; o < l.outer; o++)
            kernel(dst + o * dst_stride, 1, src + o * src_stride, 1, l.step, l.inner, l.cols);
    return VACT_OK;
}

static vact_status run_logsumexp(double *dst, const double *src, size_t src_stride, lines l)
{
    tensor to = tensor_of(dst, 0), from = tensor_of(src, src_stride);
    if (!VACT_WITH_F64)
        return VACT_EUNSUPPORTED;
    if (!measure_results(&to, l) || !measure(&from, l))
        return VACT_EINVAL;
    if (l.outer == 0 || l.inner == 0)
        return VACT_OK;
    if (dst == NULL || (src == NULL && l.cols != 0))
        return VACT_EINVAL;
    if (check_share(to.range, from.range))
        return VACT_EOVERLAP;
    vacti_logsumexp_f64_fn *kernel = vacti_table_current()->family_f64.logsumexp;
    if (l.inner == 1)
        kernel(dst, src, src_stride, 1, l.outer, l.cols);
    else
        for (size_t o = 0; o < l.outer; o++)
            kernel(dst + o * l.inner, src + o * src_stride, 1, l.step, l.inner, l.cols);
    return VACT_OK;
}

vact_status vact_softmax_rows_f64(double *dst, size_t dst_stride, const double *src, size_t src_stride, size_t rows,
                                  size_t cols)
{
    return run(false, dst, dst_stride, src, src_stride, of_matrix(rows, cols));
}

vact_status vact_softmax_f64(double *dst, const double *src, size_t rows, size_t cols)
{
    return run(false, dst, cols, src, cols, of_matrix(rows, cols));
}

vact_status vact_softmax_axis_f64(double *dst, const double *src, size_t outer, size_t axis, size_t inner)
{
    const lines l = of_axis(outer, axis, inner);
    return run(false, dst, dense(l), src, dense(l), l);
}

vact_status vact_log_softmax_rows_f64(double *dst, size_t dst_stride, const double *src, size_t src_stride, size_t rows,
                                      size_t cols)
{
    return run(true, dst, dst_stride, src, src_stride, of_matrix(rows, cols));
}

vact_status vact_log_softmax_f64(double *dst, const double *src, size_t rows, size_t cols)
{
    return run(true, dst, cols, src, cols, of_matrix(rows, cols));
}

vact_status vact_log_softmax_axis_f64(double *dst, const double *src, size_t outer, size_t axis, size_t inner)
{
    const lines l = of_axis(outer, axis, inner);
    return run(true, dst, dense(l), src, dense(l), l);
}

vact_status vact_logsumexp_rows_f64(double *dst, const double *src, size_t src_stride, size_t rows, size_t cols)
{
    return run_logsumexp(dst, src, src_stride, of_matrix(rows, cols));
}

vact_status vact_logsumexp_f64(double *dst, const double *src, size_t rows, size_t cols)
{
    return run_logsumexp(dst, src, cols, of_matrix(rows, cols));
}

vact_status vact_logsumexp_axis_f64(double *dst, const double *src, size_t outer, size_t axis, size_t inner)
{
    const lines l = of_axis(outer, axis, inner);
    return run_logsumexp(dst, src, dense(l), l);
}

/* --------------------------------------------------------------------------------------------- gradients */

static vact_status is_possible(double scale)
{
    if (!isfinite(scale))
        return VACT_EINVAL;
    return VACTI_F64_GRADIENTS ? VACT_OK : VACT_EUNSUPPORTED;
}

/* `to` is where dx begins. */
static vact_status run_backward(bool log, double *to, tensor dx, tensor dy, tensor y, lines l, double scale)
{
    const vact_status possible = is_possible(scale);
    if (possible != VACT_OK)
        return possible;
    if (!measure(&dx, l) || !measure(&dy, l) || !measure(&y, l))
        return VACT_EINVAL;
    if (is_empty(l))
        return VACT_OK;
    if (dx.first == NULL || dy.first == NULL || y.first == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(dx.range, dy.range) || !check_in_place_or_apart(dx.range, y.range))
        return VACT_EOVERLAP;
    const vacti_family_f64 *family = &vacti_table_current()->family_f64;
    vacti_rows_backward_f64_fn *kernel = log ? family->log_softmax_backward : family->softmax_backward;
    if (l.inner == 1)
        kernel(to, dx.stride, dy.first, dy.stride, y.first, y.stride, 1, l.outer, l.cols, scale);
    else
        for (size_t o = 0; o < l.outer; o++)
            kernel(to + o * dx.stride, 1, dy.first + o * dy.stride, 1, y.first + o * y.stride, 1, l.step, l.inner,
                   l.cols, scale);
    return VACT_OK;
}

static vact_status run_logsumexp_backward(double *to, tensor dx, tensor dy, tensor x, tensor y, lines l, double scale)
{
    const vact_status possible = is_possible(scale);
    if (possible != VACT_OK)
        return possible;
    if (!measure(&dx, l) || !measure_results(&dy, l) || !measure(&x, l) || !measure_results(&y, l))
        return VACT_EINVAL;
    if (is_empty(l))
        return VACT_OK;
    if (dx.first == NULL || dy.first == NULL || x.first == NULL || y.first == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(dx.range, x.range) || check_share(dx.range, dy.range) ||
        check_share(dx.range, y.range))
        return VACT_EOVERLAP;
    vacti_logsumexp_backward_f64_fn *kernel = vacti_table_current()->family_f64.logsumexp_backward;
    if (l.inner == 1)
        kernel(to, dx.stride, dy.first, x.first, x.stride, y.first, 1, l.outer, l.cols, scale);
    else
        for (size_t o = 0; o < l.outer; o++)
            kernel(to + o * dx.stride, 1, dy.first + o * l.inner, x.first + o * x.stride, 1, y.first + o * l.inner,
                   l.step, l.inner, l.cols, scale);
    return VACT_OK;
}

vact_status vact_softmax_backward_rows_f64(double *dx, size_t dx_stride, const double *dy, size_t dy_stride,
                                           const double *y, size_t y_stride, size_t rows, size_t cols, double scale)
{
    return run_backward(false, dx, tensor_of(dx, dx_stride), tensor_of(dy, dy_stride), tensor_of(y, y_stride),
                        of_matrix(rows, cols), scale);
}

vact_status vact_softmax_backward_f64(double *dx, const double *dy, const double *y, size_t rows, size_t cols)
{
    return vact_softmax_backward_rows_f64(dx, cols, dy, cols, y, cols, rows, cols, 1.0);
}

vact_status vact_softmax_backward_axis_f64(double *dx, const double *dy, const double *y, size_t outer, size_t axis,
                                           size_t inner)
{
    const lines l = of_axis(outer, axis, inner);
    return run_backward(false, dx, tensor_of(dx, dense(l)), tensor_of(dy, dense(l)), tensor_of(y, dense(l)), l, 1.0);
}

vact_status vact_log_softmax_backward_rows_f64(double *dx, size_t dx_stride, const double *dy, size_t dy_stride,
                                               const double *y, size_t y_stride, size_t rows, size_t cols, double scale)
{
    return run_backward(true, dx, tensor_of(dx, dx_stride), tensor_of(dy, dy_stride), tensor_of(y, y_stride),
                        of_matrix(rows, cols), scale);
}

vact_status vact_log_softmax_backward_f64(double *dx, const double *dy, const double *y, size_t rows, size_t cols)
{
    return vact_log_softmax_backward_rows_f64(dx, cols, dy, cols, y, cols, rows, cols, 1.0);
}

vact_status vact_log_softmax_backward_axis_f64(double *dx, const double *dy, const double *y, size_t outer, size_t axis,
                                               size_t inner)
{
    const lines l = of_axis(outer, axis, inner);
    return run_backward(true, dx, tensor_of(dx, dense(l)), tensor_of(dy, dense(l)), tensor_of(y, dense(l)), l, 1.0);
}

vact_status vact_logsumexp_backward_rows_f64(double *dx, size_t dx_stride, const double *dy, const double *x,
                                             size_t x_stride, const double *y, size_t rows, size_t cols, double scale)
{
    return run_logsumexp_backward(dx, tensor_of(dx, dx_stride), tensor_of(dy, 0), tensor_of(x, x_stride),
                                  tensor_of(y, 0), of_matrix(rows, cols), scale);
}

vact_status vact_logsumexp_backward_f64(double *dx, const double *dy, const double *x, const double *y, size_t rows,
                                        size_t cols)
{
    return vact_logsumexp_backward_rows_f64(dx, cols, dy, x, cols, y, rows, cols, 1.0);
}

vact_status vact_logsumexp_backward_axis_f64(double *dx, const double *dy, const double *x, const double *y,
                                             size_t outer, size_t axis, size_t inner)
{
    const lines l = of_axis(outer, axis, inner);
    return run_logsumexp_backward(dx, tensor_of(dx, dense(l)), tensor_of(dy, 0), tensor_of(x, dense(l)),
                                  tensor_of(y, 0), l, 1.0);
}
