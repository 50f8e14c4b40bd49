/* The public call of the epilogue: the checks, in the order that vact.h states, and one call of a kernel. */
#include "checks.h"
#include "registry.h"
#include "table.h"

vact_status vact_epilogue_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x,
                              size_t x_stride, size_t rows, size_t cols, float scale, const float *bias,
                              const float *residual, size_t residual_stride)
{
    const vact_op_info *info = vact_registry_by_code(op);
    size_t dst_span, x_span, residual_span = 0;
    if (info == NULL || info->kind != VACT_KIND_UNARY || (params && !vact_registry_accepts(info, params)) ||
        !isfinite(scale))
        return VACT_EINVAL;
    if (!check_span(rows, cols, dst_stride, &dst_span) || !check_span(rows, cols, x_stride, &x_span) ||
        (residual && !check_span(rows, cols, residual_stride, &residual_span)))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || x == NULL)
        return VACT_EINVAL;
    bool on_x = dst == x && (dst_stride == x_stride || rows == 1);
    bool on_residual = dst == residual && (dst_stride == residual_stride || rows == 1);
    if ((!on_x && check_share(dst, dst_span, x, x_span)) ||
        (residual && !on_residual && check_share(dst, dst_span, residual, residual_span)) ||
        (bias && check_share(dst, dst_span, bias, cols)))
        return VACT_EOVERLAP;
    vact_table_current()->epilogue[VACT_OP_SLOT(op)](params, dst, dst_stride, x, x_stride, rows, cols, scale, bias,
                                                     residual, residual_stride);
    return VACT_OK;
}
