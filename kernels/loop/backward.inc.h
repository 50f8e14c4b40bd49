/*
 * A derivative over an array: dx[i] from dy[i] and x[i], or from dy[i] and the output y[i]. Makes
 * vacti_<OP>_<BACKWARD>_<type>_..., where BACKWARD is `backward` or `backward_from_output`. OP_<BACKWARD> is in
 * act/backward/; it serves every variant. Special lanes as in loop/unary.inc.h.
 */
#define LOOP BACKWARD

#include "loop/backward_forms.inc.h"

/* The form for all lanes, four vectors at a time, as long as they have special lanes; returns the number of lanes done.
 * dx is dy or x or apart from both. Every second four is computed without a test, as in loop/unary.inc.h. */
VACT_NOINLINE static size_t WALK(special_fours)(float *dx, const float *dy, const float *x, size_t n,
                                                const vact_params_f32 *params)
{
    const vact_params_f32 own = *params;
    size_t i = 0;
    do {
        const loop_four four = loop_load_four(x + i), up = loop_load_four(dy + i);
        vf first = WALK(special)(up.x[0], four.x[0], &own), second = WALK(special)(up.x[1], four.x[1], &own);
        __asm__ volatile(""); /* pairs: four at once need more registers */
        vf third = WALK(special)(up.x[2], four.x[2], &own), fourth = WALK(special)(up.x[3], four.x[3], &own);
        vf_store(dx + i, first);
        vf_store(dx + i + VF_LANES, second);
        vf_store(dx + i + 2 * VF_LANES, third);
        vf_store(dx + i + 3 * VF_LANES, fourth);
        i += 4 * VF_LANES;
    } while (n - i >= 4 * VF_LANES &&
             (i / (4 * VF_LANES) % 2 == 0 || loop_has_special(loop_load_four(x + i), WALK(range)(&own))));
    return i;
}

/* The same for four vectors in registers, whose first element is at i. */
VACT_INLINE loop_four WALK(special_four)(loop_four four, const loop_operands *from, size_t i)
{
    float lanes[4 * VF_LANES], up[4 * VF_LANES];
    for (size_t k = 0; k < 4; k++) {
        vf_store(lanes + k * VF_LANES, four.x[k]);
        vf_store(up + k * VF_LANES, elem_load(from->up + i + loop_place(k, from->apart)));
    }
    WALK(special_fours)(lanes, up, lanes, 4 * VF_LANES, &from->params);
    return loop_load_four(lanes);
}

/* In cache, where the vectors follow one another: all of the run at once, if elements are lanes. */
VACT_INLINE size_t WALK(special_run)(elem *dx, const elem *dy, const elem *x, size_t n, const vact_params_f32 *params)
{
    if (ELEM_IS_LANE)
        return WALK(special_fours)(elem_lanes(dx), (const float *)(const void *)dy, (const float *)(const void *)x, n,
                                   params);
    const loop_operands from = {.x = x, .up = dy, .params = *params, .apart = LOOP_SIDE_BY_SIDE};
    const loop_four four = WALK(special_four)(loop_elements(&from, 0), &from, 0);
    for (size_t k = 0; k < 4; k++)
        elem_store(dx + k * VF_LANES, four.x[k]);
    return 4 * VF_LANES;
}

#define LOOP_RANGE WALK(range)(&from->params)
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, k) WALK(common)(elem_load(from->up + i + loop_place(k, from->apart)), x, &from->params)
#define LOOP_SPECIAL(four) WALK(special_four)(four, from, i)
#define LOOP_SPECIAL_RUN WALK(special_run)(from->dst + i, from->up + i, from->x + i, n - i, &from->params)
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead)                                                                                           \
    loop_prefetch(from->x + (ahead), from->apart), loop_prefetch(from->up + (ahead), from->apart)
#include "loop/fours.inc.h"

/* One vector. */
VACT_INLINE vf WALK(one)(vf dy, vf x, const vact_params_f32 *params)
{
    if (!ACT(usual)(params))
        return WALK(otherwise)(dy, x, params);
    return act_is_limited(WALK(range)(params)) ? ACT(BACKWARD)(dy, x, params) : WALK(common)(dy, x, params);
}

/* A few elements, one vector at a time. */
VACT_INLINE void WALK(few)(elem *dx, const elem *dy, const elem *x, size_t n, const vact_params_f32 *params)
{
    for (size_t i = 0; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        loop_store(dx + i, WALK(one)(loop_load(dy + i, part), loop_load(x + i, part), params), part);
    }
}

VACT_INLINE void WALK(in_cache)(elem *dx, const elem *dy, const elem *x, size_t n, const vact_params_f32 *params)
{
    size_t done = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES && ACT(usual)(params)) {
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
    if (!VF_STREAMS || n <= LOOP_SHORT || !ACT(usual)(params))
        WALK(in_cache)(dx, dy, x, n, params);
    else
        loop_beyond_cache(dx, x, dy, n, params, WALK(fours), WALK(rest));
}

#undef LOOP
