/* vact apply on int8 and uint8. */
#include "apply.h"

static vact_status softmax(const vact_apply_quantisation *by, const vact_npy *in, void *dst, bool is_signed)
{
    const size_t cols = in->shape.dimensions == 0 ? 1 : in->shape.sizes[in->shape.dimensions - 1];
    const size_t rows = cols == 0 ? 0 : in->shape.count / cols;
    if (is_signed)
        return vact_softmax_rows_i8(dst, cols, (const int8_t *)in->bytes, cols, rows, cols, by->in_scale, by->out_scale,
                                    by->out_zero);
    return vact_softmax_rows_u8(dst, cols, in->bytes, cols, rows, cols, by->in_scale, by->out_scale, by->out_zero);
}

const char *vact_apply_bytes(const vact_apply_request *asked, const vact_npy *in, void *dst)
{
    const vact_apply_quantisation *by = &asked->bytes;
    const bool is_signed = in->shape.element == VACT_ELEMENT_I8;
    const int least = is_signed ? INT8_MIN : 0;
    if (by->in_zero < least || by->in_zero > least + 255 || by->out_zero < least || by->out_zero > least + 255)
        return is_signed ? "a zero point is not within int8" : "a zero point is not within uint8";
    uint8_t table[256];
    vact_status status;
    if (asked->op->op == VACT_OP_SOFTMAX) {
        status = softmax(by, in, dst, is_signed);
    } else {
        status = (is_signed ? vact_lut_build_i8 : vact_lut_build_u8)(table, asked->op->op, &asked->params, by->in_scale,
                                                                     by->in_zero, by->out_scale, by->out_zero);
        if (status == VACT_OK)
            status = vact_lut_8(dst, in->bytes, in->shape.count, table);
    }
    return status == VACT_OK ? NULL : vact_status_string(status);
}
