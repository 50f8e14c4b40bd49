/* The softmax family forward: the checks, in the order of vact.h, then one call of a kernel. */
#include <math.h>

#include "rows.h"
#include "table.h"

/* ---------------------------------------------------------------------------------------------- forward */

typedef struct {
    vact_status status;
    bool plain; /* the call is one without options */
} checked;

__attribute__((noinline)) static checked check_masked(float *dst, size_t dst_stride, const float *src,
                                                      size_t src_stride, size_t rows, size_t cols,
                                                      const vact_softmax_options_f32 *options)
{
    check_range to, from;
    vacti_masks given;
    vact_softmax_options_f32 known;
    vact_status read = vacti_masks_read(&known, &options);
    if (read != VACT_OK)
        return (checked){read, false};
    if (!matrix(&to, dst, rows, cols, dst_stride) || !matrix(&from, src, rows, cols, src_stride) ||
        !vacti_masks_of(&given, options, rows, cols))
        return (checked){VACT_EINVAL, false};
    if (rows == 0 || cols == 0)
        return (checked){VACT_OK, false};
    if (dst == NULL || src == NULL || !vacti_masks_are_valid(&given))
        return (checked){VACT_EINVAL, false};
    if (!check_in_place_or_apart(to, from) || vacti_masks_overlap(to, &given))
        return (checked){VACT_EOVERLAP, false};
    return (checked){VACT_OK, vacti_softmax_is_plain(options)};
}

__attribute__((noinline)) static vact_status run_masked(vact_masked_f32_fn *kernel, float *dst, size_t dst_stride,
                                                        const float *src, size_t src_stride, size_t rows, size_t cols,
                                                        const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    const vact_status read = vacti_masks_read(&known, &options);
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
    const checked found = check_masked(dst, dst_stride, src, src_stride, rows, cols, options);
    if (found.status != VACT_OK || rows == 0 || cols == 0)
        return found.status;
    return found.plain ? run_plain(kernel, dst, dst_stride, src, src_stride, rows, cols)
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
    vacti_masks given;
    vact_softmax_options_f32 known;
    vact_status read = vacti_masks_read(&known, &options);
    if (read != VACT_OK)
        return read;
    if (!array(&to, dst, rows) || !matrix(&from, src, rows, cols, src_stride) ||
        !vacti_masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (dst == NULL || (src == NULL && cols != 0) || !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    if (check_share(to, from) || vacti_masks_overlap(to, &given))
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

vact_status vact_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    return vact_softmax_axis(dst, src, VACT_F32, outer, axis, inner);
}

vact_status vact_log_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    return vact_log_softmax_axis(dst, src, VACT_F32, outer, axis, inner);
}

vact_status vact_logsumexp_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner)
{
    return vact_logsumexp_axis(dst, src, VACT_F32, outer, axis, inner);
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
    vacti_masks given;
    vact_softmax_options_f32 known;
    vact_status read = vacti_masks_read(&known, &options);
    if (read != VACT_OK)
        return read;
    if (!states(&all, state, rows) || !array(&factors, rescale, rows) || !matrix(&to, dst, rows, cols, dst_stride) ||
        !matrix(&from, src, rows, cols, src_stride) || !vacti_masks_of(&given, options, rows, cols))
        return VACT_EINVAL;
    if (rows == 0)
        return VACT_OK;
    if (state == NULL || rescale == NULL || (cols != 0 && (dst == NULL || src == NULL)) ||
        !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || vacti_masks_overlap(to, &given) || vacti_masks_overlap(factors, &given) ||
        vacti_masks_overlap(all, &given) || check_share(all, factors) || check_share(all, to) ||
        check_share(all, from) || check_share(factors, to) || check_share(factors, from))
        return VACT_EOVERLAP;
    vacti_table_current()->family.online(state, rescale, dst, dst_stride, src, src_stride, rows, cols, options);
    return VACT_OK;
}

vact_status vact_softmax_online_finish_f32(float *factor, float *lse, const vact_softmax_online_f32 *state, size_t rows,
                                           const vact_softmax_options_f32 *options)
{
    check_range all, factors, logs;
    vacti_masks given;
    vact_softmax_options_f32 known;
    vact_status read = vacti_masks_read(&known, &options);
    if (read != VACT_OK)
        return read;
    if (!states(&all, state, rows) || !array(&factors, factor, rows) || !array(&logs, lse, rows) ||
        !vacti_masks_of(&given, options, rows, 0))
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
