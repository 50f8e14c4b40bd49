/* The public call of the epilogue: the checks, in the order of vact.h, then one call of a kernel. */
#include "checks.h"
#include "options.h"
#include "registry.h"
#include "table.h"

vact_status vact_epilogue_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x,
                              size_t x_stride, size_t rows, size_t cols, const vact_epilogue_options_f32 *options)
{
    vact_epilogue_options_f32 known;
    const vacti_op_info *info = vacti_registry_by_code(op);
    check_range to, from, columns = {NULL, 0}, added = {NULL, 0};
    if (info == NULL || info->kind != VACT_KIND_UNARY || (params && !vacti_registry_accepts(info, params)))
        return VACT_EINVAL;
    vact_status read = vacti_options_read(&vacti_epilogue_options_kind, &known, options);
    if (read != VACT_OK)
        return read;
    if (!isfinite(known.scale))
        return VACT_EINVAL;
    if (!check_matrix(&to, dst, rows, cols, dst_stride, sizeof *dst) ||
        !check_matrix(&from, x, rows, cols, x_stride, sizeof *x) ||
        (known.bias && !check_array(&columns, known.bias, cols, sizeof *known.bias)) ||
        (known.residual &&
         !check_matrix(&added, known.residual, rows, cols, known.residual_stride, sizeof *known.residual)))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || x == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || !check_in_place_or_apart(to, added) || check_share(to, columns))
        return VACT_EOVERLAP;
    vacti_table_current()->epilogue[VACT_OP_SLOT(op)](dst, dst_stride, x, x_stride, rows, cols, &known, params);
    return VACT_OK;
}
