/* The gradients of the softmax family of every type, prelu's and those of xielu's parameters: the checks, in the order
 * of vact.h, then one call of a kernel. */
#include "rows_backward.h"

#include <math.h>

#include "options.h"

static bool has_cap(const vact_softmax_options_f32 *options)
{
    return options->softcap > 0.0f && isfinite(options->softcap);
}

vact_status vacti_gradient_options(vact_softmax_options_f32 *known, vact_type type,
                                   const vact_softmax_options_f32 *options, const float *dsink)
{
    if (vacti_type_size(type) == 0)
        return VACT_EINVAL;
    vact_status status = vacti_options_read(&vacti_softmax_options_kind, known, options);
    if (status != VACT_OK)
        return status;
    return !vacti_masks_accepted(known) || (dsink != NULL && known->sinks == NULL) ? VACT_EINVAL : VACT_OK;
}

static size_t sink_count(const vact_softmax_options_f32 *options)
{
    return options == NULL || options->heads_layout.count == 0 ? 1 : options->heads_layout.count;
}

/* The sinks of no rows, or of rows without columns. */
static void no_sinks(float *dsink, const vact_softmax_options_f32 *options)
{
    for (size_t h = 0; dsink != NULL && h < sink_count(options); h++)
        dsink[h] = 0.0f;
}

static bool overlaps_sinks(check_range sinks, const check_range *others, size_t n, const vacti_masks *given)
{
    bool shares = vacti_masks_overlap(sinks, given);
    for (size_t k = 0; k < n; k++)
        shares = shares || check_share(sinks, others[k]);
    return shares;
}

static vact_status is_possible(vact_type type, float scale)
{
    if (vacti_type_size(type) == 0 || !isfinite(scale))
        return VACT_EINVAL;
    return VACT_WITH_GRADIENTS && vacti_type_is_built(type) ? VACT_OK : VACT_EUNSUPPORTED;
}

static void run_masked(const vacti_masked_gradient *call, vact_type type)
{
    const vacti_table *const table = vacti_table_current();
    (type == VACT_F32 ? table->family.masked_backward : table->narrow_family[type].masked_backward)(call);
}

static void run_rows(const vacti_masked_gradient *g, vact_type type, float scale)
{
    const vacti_table *const table = vacti_table_current();
    const bool log = g->of == VACTI_LOG_SOFTMAX;
    if (type == VACT_F32)
        (log ? table->family.log_softmax_backward
             : table->family.softmax_backward)((float *)g->dx, g->dx_stride, (const float *)g->dy, g->dy_stride,
                                               (const float *)g->y, g->y_stride, g->rows, g->cols, scale, g->options);
    else
        (log ? table->narrow_family[type].log_softmax_backward : table->narrow_family[type].softmax_backward)(
            g->dx, g->dx_stride, g->dy, g->dy_stride, g->y, g->y_stride, g->rows, g->cols, scale, g->options);
}

vact_status vacti_rows_backward(const vacti_masked_gradient *g, vact_type type, float scale)
{
    check_range to, slopes, outputs, inputs = {NULL, 0}, sinks = {NULL, 0};
    vacti_masks given;
    const size_t element = vacti_type_size(type);
    const bool needs_x = g->options && (g->dsink != NULL || has_cap(g->options));
    const vact_status possible = is_possible(type, scale);
    if (possible != VACT_OK)
        return possible;
    if (!check_matrix(&to, g->dx, g->rows, g->cols, g->dx_stride, element) ||
        !check_matrix(&slopes, g->dy, g->rows, g->cols, g->dy_stride, element) ||
        (g->x && !check_matrix(&inputs, g->x, g->rows, g->cols, g->x_stride, element)) ||
        !check_matrix(&outputs, g->y, g->rows, g->cols, g->y_stride, element) ||
        !vacti_masks_of(&given, g->options, g->rows, g->cols) ||
        (g->dsink && !array(&sinks, g->dsink, sink_count(g->options))))
        return VACT_EINVAL;
    if (g->rows == 0 || g->cols == 0) {
        no_sinks(g->dsink, g->options);
        return VACT_OK;
    }
    if (g->dx == NULL || g->dy == NULL || g->y == NULL || (needs_x && g->x == NULL) || !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, inputs) ||
        !check_in_place_or_apart(to, outputs) || vacti_masks_overlap(to, &given) ||
        overlaps_sinks(sinks, (const check_range[]){to, slopes, inputs, outputs}, 4, &given))
        return VACT_EOVERLAP;
    if (needs_x)
        run_masked(g, type);
    else
        run_rows(g, type, scale);
    return VACT_OK;
}

