/*
 * An activation and its derivatives over arrays of doubles: makes vacti_<OP>_f64_<build>_<set> and the same of
 * <OP>_backward and <OP>_backward_from_output. Included once per operation, after its OP_forward and OP_backward, with
 * OP defined, OP_DEFAULTS the defaults of its parameters, OP_GRADIENTS where gradients are built and OP_KEEPS_OUTPUT
 * where there is one from the output.
 */
KERNEL_TYPE(unary) KERNEL(OP);

static const act_params ACT(defaults) = {{OP_DEFAULTS}};

void KERNEL(OP)(elem *dst, const elem *src, size_t n, const act_params *params)
{
    const act_params own = params ? *params : ACT(defaults);
    for (size_t i = 0, part; i < n; i += part) {
        part = loop_part(n - i);
        loop_store(dst + i, ACT(forward)(loop_load(src + i, part), &own), part);
    }
}

#ifdef OP_GRADIENTS
KERNEL_TYPE(backward) KERNEL(ACT(backward));

void KERNEL(ACT(backward))(elem *dx, const elem *dy, const elem *x, size_t n, const act_params *params)
{
    const act_params own = params ? *params : ACT(defaults);
    for (size_t i = 0, part; i < n; i += part) {
        part = loop_part(n - i);
        const vf slope = loop_load(dy + i, part);
        loop_store(dx + i, backward_of(slope, loop_load(x + i, part), &own, ACT(backward)), part);
    }
}

#ifdef OP_KEEPS_OUTPUT
KERNEL_TYPE(backward) KERNEL(ACT(backward_from_output));

void KERNEL(ACT(backward_from_output))(elem *dx, const elem *dy, const elem *y, size_t n, const act_params *params)
{
    const act_params own = params ? *params : ACT(defaults);
    for (size_t i = 0, part; i < n; i += part) {
        part = loop_part(n - i);
        const vf slope = loop_load(dy + i, part);
        loop_store(dx + i, backward_of(slope, loop_load(y + i, part), &own, ACT(backward_from_output)), part);
    }
}
#endif
#endif
