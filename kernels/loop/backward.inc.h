/*
 * A derivative over an array: dx[i] from dy[i] and x[i], or from dy[i] and the output y[i]. Makes
 * vacti_<OP>_<BACKWARD>_<type>_..., where BACKWARD is `backward` or `backward_from_output`. OP_<BACKWARD> is in
 * act/backward/; it serves every variant.
 */
#define LOOP BACKWARD

#define LOOP_RANGE ACT_ALL_COMMON
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, place) backward_of(elem_load(from->up + (place)), x, &from->params, ACT(BACKWARD))
#define LOOP_SPECIAL(four) four
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead)                                                                                           \
    loop_prefetch(from->x + (ahead), from->apart), loop_prefetch(from->up + (ahead), from->apart)
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
        done = LOOP_PREFETCHES_STORES && n > LOOP_FIRST_LEVEL ? WALK(fours)(&from, n, WALK_PREFETCHING)
                                                              : WALK(fours)(&from, n, WALK_CACHED);
    }
    WALK(few)(dx + done, dy + done, x + done, n - done, params);
}

KERNEL_TYPE(backward) KERNEL(ACT(BACKWARD));

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    KERNEL(ACT(BACKWARD))(from->dst, from->up, from->x, n, &own);
}

void KERNEL(ACT(BACKWARD))(elem *dx, const elem *dy, const elem *x, size_t n, const vact_params_f32 *params)
{
    static const vact_params_f32 defaults = {{OP_DEFAULTS}};
    params = params ? params : &defaults;
    if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dx, dy, x, n, params);
    else
        loop_beyond_cache(dx, x, dy, n, params, WALK(fours), WALK(rest));
}

#undef LOOP
