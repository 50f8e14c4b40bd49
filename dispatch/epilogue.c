/* The public call of the epilogue: the checks, in the order that vact.h states, and one call of a kernel. */
#include "checks.h"
#include "registry.h"
#include "table.h"

vact_status vact_epilogue_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x,
                              size_t x_stride, size_t rows, size_t cols, float scale, const float *bias,
                              const float *residual, size_t residual_stride)
{
    const vact_op_info *info = vact_registry_by_code(op);
    check_range to, from, columns = {NULL, 0}, added = {NULL, 0};
    if (info == NULL || info->kind != VACT_KIND_UNARY || (params && !vact_registry_accepts(info, params)) ||
        !isfinite(scale))
        return VACT_EINVAL;
    if (!check_matrix(&to, dst, rows, cols, dst_stride, sizeof *dst) ||
        !check_matrix(&from, x, rows, cols, x_stride, sizeof *x) ||
        (bias && !check_array(&columns, bias, cols, sizeof *bias)) ||
        (residual && !check_matrix(&added, residual, rows, cols, residual_stride, sizeof *residual)))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || x == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || !check_in_place_or_apart(to, added) || check_share(to, columns))
        return VACT_EOVERLAP;
    vact_table_current()->epilogue[VACT_OP_SLOT(op)](params, dst, dst_stride, x, x_stride, rows, cols, scale, bias,
                                                     residual, residual_stride);
    return VACT_OK;
}
