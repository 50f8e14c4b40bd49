/* The gradients of the softmax family, prelu's and those of xielu's parameters: the checks, in the order of vact.h,
 * then one call of a kernel. */
#include <math.h>

#include "options.h"
#include "rows.h"
#include "table.h"

/* Of what the functions without options do not have: the gradient of the sinks, the kind, and the input. */
typedef struct gradient_extras {
    vacti_softmax_kind of;
    float *dsink;
    const float *x;
    size_t x_stride;
} gradient_extras;

static bool has_cap(const vact_softmax_options_f32 *options)
{
    return options->softcap > 0.0f && isfinite(options->softcap);
}

static vact_status read_gradient_options(vact_softmax_options_f32 *known, const vact_softmax_options_f32 *options,
                                         const float *dsink)
{
    vact_status status = vacti_options_read(&vacti_softmax_options_kind, known, options);
    if (status != VACT_OK)
        return status;
    return !vacti_masks_accepted(known) || (dsink != NULL && known->sinks == NULL) ? VACT_EINVAL : VACT_OK;
}

static size_t sink_count(const vact_softmax_options_f32 *options)
{
    return options->heads_layout.count == 0 ? 1 : options->heads_layout.count;
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

/* extras: null without options. x, if given, is only checked unless a sink or a cap needs it. */
static vact_status run_backward(vact_rows_backward_f32_fn *kernel, float *dx, size_t dx_stride, const float *dy,
                                size_t dy_stride, const float *y, size_t y_stride, size_t rows, size_t cols,
                                float scale, const vact_softmax_options_f32 *options, const gradient_extras *extras)
{
    check_range to, slopes, outputs, inputs = {NULL, 0}, sinks = {NULL, 0};
    vacti_masks given;
    const float *x = extras ? extras->x : NULL;
    float *dsink = extras ? extras->dsink : NULL;
    const bool needs_x = extras && (dsink != NULL || has_cap(options));
    if (!isfinite(scale))
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!matrix(&to, dx, rows, cols, dx_stride) || !matrix(&slopes, dy, rows, cols, dy_stride) ||
        (x && !matrix(&inputs, x, rows, cols, extras->x_stride)) || !matrix(&outputs, y, rows, cols, y_stride) ||
        !vacti_masks_of(&given, options, rows, cols) || (dsink && !array(&sinks, dsink, sink_count(options))))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0) {
        no_sinks(dsink, options);
        return VACT_OK;
    }
    if (dx == NULL || dy == NULL || y == NULL || (needs_x && x == NULL) || !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, inputs) ||
        !check_in_place_or_apart(to, outputs) || vacti_masks_overlap(to, &given) ||
        overlaps_sinks(sinks, (const check_range[]){to, slopes, inputs, outputs}, 4, &given))
        return VACT_EOVERLAP;
    if (needs_x)
        vacti_table_current()->family.masked_backward(&(vacti_masked_gradient){
            extras->of, dx, dsink, dy, x, y, dx_stride, dy_stride, extras->x_stride, y_stride, rows, cols, options});
    else
        kernel(dx, dx_stride, dy, dy_stride, y, y_stride, rows, cols, scale, options);
    return VACT_OK;
}

vact_status vact_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                           const float *y, size_t y_stride, size_t rows, size_t cols, float scale)
{
    return run_backward(vacti_table_current()->family.softmax_backward, dx, dx_stride, dy, dy_stride, y, y_stride, rows,
                        cols, scale, NULL, NULL);
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
    vact_softmax_options_f32 known;
    vact_status read = read_gradient_options(&known, options, dsink);
    if (read != VACT_OK)
        return read;
    return run_backward(vacti_table_current()->family.softmax_backward, dx, dx_stride, dy, dy_stride, y, y_stride, rows,
                        cols, known.scale, &known, &(gradient_extras){VACTI_SOFTMAX, dsink, x, x_stride});
}

vact_status vact_log_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                               const float *y, size_t y_stride, size_t rows, size_t cols, float scale)
{
    return run_backward(vacti_table_current()->family.log_softmax_backward, dx, dx_stride, dy, dy_stride, y, y_stride,
                        rows, cols, scale, NULL, NULL);
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
    vact_softmax_options_f32 known;
    vact_status read = read_gradient_options(&known, options, dsink);
    if (read != VACT_OK)
        return read;
    return run_backward(vacti_table_current()->family.log_softmax_backward, dx, dx_stride, dy, dy_stride, y, y_stride,
                        rows, cols, known.scale, &known, &(gradient_extras){VACTI_LOG_SOFTMAX, dsink, x, x_stride});
}

