/* The softmax family and prelu's gradient: the checks, in the order that vact.h states, and one call of a kernel. */
#include <math.h>
#include <stdint.h>

#include "table.h"

/* ------------------------------------------------------------------------------------------- the checks */

/* A range of memory; bytes 0 where there is none. */
typedef struct range {
    const void *first;
    size_t bytes;
} range;

static bool share(range a, range b)
{
    uintptr_t a_first = (uintptr_t)a.first, b_first = (uintptr_t)b.first;
    return a.bytes != 0 && b.bytes != 0 && a_first < b_first + b.bytes && b_first < a_first + a.bytes;
}

/* The bytes of `rows` rows, `stride` elements from one to the next, as a range; false where they cannot exist. */
static bool range_of(range *made, const void *first, size_t rows, size_t cols, size_t stride, size_t element)
{
    *made = (range){first, 0};
    if (rows == 0 || cols == 0)
        return true;
    size_t elements;
    if (__builtin_mul_overflow(rows - 1, stride, &elements) || __builtin_add_overflow(elements, cols, &elements) ||
        __builtin_mul_overflow(elements, element, &made->bytes))
        return false;
    return made->bytes <= (size_t)PTRDIFF_MAX;
}

static bool matrix(range *made, const float *first, size_t rows, size_t cols, size_t stride)
{
    return stride >= cols && range_of(made, first, rows, cols, stride, sizeof(float));
}

static bool array(range *made, const float *first, size_t n)
{
    return range_of(made, first, n, n != 0, 1, sizeof(float));
}

/* Whether a destination may stand where a source does: exactly in place, or apart from it. */
static bool in_place_or_apart(range dst, size_t dst_stride, range src, size_t src_stride, size_t rows)
{
    return (dst.first == src.first && (dst_stride == src_stride || rows == 1)) || !share(dst, src);
}

typedef struct masks {
    range bias, keep;
} masks;

static bool mask(range *made, const void *first, const vact_mask_layout *layout, size_t rows, size_t cols,
                 size_t element)
{
    *made = (range){first, 0};
    if (first == NULL)
        return true;
    if (layout->stride != 0 && layout->stride < cols)
        return false;
    size_t repeat = layout->repeat == 0 ? 1 : layout->repeat;
    size_t used = rows == 0 ? 0 : (rows - 1) / repeat + 1;
    if (layout->rows != 0 && used > layout->rows)
        used = layout->rows;
    return range_of(made, first, used, cols, layout->stride, element);
}

static bool accepted(const vact_softmax_options_f32 *options)
{
    return options == NULL || (options->size == sizeof *options && options->scale > 0.0f && isfinite(options->scale));
}

static bool masks_of(masks *made, const vact_softmax_options_f32 *options, size_t rows, size_t cols)
{
    *made = (masks){{NULL, 0}, {NULL, 0}};
    return options == NULL ||
           (mask(&made->bias, options->bias, &options->bias_layout, rows, cols, sizeof *options->bias) &&
            mask(&made->keep, options->keep, &options->keep_layout, rows, cols, sizeof *options->keep));
}

static bool overlaps_masks(range dst, const masks *m) { return share(dst, m->bias) || share(dst, m->keep); }

/* ---------------------------------------------------------------------------------------------- forward */

static vact_status run_masked(vact_masked_f32_fn *kernel, float *dst, size_t dst_stride, const float *src,
                              size_t src_stride, size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    range to, from;
    masks given;
    if (!accepted(options) || !matrix(&to, dst, rows, cols, dst_stride) ||
        !matrix(&from, src, rows, cols, src_stride) || !masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!in_place_or_apart(to, dst_stride, from, src_stride, rows) || overlaps_masks(to, &given))
        return VACT_EOVERLAP;
    kernel(dst, dst_stride, src, src_stride, rows, cols, options);
    return VACT_OK;
}

vact_status vact_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                    size_t cols, const vact_softmax_options_f32 *options)
{
    return run_masked(vact_table_current()->family.softmax, dst, dst_stride, src, src_stride, rows, cols, options);
}

vact_status vact_log_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                        size_t cols, const vact_softmax_options_f32 *options)
{
    return run_masked(vact_table_current()->family.log_softmax, dst, dst_stride, src, src_stride, rows, cols, options);
}

