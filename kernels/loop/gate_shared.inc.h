/*
 * A gated unit that is the kernel gated_swish with other parameters, which OP_params makes of its own: the functions of
 * loop/gate.inc.h, each one call. Where the parameters make it swiglu, it is that.
 */
static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

/* The kernel's parameters. */
VACT_INLINE vact_params_f32 ACT(given)(const vact_params_f32 *params)
{
    return ACT(params)(params ? params : &ACT(defaults));
}

KERNEL_TYPE(gate) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *gate, const elem *up, size_t n, const vact_params_f32 *params)
{
    const vact_params_f32 own = ACT(given)(params);
    (gated_swish_is_swiglu(&own) ? KERNEL(swiglu) : KERNEL(gated_swish))(dst, gate, up, n, &own);
}

KERNEL_TYPE(gate_rows) KERNEL(ACT(rows));

void KERNEL(ACT(rows))(elem *dst, size_t dst_stride, const elem *gate, size_t gate_stride, const elem *up,
                       size_t up_stride, size_t rows, size_t cols, const vact_params_f32 *params)
{
    const vact_params_f32 own = ACT(given)(params);
    (gated_swish_is_swiglu(&own) ? KERNEL(swiglu_rows) : KERNEL(gated_swish_rows))(dst, dst_stride, gate, gate_stride,
                                                                                   up, up_stride, rows, cols, &own);
}

KERNEL_TYPE(interleaved) KERNEL(ACT(interleaved));

void KERNEL(ACT(interleaved))(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                              size_t cols, const vact_params_f32 *params)
{
    const vact_params_f32 own = ACT(given)(params);
    (gated_swish_is_swiglu(&own) ? KERNEL(swiglu_interleaved)
                                 : KERNEL(gated_swish_interleaved))(dst, dst_stride, src, src_stride, rows, cols, &own);
}
