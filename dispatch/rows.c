/* The softmax family, prelu's gradient and that of xielu's parameters: the checks, in the order of vact.h, then one
 * call of a kernel. */
#include "checks.h"
#include "options.h"
#include "table.h"

/* ------------------------------------------------------------------------------------------- the checks */

static bool matrix(check_range *made, const float *first, size_t rows, size_t cols, size_t stride)
{
    return check_matrix(made, first, rows, cols, stride, sizeof *first);
}

static bool array(check_range *made, const float *first, size_t n)
{
    return check_array(made, first, n, sizeof *first);
}

/* What the options point to. */
enum { MASK_BIAS, MASK_KEEP, MASK_CAUSAL, MASK_LENGTHS, MASK_SLOPES, MASK_SINKS, MASK_ARRAYS };

typedef struct masks {
    check_range of[MASK_ARRAYS];
} masks;

static bool mask(check_range *made, const void *first, const vact_mask_layout *layout, size_t rows, size_t cols,
                 size_t element)
{
    *made = (check_range){first, 0};
    if (first == NULL)
        return true;
    if (layout->stride != 0 && layout->stride < cols)
        return false;
    if ((layout->block == 0) != (layout->block_rows == 0))
        return false;
    size_t repeat = layout->repeat == 0 ? 1 : layout->repeat, blocks = 0, used = 0;
    if (rows != 0) {
        /* The mask's rows for whole blocks, and those that the last block reaches. */
        blocks = layout->block == 0 ? 0 : (rows - 1) / layout->block;
        used = (rows - 1 - blocks * layout->block) / repeat + 1;
        if (layout->block != 0 && used > layout->block_rows)
            used = layout->block_rows;
    }
    if (__builtin_mul_overflow(blocks, layout->block_rows, &blocks) || __builtin_add_overflow(used, blocks, &used))
        return false;
    size_t period = layout->rows == 0 ? rows : layout->rows;
    return check_spaced_rows(made, first, used < period ? used : period, cols, layout->stride, element);
}

/* The values that the rows use. */
static bool values(check_range *made, const void *first, const vact_values_layout *layout, size_t rows, size_t element)
{
    *made = (check_range){first, 0};
    if (first == NULL || rows == 0)
        return true;
    const size_t count = layout->count == 0 ? 1 : layout->count, repeat = layout->repeat == 0 ? 1 : layout->repeat;
    const size_t used = (rows - 1) / repeat + 1;
    return check_array(made, first, used < count ? used : count, element);
}

static bool accepted(const vact_softmax_options_f32 *options)
{
    const bool window = options->window_before != 0 || options->window_after != 0;
    return isfinite(options->scale) && options->softcap >= 0.0f && (!window || options->causal_queries != 0) &&
           (options->softcap_order == VACT_SOFTCAP_BEFORE_MASK || options->softcap_order == VACT_SOFTCAP_AFTER_MASK);
}

static bool has_cap(const vact_softmax_options_f32 *options)
{
    return options->softcap > 0.0f && isfinite(options->softcap);
}

/* Reads the options into `known` and points *options to it. Null options stay null. */
static vact_status read_options(vact_softmax_options_f32 *known, const vact_softmax_options_f32 **options)
{
    if (*options == NULL)
        return VACT_OK;
    vact_status status = vacti_options_read(&vacti_softmax_options_kind, known, *options);
    *options = known;
    return status == VACT_OK && !accepted(known) ? VACT_EINVAL : status;
}

static bool masks_of(masks *made, const vact_softmax_options_f32 *options, size_t rows, size_t cols)
{
    *made = (masks){{{NULL, 0}}};
    check_range *of = made->of;
    return options == NULL ||
           (mask(&of[MASK_BIAS], options->bias, &options->bias_layout, rows, cols, sizeof *options->bias) &&
            mask(&of[MASK_KEEP], options->keep, &options->keep_layout, rows, cols, sizeof *options->keep) &&
            values(&of[MASK_CAUSAL], options->causal_offsets, &options->causal_layout, rows,
                   sizeof *options->causal_offsets) &&
            values(&of[MASK_LENGTHS], options->lengths, &options->lengths_layout, rows, sizeof *options->lengths) &&
            values(&of[MASK_SLOPES], options->slopes, &options->heads_layout, rows, sizeof *options->slopes) &&
            values(&of[MASK_SINKS], options->sinks, &options->heads_layout, rows, sizeof *options->sinks));
}

/* Whether the values of the arrays are in their domain. */
static bool masks_are_valid(const masks *m)
{
    const check_range slopes = m->of[MASK_SLOPES];
    return slopes.first == NULL || check_all_finite(slopes.first, slopes.bytes / sizeof(float));
}

static bool overlaps_masks(check_range dst, const masks *m)
{
    bool shares = false;
    for (size_t k = 0; k < MASK_ARRAYS; k++)
        shares = shares || check_share(dst, m->of[k]);
    return shares;
}

/* ---------------------------------------------------------------------------------------------- forward */

