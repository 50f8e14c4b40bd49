/*
 * The kernel of one operation on 16-bit elements, vacti_<OP>_<type>_<build>_<set>, from its loops: WALK(fours), and
 * WALK(few) for what is left and for parameters that are not usual.
 */
VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const loop_operands from = {.dst = dst, .x = src, .params = *params};
    const size_t done = WALK(fours)(&from, n, WALK_CACHED);
    if (done < n)
        WALK(few)(dst + done, src + done, n - done, params);
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    WALK(in_cache)(from->dst, from->x, n, &own);
}

KERNEL_TYPE(unary) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    params = params ? params : &ACT(defaults);
    if (!LOOP_BY_FOURS || n < 4 * VF_LANES || !ACT(usual)(params))
        WALK(few)(dst, src, n, params);
    else if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, src, n, params);
    else
        loop_beyond_cache(dst, src, NULL, n, params, WALK(fours), WALK(rest));
}
