/* The options of the softmax family as its public calls check them. */
#include <math.h>

#include "options.h"
#include "rows.h"

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

bool vacti_masks_accepted(const vact_softmax_options_f32 *options)
{
    const bool window = options->window_before != 0 || options->window_after != 0;
    return isfinite(options->scale) && options->softcap >= 0.0f && (!window || options->causal_queries != 0) &&
           (options->softcap_order == VACT_SOFTCAP_BEFORE_MASK || options->softcap_order == VACT_SOFTCAP_AFTER_MASK);
}

vact_status vacti_masks_read(vact_softmax_options_f32 *known, const vact_softmax_options_f32 **options)
{
    if (*options == NULL)
        return VACT_OK;
    vact_status status = vacti_options_read(&vacti_softmax_options_kind, known, *options);
    *options = known;
    return status == VACT_OK && !vacti_masks_accepted(known) ? VACT_EINVAL : status;
}

bool vacti_masks_of(vacti_masks *made, const vact_softmax_options_f32 *options, size_t rows, size_t cols)
{
    *made = (vacti_masks){{{NULL, 0}}};
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

bool vacti_masks_are_valid(const vacti_masks *m)
{
    const check_range slopes = m->of[MASK_SLOPES];
    return slopes.first == NULL || check_all_finite(slopes.first, slopes.bytes / sizeof(float));
}

bool vacti_masks_overlap(check_range dst, const vacti_masks *m)
{
    bool shares = false;
    for (size_t k = 0; k < MASK_ARRAYS; k++)
        shares = shares || check_share(dst, m->of[k]);
    return shares;
}