__attribute__((noinline)) static vact_status check_masked(float *dst, size_t dst_stride, const float *src,
                                                          size_t src_stride, size_t rows, size_t cols,
                                                          const vact_softmax_options_f32 *options)
{
    check_range to, from;
    masks given;
    vact_softmax_options_f32 known;
    vact_status read = read_options(&known, &options);
    if (read != VACT_OK)
        return read;
    if (!matrix(&to, dst, rows, cols, dst_stride) || !matrix(&from, src, rows, cols, src_stride) ||
        !masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL || !masks_are_valid(&given))
        return VACT_EINVAL;
    return !check_in_place_or_apart(to, from) || overlaps_masks(to, &given) ? VACT_EOVERLAP : VACT_OK;
}

/* Of options that have been checked. */
__attribute__((noinline)) static bool are_plain(const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    return read_options(&known, &options) == VACT_OK && vacti_softmax_is_plain(options);
}

__attribute__((noinline)) static vact_status run_masked(vact_masked_f32_fn *kernel, float *dst, size_t dst_stride,
                                                        const float *src, size_t src_stride, size_t rows, size_t cols,
                                                        const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    const vact_status read = read_options(&known, &options);
    if (read == VACT_OK)
        kernel(dst, dst_stride, src, src_stride, rows, cols, options);
    return read;
}

__attribute__((noinline)) static vact_status run_plain(vact_masked_f32_fn *kernel, float *dst, size_t dst_stride,
                                                       const float *src, size_t src_stride, size_t rows, size_t cols)
{
    kernel(dst, dst_stride, src, src_stride, rows, cols, NULL);
    return VACT_OK;
}

/* Short rows without options take most of the 8 KiB of stack that vact.h promises: no options stand below them. */
static vact_status run_rows(vact_masked_f32_fn *kernel, float *dst, size_t dst_stride, const float *src,
                            size_t src_stride, size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    const vact_status status = check_masked(dst, dst_stride, src, src_stride, rows, cols, options);
    if (status != VACT_OK || rows == 0 || cols == 0)
        return status;
    return are_plain(options) ? run_plain(kernel, dst, dst_stride, src, src_stride, rows, cols)
                              : run_masked(kernel, dst, dst_stride, src, src_stride, rows, cols, options);
}

vact_status vact_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                    size_t cols, const vact_softmax_options_f32 *options)
{
    return run_rows(vacti_table_current()->family.softmax, dst, dst_stride, src, src_stride, rows, cols, options);
}

vact_status vact_log_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                        size_t cols, const vact_softmax_options_f32 *options)
{
    return run_rows(vacti_table_current()->family.log_softmax, dst, dst_stride, src, src_stride, rows, cols, options);
}

vact_status vact_logsumexp_masked_f32(float *dst, const float *src, size_t src_stride, size_t rows, size_t cols,
                                      const vact_softmax_options_f32 *options)
{
    check_range to, from;
    masks given;
    vact_softmax_options_f32 known;
    vact_status read = read_options(&known, &options);
    if (read != VACT_OK)
        return read;
    if (!array(&to, dst, rows) || !matrix(&from, src, rows, cols, src_stride) || !masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (dst == NULL || (src == NULL && cols != 0) || !masks_are_valid(&given))
        return VACT_EINVAL;
    if (check_share(to, from) || overlaps_masks(to, &given))
        return VACT_EOVERLAP;
    vacti_table_current()->family.logsumexp(dst, src, src_stride, rows, cols, options);
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
    check_range to, from;
    size_t n;
    if (!check_product(&n, outer, axis, inner) || !array(&to, dst, n) || !array(&from, src, n))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    kernel(dst, src, outer, axis, inner);
    return VACT_OK;
}

vact_status vact_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    return run_axis(vacti_table_current()->family.softmax_axis, dst, src, outer, axis, inner);
}

vact_status vact_log_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    return run_axis(vacti_table_current()->family.log_softmax_axis, dst, src, outer, axis, inner);
}

/* A tensor and what has one element for each of its columns. */
static bool tensor(check_range *made, check_range *per_column, const float *first, const float *of_columns,
                   size_t outer, size_t axis, size_t inner)
{
    size_t n, columns;
    return check_product(&n, outer, axis, inner) && check_product(&columns, outer, 1, inner) && array(made, first, n) &&
           array(per_column, of_columns, columns);
}

vact_status vact_logsumexp_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    check_range to, from;
    if (!tensor(&from, &to, src, dst, outer, axis, inner))
        return VACT_EINVAL;
    if (outer == 0 || inner == 0)
        return VACT_OK;
    if (dst == NULL || (src == NULL && axis != 0))
        return VACT_EINVAL;
    if (check_share(to, from))
        return VACT_EOVERLAP;
    vacti_table_current()->family.logsumexp_axis(dst, src, outer, axis, inner);
    return VACT_OK;
}

/* --------------------------------------------------------------------------------------- block by block */

static bool states(check_range *made, const vact_softmax_online_f32 *first, size_t rows)
{
    return check_array(made, first, rows, sizeof *first);
}

