/* The gradients, as in loop/gate_shared.inc.h: the functions of loop/gate_backward.inc.h. */
KERNEL_TYPE(gate_backward) KERNEL(ACT(backward));

void KERNEL(ACT(backward))(elem *dgate, elem *dup, const elem *dy, const elem *gate, const elem *up, size_t n,
                           const vact_params_f32 *params)
{
    const vact_params_f32 own = ACT(given)(params);
    (gated_swish_is_swiglu(&own) ? KERNEL(swiglu_backward) : KERNEL(gated_swish_backward))(dgate, dup, dy, gate, up, n,
                                                                                           &own);
}

KERNEL_TYPE(interleaved_backward) KERNEL(ACT(backward_interleaved));

void KERNEL(ACT(backward_interleaved))(elem *dsrc, const elem *dy, const elem *src, size_t n,
                                       const vact_params_f32 *params)
{
    const vact_params_f32 own = ACT(given)(params);
    (gated_swish_is_swiglu(&own) ? KERNEL(swiglu_backward_interleaved)
                                 : KERNEL(gated_swish_backward_interleaved))(dsrc, dy, src, n, &own);
}
