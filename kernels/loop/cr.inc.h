/*
 * An activation over an array, correctly rounded: makes vacti_<OP>_<type>_<build>_cr. Included once per operation,
 * after the activation's header, with OP defined and OP_DEFAULTS the defaults of its parameters. The header has
 * OP_rounded, which says of each lane whether it is sure, and OP_range, the arguments for which that holds. All other
 * lanes go to vacti_exact_<OP>. The main steps:
 *
 *   kernel -> OP_cr_in_cache -> OP_cr_fours -> OP_cr_rounded -> OP_rounded, vacti_exact_<OP>
 *   kernel -> loop_beyond_cache -> loop_walked -> OP_cr_fours -> ...
 */
#define LOOP cr

static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

/* Both apart, so that the registers of the loop need no saving. */
VACT_SELDOM static loop_four WALK(tamed)(loop_four x, const vact_params_f32 *params)
{
    loop_tame(x.x, 4, ACT(range)(params));
    return x;
}

VACT_SELDOM static loop_four WALK(settled)(loop_four y, loop_four x, vm a, vm b, vm c, vm d,
                                           const vact_params_f32 *params)
{
    const vm sure[4] = {a, b, c, d};
    loop_settle(y.x, x.x, sure, 4, ACT(range)(params), EXACT(OP), params);
    return y;
}

VACT_INLINE loop_four WALK(rounded)(loop_four x, act_range range, const vact_params_f32 *params)
{
    cr_rounded y[4];
    loop_four results, within = x;
    const int special = loop_has_special(x, range);
    if (__builtin_expect(special, 0))
        within = WALK(tamed)(x, params);
    for (size_t k = 0; k < 4; k++) {
        y[k] = ACT(rounded)(within.x[k], params);
        results.x[k] = y[k].value;
    }
    const vm sure = vm_and(vm_and(y[0].sure, y[1].sure), vm_and(y[2].sure, y[3].sure));
    if (__builtin_expect(!vm_all(sure) || special, 0))
        return WALK(settled)(results, x, y[0].sure, y[1].sure, y[2].sure, y[3].sure, params);
    return results;
}

#define LOOP_SET_UP const act_range limits = ACT(range)(&from->params);
#define LOOP_RANGE ACT_ALL_COMMON /* arguments are tested together with the results */
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, k) x
#define LOOP_SPECIAL(four) four
#define LOOP_FINISH(four) WALK(rounded)(four, limits, &from->params)
#define LOOP_PREFETCH(ahead) loop_prefetch(from->x + (ahead), from->apart)
#include "loop/fours.inc.h"

/* A few elements, one vector at a time. */
VACT_NOINLINE static void WALK(few)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const act_range range = ACT(range)(params);
    while (n > 0) {
        const size_t here = loop_vector_of(n);
        const vf x = loop_load(src, here);
        const int special = act_has_special(x, range);
        vf within = x;
        if (special)
            loop_tame(&within, 1, range);
        cr_rounded y = ACT(rounded)(within, params);
        if (!vm_all(y.sure) || special)
            loop_settle(&y.value, &x, &y.sure, 1, range, EXACT(OP), params);
        loop_store(dst, y.value, here);
        dst += here;
        src += here;
        n -= here;
    }
}

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const loop_operands from = {.dst = dst, .x = src, .params = *params};
    const size_t done = WALK(fours)(&from, n, WALK_CACHED);
    WALK(few)(dst + done, src + done, n - done, params);
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    WALK(in_cache)(from->dst, from->x, n, &own);
}

KERNEL_TYPE(unary) KERNEL(OP);

VACT_NOINLINE void KERNEL(OP)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    params = params ? params : &ACT(defaults);
    if (!LOOP_BY_FOURS || n < 4 * VF_LANES)
        WALK(few)(dst, src, n, params);
    else if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, src, n, params);
    else
        loop_beyond_cache(dst, src, NULL, n, params, WALK(fours), WALK(rest));
}

#undef LOOP