vact_status vact_softmax_online_start_f32(vact_softmax_online_f32 *state, size_t rows)
{
    check_range all;
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
    check_range all, factors, to, from;
    masks given;
    vact_softmax_options_f32 known;
    vact_status read = read_options(&known, &options);
    if (read != VACT_OK)
        return read;
    if (!states(&all, state, rows) || !array(&factors, rescale, rows) || !matrix(&to, dst, rows, cols, dst_stride) ||
        !matrix(&from, src, rows, cols, src_stride) || !masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (state == NULL || rescale == NULL || (cols != 0 && (dst == NULL || src == NULL)) || !masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || overlaps_masks(to, &given) || overlaps_masks(factors, &given) ||
        overlaps_masks(all, &given) || check_share(all, factors) || check_share(all, to) || check_share(all, from) ||
        check_share(factors, to) || check_share(factors, from))
        return VACT_EOVERLAP;
    vacti_table_current()->family.online(state, rescale, dst, dst_stride, src, src_stride, rows, cols, options);
    return VACT_OK;
}

vact_status vact_softmax_online_finish_f32(float *factor, float *lse, const vact_softmax_online_f32 *state, size_t rows,
                                           const vact_softmax_options_f32 *options)
{
    check_range all, factors, logs;
    masks given;
    vact_softmax_options_f32 known;
    vact_status read = read_options(&known, &options);
    if (read != VACT_OK)
        return read;
    if (!states(&all, state, rows) || !array(&factors, factor, rows) || !array(&logs, lse, rows) ||
        !masks_of(&given, options, rows, 0))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (state == NULL)
        return VACT_EINVAL;
    if (check_share(factors, all) || check_share(factors, logs) || check_share(logs, all) ||
        check_share(factors, given.of[MASK_SINKS]) || check_share(logs, given.of[MASK_SINKS]))
        return VACT_EOVERLAP;
    vacti_softmax_online_finish(factor, lse, state, rows, options);
    return VACT_OK;
}

vact_status vact_softmax_exp_f32(double *sum, float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                 const float *max, size_t rows, size_t cols, float scale)
{
    check_range sums, to, from, maxima;
    if (!isfinite(scale))
        return VACT_EINVAL;
    if (!check_array(&sums, sum, rows, sizeof *sum) || !matrix(&to, dst, rows, cols, dst_stride) ||
        !matrix(&from, src, rows, cols, src_stride) || !array(&maxima, max, rows))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (sum == NULL || max == NULL || (cols != 0 && (dst == NULL || src == NULL)))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || check_share(to, maxima) || check_share(to, sums) ||
        check_share(sums, from) || check_share(sums, maxima))
        return VACT_EOVERLAP;
    vacti_table_current()->family.softmax_exp(sum, dst, dst_stride, src, src_stride, max, rows, cols, scale);
    return VACT_OK;
}

/* --------------------------------------------------------------------------------------------- gradients */

/* Of what the functions without options do not have: the gradient of the sinks, the kind, and the input. */
typedef struct gradient_extras {
    vacti_softmax_kind of;
    float *dsink;
    const float *x;
    size_t x_stride;
} gradient_extras;

static vact_status read_gradient_options(vact_softmax_options_f32 *known, const vact_softmax_options_f32 *options,
                                         const float *dsink)
{
    vact_status status = vacti_options_read(&vacti_softmax_options_kind, known, options);
    if (status != VACT_OK)
        return status;
    return !accepted(known) || (dsink != NULL && known->sinks == NULL) ? VACT_EINVAL : VACT_OK;
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

static bool overlaps_sinks(check_range sinks, const check_range *others, size_t n, const masks *given)
{
    bool shares = overlaps_masks(sinks, given);
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
    masks given;
    const float *x = extras ? extras->x : NULL;
    float *dsink = extras ? extras->dsink : NULL;
    const bool needs_x = extras && (dsink != NULL || has_cap(options));
    if (!isfinite(scale))
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!matrix(&to, dx, rows, cols, dx_stride) || !matrix(&slopes, dy, rows, cols, dy_stride) ||
        (x && !matrix(&inputs, x, rows, cols, extras->x_stride)) || !matrix(&outputs, y, rows, cols, y_stride) ||
        !masks_of(&given, options, rows, cols) || (dsink && !array(&sinks, dsink, sink_count(options))))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0) {
        no_sinks(dsink, options);
        return VACT_OK;
    }
    if (dx == NULL || dy == NULL || y == NULL || (needs_x && x == NULL) || !masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, inputs) ||
        !check_in_place_or_apart(to, outputs) || overlaps_masks(to, &given) ||
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
    masks given;
    if (!isfinite(scale))
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!matrix(&to, dx, rows, cols, dx_stride) || !array(&slopes, dy, rows) ||
        !matrix(&inputs, x, rows, cols, x_stride) || !array(&outputs, y, rows) ||
        !masks_of(&given, options, rows, cols) || (dsink && !array(&sinks, dsink, sink_count(options))))
        return VACT_EINVAL;
    if (rows == 0 || (cols == 0 && dsink == NULL)) {
        no_sinks(dsink, options);
        return VACT_OK;
    }
    if (dy == NULL || y == NULL || (cols != 0 && (dx == NULL || x == NULL)) || !masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, inputs) || check_share(to, slopes) || check_share(to, outputs) ||
        overlaps_masks(to, &given) ||
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