vact_status vacti_logsumexp_backward(const vacti_masked_gradient *g, vact_type type, float scale)
{
    check_range to, slopes, inputs, outputs, sinks = {NULL, 0};
    vacti_masks given;
    const size_t element = vacti_type_size(type);
    const vact_status possible = is_possible(type, scale);
    if (possible != VACT_OK)
        return possible;
    if (!check_matrix(&to, g->dx, g->rows, g->cols, g->dx_stride, element) || !array(&slopes, g->dy, g->rows) ||
        !check_matrix(&inputs, g->x, g->rows, g->cols, g->x_stride, element) || !array(&outputs, g->y, g->rows) ||
        !vacti_masks_of(&given, g->options, g->rows, g->cols) ||
        (g->dsink && !array(&sinks, g->dsink, sink_count(g->options))))
        return VACT_EINVAL;
    if (g->rows == 0 || (g->cols == 0 && g->dsink == NULL)) {
        no_sinks(g->dsink, g->options);
        return VACT_OK;
    }
    if (g->dy == NULL || g->y == NULL || (g->cols != 0 && (g->dx == NULL || g->x == NULL)) ||
        !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, inputs) || check_share(to, slopes) || check_share(to, outputs) ||
        vacti_masks_overlap(to, &given) ||
        overlaps_sinks(sinks, (const check_range[]){to, slopes, inputs, outputs}, 4, &given))
        return VACT_EOVERLAP;
    const vacti_table *const table = vacti_table_current();
    if (g->dsink != NULL)
        run_masked(g, type);
    else if (type == VACT_F32)
        table->family.logsumexp_backward((float *)g->dx, g->dx_stride, (const float *)g->dy, (const float *)g->x,
                                         g->x_stride, (const float *)g->y, g->rows, g->cols, scale, g->options);
    else
        table->narrow_family[type].logsumexp_backward(g->dx, g->dx_stride, (const float *)g->dy, g->x, g->x_stride,
                                                      (const float *)g->y, g->rows, g->cols, scale, g->options);
    return VACT_OK;
}

static void run_axis(bool log, void *dx, const void *dy, const void *y, vact_type type, size_t outer, size_t axis,
                     size_t inner)
{
    const vacti_table *const table = vacti_table_current();
    if (type == VACT_F32)
        (log ? table->family.log_softmax_backward_axis : table->family.softmax_backward_axis)(
            (float *)dx, (const float *)dy, (const float *)y, outer, axis, inner);
    else
        (log ? table->narrow_family[type].log_softmax_backward_axis
             : table->narrow_family[type].softmax_backward_axis)(dx, dy, y, outer, axis, inner);
}

vact_status vacti_axis_backward(bool log, void *dx, const void *dy, const void *y, vact_type type, size_t outer,
                                size_t axis, size_t inner)
{
    check_range to, slopes, outputs;
    size_t n;
    const size_t element = vacti_type_size(type);
    const vact_status possible = is_possible(type, 1.0f);
    if (possible != VACT_OK)
        return possible;
    if (!check_product(&n, outer, axis, inner) || !check_array(&to, dx, n, element) ||
        !check_array(&slopes, dy, n, element) || !check_array(&outputs, y, n, element))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || y == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, outputs))
        return VACT_EOVERLAP;
    run_axis(log, dx, dy, y, type, outer, axis, inner);
    return VACT_OK;
}

vact_status vacti_logsumexp_axis_backward(void *dx, const float *dy, const void *x, const float *y, vact_type type,
                                          size_t outer, size_t axis, size_t inner)
{
    check_range to, inputs, slopes, outputs;
    const size_t element = vacti_type_size(type);
    const vact_status possible = is_possible(type, 1.0f);
    if (possible != VACT_OK)
        return possible;
    if (!tensor(&to, &slopes, dx, element, dy, outer, axis, inner) ||
        !tensor(&inputs, &outputs, x, element, y, outer, axis, inner))
        return VACT_EINVAL;
    if (outer == 0 || axis == 0 || inner == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || x == NULL || y == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, inputs) || check_share(to, slopes) || check_share(to, outputs))
        return VACT_EOVERLAP;
    const vacti_table *const table = vacti_table_current();
    if (type == VACT_F32)
        table->family.logsumexp_backward_axis((float *)dx, dy, (const float *)x, y, outer, axis, inner);
    else
        table->narrow_family[type].logsumexp_backward_axis(dx, dy, x, y, outer, axis, inner);
    return VACT_OK;
}

/* ------------------------------------------------------------------------------------------------- on float */

vact_status vact_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                           const float *y, size_t y_stride, size_t rows, size_t cols, float scale)
{
    return vact_softmax_backward(dx, dx_stride, dy, dy_stride, y, y_stride, VACT_F32, rows, cols, scale);
}

vact_status vact_softmax_backward_f32(float *dx, const float *dy, const float *y, size_t rows, size_t cols)
{
    return vact_softmax_backward_rows_f32(dx, cols, dy, cols, y, cols, rows, cols, 1.0f);
}