vact_status vact_logsumexp_masked_f32(float *dst, const float *src, size_t src_stride, size_t rows, size_t cols,
                                      const vact_softmax_options_f32 *options)
{
    range to, from;
    masks given;
    if (!accepted(options) || !array(&to, dst, rows) || !matrix(&from, src, rows, cols, src_stride) ||
        !masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (dst == NULL || (src == NULL && cols != 0))
        return VACT_EINVAL;
    if (share(to, from) || overlaps_masks(to, &given))
        return VACT_EOVERLAP;
    vact_table_current()->family.logsumexp(dst, src, src_stride, rows, cols, options);
    return VACT_OK;
}

vact_status vact_logsumexp_rows_f32(float *dst, const float *src, size_t src_stride, size_t rows, size_t cols)
{
    return vact_logsumexp_masked_f32(dst, src, src_stride, rows, cols, NULL);
}

vact_status vact_logsumexp_f32(float *dst, const float *src, size_t rows, size_t cols)
{
    return vact_logsumexp_masked_f32(dst, src, cols, rows, cols, NULL);
}

static vact_status run_axis(vact_axis_f32_fn *kernel, float *dst, const float *src, size_t outer, size_t axis,
                            size_t inner)
{
    range to, from;
    bool nothing = outer == 0 || axis == 0 || inner == 0;
    size_t slice = 0;
    if (!nothing && __builtin_mul_overflow(axis, inner, &slice))
        return VACT_EINVAL;
    if (!matrix(&to, dst, outer, slice, slice) || !matrix(&from, src, outer, slice, slice))
        return VACT_EINVAL;
    if (nothing)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!in_place_or_apart(to, slice, from, slice, outer))
        return VACT_EOVERLAP;
    kernel(dst, src, outer, axis, inner);
    return VACT_OK;
}

vact_status vact_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    return run_axis(vact_table_current()->family.softmax_axis, dst, src, outer, axis, inner);
}

vact_status vact_log_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    return run_axis(vact_table_current()->family.log_softmax_axis, dst, src, outer, axis, inner);
}

/* --------------------------------------------------------------------------------------- block by block */

static bool states(range *made, const vact_softmax_online_f32 *first, size_t rows)
{
    return range_of(made, first, rows, rows != 0, 1, sizeof *first);
}

vact_status vact_softmax_online_start_f32(vact_softmax_online_f32 *state, size_t rows)
{
    range all;
    if (!states(&all, state, rows))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (state == NULL)
        return VACT_EINVAL;
    for (size_t r = 0; r < rows; r++)
        state[r] = (vact_softmax_online_f32){-INFINITY, 0.0};
    return VACT_OK;
}

vact_status vact_softmax_online_update_f32(vact_softmax_online_f32 *state, float *rescale, float *dst,
                                           size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                           size_t cols, const vact_softmax_options_f32 *options)
{
    range all, factors, to, from;
    masks given;
    if (!accepted(options) || !states(&all, state, rows) || !array(&factors, rescale, rows) ||
        !matrix(&to, dst, rows, cols, dst_stride) || !matrix(&from, src, rows, cols, src_stride) ||
        !masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (state == NULL || rescale == NULL || (cols != 0 && (dst == NULL || src == NULL)))
        return VACT_EINVAL;
    if (!in_place_or_apart(to, dst_stride, from, src_stride, rows) || overlaps_masks(to, &given) ||
        overlaps_masks(factors, &given) || overlaps_masks(all, &given) || share(all, factors) || share(all, to) ||
        share(all, from) || share(factors, to) || share(factors, from))
        return VACT_EOVERLAP;
    vact_table_current()->family.online(state, rescale, dst, dst_stride, src, src_stride, rows, cols, options);
    return VACT_OK;
}

vact_status vact_softmax_online_finish_f32(float *factor, float *lse, const vact_softmax_online_f32 *state, size_t rows)
{
    range all, factors, logs;
    if (!states(&all, state, rows) || !array(&factors, factor, rows) || !array(&logs, lse, rows))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (state == NULL)
        return VACT_EINVAL;
    if ((factor != NULL && (share(factors, all) || (lse != NULL && share(factors, logs)))) ||
        (lse != NULL && share(logs, all)))
        return VACT_EOVERLAP;
    vact_softmax_online_finish(factor, lse, state, rows);
    return VACT_OK;
}

/* --------------------------------------------------------------------------------------------- gradients */

static vact_status run_backward(vact_rows_backward_f32_fn *kernel, float *dx, size_t dx_stride, const float *dy,
                                size_t dy_stride, const float *y, size_t y_stride, size_t rows, size_t cols,
                                float scale)
{
    range to, slopes, outputs;
    if (!isfinite(scale) || !matrix(&to, dx, rows, cols, dx_stride) || !matrix(&slopes, dy, rows, cols, dy_stride) ||
        !matrix(&outputs, y, rows, cols, y_stride))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || y == NULL)
        return VACT_EINVAL;
    if (!in_place_or_apart(to, dx_stride, slopes, dy_stride, rows) ||
        !in_place_or_apart(to, dx_stride, outputs, y_stride, rows))
        return VACT_EOVERLAP;
    kernel(dx, dx_stride, dy, dy_stride, y, y_stride, rows, cols, scale);
    return VACT_OK;
}

