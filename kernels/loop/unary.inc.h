/*
 * An activation over an array: makes vacti_<OP>_<type>_<build>_<set>. Included once per operation, after the
 * activation's header, with OP defined and OP_DEFAULTS the defaults of its parameters. The main steps:
 *
 *   kernel -> OP_unary_in_cache -> OP_unary_fours -> OP_common
 *   kernel -> loop_beyond_cache -> loop_walked -> OP_unary_fours -> OP_common
 */
#include "loop/forms.inc.h"

#define LOOP unary

static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

/*
 * The form for all lanes, four vectors at a time, as long as they have special lanes; returns the number of lanes done.
 * dst is src or apart from it.
 *
 * One function for a whole run of them saves calls and loads of constants: where every vector has a special lane it
 * takes 0.8 to 0.9 of the time of a call for each four (swish, exp, in cache). Every second four is computed without a
 * test, which saves up to 4 % more. The first four after the start is tested, so that four vectors alone among common
 * ones pull no others with them.
 */
VACT_ONCE static size_t ACT(special_fours)(float *dst, const float *src, size_t n, const vact_params_f32 *params)
{
    const vact_params_f32 own = *params;
    size_t i = 0;
    do {
        const loop_four four = loop_load_four(src + i);
        vf first = ACT(special)(four.x[0], &own), second = ACT(special)(four.x[1], &own);
        __asm__ volatile(""); /* pairs: four at once need more registers */
        vf third = ACT(special)(four.x[2], &own), fourth = ACT(special)(four.x[3], &own);
        vf_store(dst + i, first); /* not a loop: GCC would copy them through the stack as 64-bit integers */
        vf_store(dst + i + VF_LANES, second);
        vf_store(dst + i + 2 * VF_LANES, third);
        vf_store(dst + i + 3 * VF_LANES, fourth);
        i += 4 * VF_LANES;
    } while (n - i >= 4 * VF_LANES &&
             (i / (4 * VF_LANES) % 2 == 0 || loop_has_special(loop_load_four(src + i), ACT(range)(&own))));
    return i;
}

/* The same for four vectors in registers. */
VACT_INLINE loop_four ACT(special_four)(loop_four four, const vact_params_f32 *params)
{
    float lanes[4 * VF_LANES];
    for (size_t k = 0; k < 4; k++)
        vf_store(lanes + k * VF_LANES, four.x[k]);
    ACT(special_fours)(lanes, lanes, 4 * VF_LANES, params);
    return loop_load_four(lanes);
}

/* In cache, where the vectors follow one another: all of the run at once, if elements are lanes. */
VACT_INLINE size_t ACT(special_run)(elem *dst, const elem *x, size_t n, const vact_params_f32 *params)
{
    if (ELEM_IS_LANE)
        return ACT(special_fours)(elem_lanes(dst), (const float *)(const void *)x, n, params);
    const loop_operands from = {.x = x, .apart = LOOP_SIDE_BY_SIDE};
    const loop_four four = ACT(special_four)(loop_elements(&from, 0), params);
    for (size_t k = 0; k < 4; k++)
        elem_store(dst + k * VF_LANES, four.x[k]);
    return 4 * VF_LANES;
}

#define LOOP_RANGE ACT(range)(&from->params)
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, k) ACT(common)(x, &from->params)
#define LOOP_SPECIAL(four) ACT(special_four)(four, &from->params)
#define LOOP_SPECIAL_RUN ACT(special_run)(from->dst + i, from->x + i, n - i, &from->params)
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead) loop_prefetch(from->x + (ahead), from->apart)
#include "loop/fours.inc.h"

/* A few elements, one vector at a time. */
VACT_NOINLINE static void WALK(few)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES)
        elem_store(dst + i, ACT(one)(elem_load(src + i), params));
    if (i < n)
        elem_store_partial(dst + i, ACT(one)(loop_load(src + i, n - i), params), n - i);
}

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const loop_operands from = {.dst = dst, .x = src, .params = *params};
    const size_t done = LOOP_PREFETCHES_STORES && n > LOOP_FIRST_LEVEL ? WALK(fours)(&from, n, WALK_PREFETCHING)
                                                                       : WALK(fours)(&from, n, WALK_CACHED);
    if (done < n)
        WALK(few)(dst + done, src + done, n - done, params);
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    WALK(in_cache)(from->dst, from->x, n, &own);
}

KERNEL_TYPE(unary) KERNEL(OP);

/* One vector, or a part of one, is computed here: without a call there is no stack frame to set up. */
VACT_NOINLINE void KERNEL(OP)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    params = params ? params : &ACT(defaults);
    if (__builtin_expect(n <= VF_LANES, 1)) {
        const vf x = loop_load(src, n);
        if (__builtin_expect(ACT(usual)(params) && !act_has_special(x, ACT(range)(params)), 1)) {
            loop_store(dst, ACT(common)(x, params), n);
            return;
        }
    }
    if (!LOOP_BY_FOURS || n < 4 * VF_LANES || !ACT(usual)(params))
        WALK(few)(dst, src, n, params);
    else if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, src, n, params);
    else
        loop_beyond_cache(dst, src, NULL, n, params, WALK(fours), WALK(rest));
}

#undef LOOP
