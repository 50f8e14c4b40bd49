/* The public call of the epilogue: the checks, in the order of vact.h, then one call of a kernel. */
#include "checks.h"
#include "options.h"
#include "registry.h"
#include "table.h"

/* Whether the vectors of the options, of rows or of columns, can exist; `made` are their ranges. */
enum { VECTORS = 5 };

static bool check_vectors(check_range made[VECTORS], const vact_epilogue_options_f32 *o, size_t rows, size_t cols)
{
    return check_array(&made[0], o->bias, o->bias ? cols : 0, sizeof(float)) &&
           check_array(&made[1], o->row_bias, o->row_bias ? rows : 0, sizeof(float)) &&
           check_array(&made[2], o->column_scale, o->column_scale ? cols : 0, sizeof(float)) &&
           check_array(&made[3], o->row_scale, o->row_scale ? rows : 0, sizeof(float)) &&
           check_array(&made[4], o->clip, o->clip ? 2 : 0, sizeof(float));
}

static bool check_values(const vact_epilogue_options_f32 *o, size_t rows, size_t cols)
{
    return (!o->column_scale || check_all_finite(o->column_scale, cols)) &&
           (!o->row_scale || check_all_finite(o->row_scale, rows)) &&
           (!o->clip || (!isnan(o->clip[0]) && !isnan(o->clip[1])));
}

vact_status vact_epilogue_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x,
                              size_t x_stride, size_t rows, size_t cols, const vact_epilogue_options_f32 *options)
{
    vact_epilogue_options_f32 known;
    const vacti_op_info *info = vacti_registry_by_code(op);
    check_range to, from, vectors[VECTORS], factors = {NULL, 0}, added = {NULL, 0};
    if (info == NULL || info->kind != VACT_KIND_UNARY || (params && !vacti_registry_accepts(info, params)))
        return VACT_EINVAL;
    vact_status read = vacti_options_read(&vacti_epilogue_options_kind, &known, options);
    if (read != VACT_OK)
        return read;
    if (!isfinite(known.scale) || (x && known.accumulators))
        return VACT_EINVAL;
    const void *source = x ? (const void *)x : known.accumulators;
    if (!check_matrix(&to, dst, rows, cols, dst_stride, sizeof *dst) ||
        !check_matrix(&from, source, rows, cols, x_stride, sizeof *x) || !check_vectors(vectors, &known, rows, cols) ||
        (known.multiplier &&
         !check_matrix(&factors, known.multiplier, rows, cols, known.multiplier_stride, sizeof *known.multiplier)) ||
        (known.residual &&
         !check_matrix(&added, known.residual, rows, cols, known.residual_stride, sizeof *known.residual)))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || source == NULL)
        return VACT_EINVAL;
    if (!check_values(&known, rows, cols))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || !check_in_place_or_apart(to, factors) ||
        !check_in_place_or_apart(to, added))
        return VACT_EOVERLAP;
    for (size_t i = 0; i < VECTORS; i++)
        if (check_share(to, vectors[i]))
            return VACT_EOVERLAP;
    vacti_table_current()->epilogue[VACT_OP_SLOT(op)](dst, dst_stride, x, x_stride, rows, cols, &known, params);
    return VACT_OK;
}