vact_status vact_softmax_backward_masked_f32(float *dx, size_t dx_stride, float *dsink, const float *dy,
                                             size_t dy_stride, const float *x, size_t x_stride, const float *y,
                                             size_t y_stride, size_t rows, size_t cols,
                                             const vact_softmax_options_f32 *options)
{
    return vact_softmax_backward_masked(dx, dx_stride, dsink, dy, dy_stride, x, x_stride, y, y_stride, VACT_F32, rows,
                                        cols, options);
}

vact_status vact_log_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                               const float *y, size_t y_stride, size_t rows, size_t cols, float scale)
{
    return vact_log_softmax_backward(dx, dx_stride, dy, dy_stride, y, y_stride, VACT_F32, rows, cols, scale);
}

vact_status vact_log_softmax_backward_f32(float *dx, const float *dy, const float *y, size_t rows, size_t cols)
{
    return vact_log_softmax_backward_rows_f32(dx, cols, dy, cols, y, cols, rows, cols, 1.0f);
}

vact_status vact_log_softmax_backward_masked_f32(float *dx, size_t dx_stride, float *dsink, const float *dy,
                                                 size_t dy_stride, const float *x, size_t x_stride, const float *y,
                                                 size_t y_stride, size_t rows, size_t cols,
                                                 const vact_softmax_options_f32 *options)
{
    return vact_log_softmax_backward_masked(dx, dx_stride, dsink, dy, dy_stride, x, x_stride, y, y_stride, VACT_F32,
                                            rows, cols, options);
}

vact_status vact_logsumexp_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, const float *x,
                                             size_t x_stride, const float *y, size_t rows, size_t cols, float scale)
{
    return vact_logsumexp_backward(dx, dx_stride, dy, x, x_stride, y, VACT_F32, rows, cols, scale);
}

vact_status vact_logsumexp_backward_f32(float *dx, const float *dy, const float *x, const float *y, size_t rows,
                                        size_t cols)
{
    return vact_logsumexp_backward_rows_f32(dx, cols, dy, x, cols, y, rows, cols, 1.0f);
}

vact_status vact_logsumexp_backward_masked_f32(float *dx, size_t dx_stride, float *dsink, const float *dy,
                                               const float *x, size_t x_stride, const float *y, size_t rows,
                                               size_t cols, const vact_softmax_options_f32 *options)
{
    return vact_logsumexp_backward_masked(dx, dx_stride, dsink, dy, x, x_stride, y, VACT_F32, rows, cols, options);
}

vact_status vact_softmax_backward_axis_f32(float *dx, const float *dy, const float *y, size_t outer, size_t axis,
                                           size_t inner)
{
    return vacti_axis_backward(false, dx, dy, y, VACT_F32, outer, axis, inner);
}

vact_status vact_log_softmax_backward_axis_f32(float *dx, const float *dy, const float *y, size_t outer, size_t axis,
                                               size_t inner)
{
    return vacti_axis_backward(true, dx, dy, y, VACT_F32, outer, axis, inner);
}

vact_status vact_logsumexp_backward_axis_f32(float *dx, const float *dy, const float *x, const float *y, size_t outer,
                                             size_t axis, size_t inner)
{
    return vacti_logsumexp_axis_backward(dx, dy, x, y, VACT_F32, outer, axis, inner);
}

vact_status vact_prelu_backward_f32(float *dx, float *dslope, const float *dy, const float *x, const float *slope,
                                    size_t outer, size_t channels, size_t inner)
{
    check_range to, slopes, inputs, parameters, gradients;
    size_t n;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!check_product(&n, outer, channels, inner) || !array(&to, dx, n) || !array(&slopes, dy, n) ||
        !array(&inputs, x, n) || !array(&parameters, slope, channels) || !array(&gradients, dslope, channels))
        return VACT_EINVAL;
    if (channels == 0)
        return VACT_OK;
    if (dslope == NULL || slope == NULL || (n != 0 && (dx == NULL || dy == NULL || x == NULL)) ||
        !check_all_finite(slope, channels))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, inputs) || check_share(to, parameters) ||
        check_share(gradients, to) || check_share(gradients, slopes) || check_share(gradients, inputs) ||
        check_share(gradients, parameters))
        return VACT_EOVERLAP;
    vacti_table_current()->family.prelu_backward(dx, dslope, dy, x, slope, outer, channels, inner);
    return VACT_OK;
}

vact_status vact_xielu_alpha_backward_f32(float *dalpha, const float *dy, const float *x, size_t n)
{
    check_range to, slopes, inputs;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!array(&to, dalpha, 2) || !array(&slopes, dy, n) || !array(&inputs, x, n))
        return VACT_EINVAL;
    if (dalpha == NULL || (n != 0 && (dy == NULL || x == NULL)))
        return VACT_EINVAL;
    if (check_share(to, slopes) || check_share(to, inputs))
        return VACT_EOVERLAP;
    vacti_table_current()->family.xielu_alpha_backward(dalpha, dy, x, n);
    return VACT_OK;
}
