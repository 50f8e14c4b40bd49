/*
 * A derivative over an array: dx[i] from dy[i] and x[i], or the output y[i]. Makes vacti_<OP>_<BACKWARD>_<type>_...,
 * with BACKWARD `backward` or `backward_from_output`; OP_<BACKWARD> is in act/backward/. One implementation serves
 * every variant.
 */
#define LOOP BACKWARD

VACT_INLINE act_range WALK(range)(const loop_operands *from) { return (void)from, ACT_ALL_COMMON; }

VACT_INLINE void WALK(prefetch)(const loop_operands *from, size_t i)
{
    for (size_t k = 0; k < LOOP_RUNS; k++) {
        __builtin_prefetch(from->x + i + k * from->apart);
        __builtin_prefetch(from->up + i + k * from->apart);
    }
}

VACT_INLINE loop_four WALK(arguments)(const loop_operands *from, size_t i)
{
    loop_four four;
    for (size_t k = 0; k < 4; k++)
        four.x[k] = elem_load(from->x + i + loop_place(k, from->apart));
    return four;
}

VACT_INLINE vf WALK(common)(vf x, const loop_operands *from, size_t place)
{
    return backward_of(elem_load(from->up + place), x, &from->params, ACT(BACKWARD));
}

VACT_INLINE loop_four WALK(special)(loop_four four, const loop_operands *from, size_t i)
{
    return (void)from, (void)i, four;
}

VACT_INLINE loop_four WALK(finish)(loop_four four, const loop_operands *from, size_t i)
{
    return (void)from, (void)i, four;
}

#include "loop/fours.inc.h"

/* A few elements, one vector at a time. */
VACT_INLINE void WALK(few)(elem *dx, const elem *dy, const elem *x, size_t n, const vact_params_f32 *params)
{
    for (size_t i = 0; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        loop_store(dx + i, backward_of(loop_load(dy + i, part), loop_load(x + i, part), params, ACT(BACKWARD)), part);
    }
}

VACT_INLINE void WALK(in_cache)(elem *dx, const elem *dy, const elem *x, size_t n, const vact_params_f32 *params)
{
    size_t done = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES) {
        const loop_operands from = {.dst = dx, .x = x, .up = dy, .params = *params};
        done = WALK(fours_in_cache)(from, n);
    }
    WALK(few)(dx + done, dy + done, x + done, n - done, params);
}

KERNEL_TYPE(backward) KERNEL(ACT(BACKWARD));

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    KERNEL(ACT(BACKWARD))(from->dst, from->up, from->x, n, &own);
}

VACT_NOINLINE static void WALK(beyond_cache)(elem *dx, const elem *dy, const elem *x, size_t n,
                                             const vact_params_f32 *params)
{
    const loop_operands from = {.dst = dx, .x = x, .up = dy, .params = *params};
    loop_walked(&from, n, loop_walk_here(dx == dy || dx == x, n), WALK(fours), WALK(rest));
}

void KERNEL(ACT(BACKWARD))(elem *dx, const elem *dy, const elem *x, size_t n, const vact_params_f32 *params)
{
    static const vact_params_f32 defaults = {{OP_DEFAULTS}};
    params = params ? params : &defaults;
    if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dx, dy, x, n, params);
    else
        WALK(beyond_cache)(dx, dy, x, n, params);
}

#undef LOOP