static vact_status run_logsumexp_backward(float *dx, size_t dx_stride, float *dsink, const float *dy, const float *x,
                                          size_t x_stride, const float *y, size_t rows, size_t cols, float scale,
                                          const vact_softmax_options_f32 *options)
{
    check_range to, slopes, inputs, outputs, sinks = {NULL, 0};
    vacti_masks given;
    if (!isfinite(scale))
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!matrix(&to, dx, rows, cols, dx_stride) || !array(&slopes, dy, rows) ||
        !matrix(&inputs, x, rows, cols, x_stride) || !array(&outputs, y, rows) ||
        !vacti_masks_of(&given, options, rows, cols) || (dsink && !array(&sinks, dsink, sink_count(options))))
        return VACT_EINVAL;
    if (rows == 0 || (cols == 0 && dsink == NULL)) {
        no_sinks(dsink, options);
        return VACT_OK;
    }
    if (dy == NULL || y == NULL || (cols != 0 && (dx == NULL || x == NULL)) || !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, inputs) || check_share(to, slopes) || check_share(to, outputs) ||
        vacti_masks_overlap(to, &given) ||
        overlaps_sinks(sinks, (const check_range[]){to, slopes, inputs, outputs}, 4, &given))
        return VACT_EOVERLAP;
    if (dsink != NULL)
        vacti_table_current()->family.masked_backward(&(vacti_masked_gradient){
            VACTI_LOGSUMEXP, dx, dsink, dy, x, y, dx_stride, 0, x_stride, 0, rows, cols, options});
    else
        vacti_table_current()->family.logsumexp_backward(dx, dx_stride, dy, x, x_stride, y, rows, cols, scale, options);
    return VACT_OK;
}

vact_status vact_logsumexp_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, const float *x,
                                             size_t x_stride, const float *y, size_t rows, size_t cols, float scale)
{
    return run_logsumexp_backward(dx, dx_stride, NULL, dy, x, x_stride, y, rows, cols, scale, NULL);
}

vact_status vact_logsumexp_backward_f32(float *dx, const float *dy, const float *x, const float *y, size_t rows,
                                        size_t cols)
{
    return run_logsumexp_backward(dx, cols, NULL, dy, x, cols, y, rows, cols, 1.0f, NULL);
}

vact_status vact_logsumexp_backward_masked_f32(float *dx, size_t dx_stride, float *dsink, const float *dy,
                                               const float *x, size_t x_stride, const float *y, size_t rows,
                                               size_t cols, const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    vact_status read = read_gradient_options(&known, options, dsink);
    if (read != VACT_OK)
        return read;
    return run_logsumexp_backward(dx, dx_stride, dsink, dy, x, x_stride, y, rows, cols, known.scale, &known);
}

static vact_status run_axis_backward(vact_axis_backward_f32_fn *kernel, float *dx, const float *dy, const float *y,
                                     size_t outer, size_t axis, size_t inner)
{
    check_range to, slopes, outputs;
    size_t n;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!check_product(&n, outer, axis, inner) || !array(&to, dx, n) || !array(&slopes, dy, n) ||
        !array(&outputs, y, n))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || y == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, outputs))
        return VACT_EOVERLAP;
    kernel(dx, dy, y, outer, axis, inner);
    return VACT_OK;
}

vact_status vact_softmax_backward_axis_f32(float *dx, const float *dy, const float *y, size_t outer, size_t axis,
                                           size_t inner)
{
    return run_axis_backward(vacti_table_current()->family.softmax_backward_axis, dx, dy, y, outer, axis, inner);
}

vact_status vact_log_softmax_backward_axis_f32(float *dx, const float *dy, const float *y, size_t outer, size_t axis,
                                               size_t inner)
{
    return run_axis_backward(vacti_table_current()->family.log_softmax_backward_axis, dx, dy, y, outer, axis, inner);
}

vact_status vact_logsumexp_backward_axis_f32(float *dx, const float *dy, const float *x, const float *y, size_t outer,
                                             size_t axis, size_t inner)
{
    check_range to, inputs, slopes, outputs;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!tensor(&to, &slopes, dx, dy, outer, axis, inner) || !tensor(&inputs, &outputs, x, y, outer, axis, inner))
        return VACT_EINVAL;
    if (outer == 0 || axis == 0 || inner == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || x == NULL || y == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, inputs) || check_share(to, slopes) || check_share(to, outputs))
        return VACT_EOVERLAP;
    vacti_table_current()->family.logsumexp_backward_axis(dx, dy, x, y, outer, axis, inner);
    return VACT_OK;
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
