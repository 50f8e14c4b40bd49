/*
 * A gated unit and its derivatives over arrays of doubles: makes vacti_<OP>_f64_<build>_<set> and that of
 * <OP>_backward. Included once per gate, after its OP_value and OP_slopes (act/wide/gate/), with OP defined,
 * OP_DEFAULTS the defaults of its parameters and OP_GRADIENTS where gradients are built.
 */
KERNEL_TYPE(gate) KERNEL(OP);

static const act_params ACT(defaults) = {{OP_DEFAULTS}};

void KERNEL(OP)(elem *dst, const elem *gate, const elem *up, size_t n, const act_params *params)
{
    const act_params own = params ? *params : ACT(defaults);
    for (size_t i = 0, part; i < n; i += part) {
        part = loop_part(n - i);
        const vf g = loop_load(gate + i, part), u = loop_load(up + i, part);
        loop_store(dst + i, vf_or_nan(vf_or_nan(wide_round(ACT(value)(g, u, &own)), g), u), part);
    }
}

#ifdef OP_GRADIENTS
KERNEL_TYPE(gate_backward) KERNEL(ACT(backward));

void KERNEL(ACT(backward))(elem *dgate, elem *dup, const elem *dy, const elem *gate, const elem *up, size_t n,
                           const act_params *params)
{
    const act_params own = params ? *params : ACT(defaults);
    for (size_t i = 0, part; i < n; i += part) {
        part = loop_part(n - i);
        const vf d = loop_load(dy + i, part), g = loop_load(gate + i, part), u = loop_load(up + i, part);
        wide of_gate, of_up;
        ACT(slopes)(&of_gate, &of_up, g, u, &own);
        loop_store(dgate + i, vf_or_nan(loop_wide_gradient(d, of_gate), g), part);
        /* beyond a limit of up, 0 for every gate */
        const vf slope = vf_or_nan(loop_wide_gradient(d, of_up), g);
        loop_store(dup + i, vf_select(wide_is_nothing(of_up), vf_set1(0.0), slope), part);
    }
}
#endif