vact_status vact_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                           const float *y, size_t y_stride, size_t rows, size_t cols, float scale)
{
    return run_backward(vact_table_current()->family.softmax_backward, dx, dx_stride, dy, dy_stride, y, y_stride, rows,
                        cols, scale);
}

vact_status vact_softmax_backward_f32(float *dx, const float *dy, const float *y, size_t rows, size_t cols)
{
    return vact_softmax_backward_rows_f32(dx, cols, dy, cols, y, cols, rows, cols, 1.0f);
}

vact_status vact_log_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                               const float *y, size_t y_stride, size_t rows, size_t cols, float scale)
{
    return run_backward(vact_table_current()->family.log_softmax_backward, dx, dx_stride, dy, dy_stride, y, y_stride,
                        rows, cols, scale);
}

vact_status vact_log_softmax_backward_f32(float *dx, const float *dy, const float *y, size_t rows, size_t cols)
{
    return vact_log_softmax_backward_rows_f32(dx, cols, dy, cols, y, cols, rows, cols, 1.0f);
}

vact_status vact_logsumexp_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, const float *x,
                                             size_t x_stride, const float *y, size_t rows, size_t cols, float scale)
{
    range to, slopes, inputs, outputs;
    if (!isfinite(scale) || !matrix(&to, dx, rows, cols, dx_stride) || !array(&slopes, dy, rows) ||
        !matrix(&inputs, x, rows, cols, x_stride) || !array(&outputs, y, rows))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || x == NULL || y == NULL)
        return VACT_EINVAL;
    if (!in_place_or_apart(to, dx_stride, inputs, x_stride, rows) || share(to, slopes) || share(to, outputs))
        return VACT_EOVERLAP;
    vact_table_current()->family.logsumexp_backward(dx, dx_stride, dy, x, x_stride, y, rows, cols, scale);
    return VACT_OK;
}

vact_status vact_logsumexp_backward_f32(float *dx, const float *dy, const float *x, const float *y, size_t rows,
                                        size_t cols)
{
    return vact_logsumexp_backward_rows_f32(dx, cols, dy, x, cols, y, rows, cols, 1.0f);
}

static bool all_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

vact_status vact_prelu_backward_f32(float *dx, float *dslope, const float *dy, const float *x, const float *slope,
                                    size_t outer, size_t channels, size_t inner)
{
    range to, slopes, inputs, parameters, gradients;
    bool nothing = outer == 0 || channels == 0 || inner == 0;
    size_t n = 0;
    if (!nothing && (__builtin_mul_overflow(outer, channels, &n) || __builtin_mul_overflow(n, inner, &n)))
        return VACT_EINVAL;
    if (!array(&to, dx, n) || !array(&slopes, dy, n) || !array(&inputs, x, n) || !array(&parameters, slope, channels) ||
        !array(&gradients, dslope, channels))
        return VACT_EINVAL;
    if (channels == 0)
        return VACT_OK;
    if (dslope == NULL || slope == NULL || (!nothing && (dx == NULL || dy == NULL || x == NULL)) ||
        !all_finite(slope, channels))
        return VACT_EINVAL;
    if (!in_place_or_apart(to, 1, slopes, 1, n) || !in_place_or_apart(to, 1, inputs, 1, n) || share(to, parameters) ||
        share(gradients, to) || share(gradients, slopes) || share(gradients, inputs) || share(gradients, parameters))
        return VACT_EOVERLAP;
    vact_table_current()->family.prelu_backward(dx, dslope, dy, x, slope, outer, channels, inner);
    return VACT_OK;
}
