/*
 * An operation with one parameter per channel over a dense tensor [outer, channels, inner]: makes
 * vacti_<OP>_<type>_<build>_<set>. OP_forward(x, parameter) is in act/.
 */
#define LOOP channels

#define LOOP_RANGE ACT_ALL_COMMON
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, place) ACT(forward)(x, vf_set1(from->params.v[0]))
#define LOOP_SPECIAL(four) four
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead) loop_prefetch(from->x + (ahead), from->apart)
#include "loop/fours.inc.h"

/* A few elements, one vector at a time. */
VACT_INLINE void WALK(few)(elem *dst, const elem *src, size_t n, vf parameter)
{
    for (size_t i = 0; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        loop_store(dst + i, ACT(forward)(loop_load(src + i, part), parameter), part);
    }
}

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, size_t n, float parameter)
{
    const loop_operands from = {.dst = dst, .x = src, .params = {{parameter}}};
    const size_t done = LOOP_PREFETCHES_STORES && n > LOOP_FIRST_LEVEL ? WALK(fours)(&from, n, WALK_PREFETCHING)
                                                                       : WALK(fours)(&from, n, WALK_CACHED);
    WALK(few)(dst + done, src + done, n - done, vf_set1(parameter));
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    WALK(in_cache)(from->dst, from->x, n, from->params.v[0]);
}

/* inner = 1: neighbouring elements have neighbouring parameters. */
VACT_INLINE void WALK(beside)(elem *dst, const elem *src, const float *parameters, size_t n)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES)
        elem_store(dst + i, ACT(forward)(elem_load(src + i), vf_load(parameters + i)));
    if (i < n)
        elem_store_partial(
            dst + i, ACT(forward)(elem_load_partial(src + i, n - i), vf_load_partial(parameters + i, n - i)), n - i);
}

KERNEL_TYPE(channels) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *src, const float *parameters, size_t outer, size_t channels, size_t inner)
{
    const loop_walk walk = VF_STREAMS ? loop_walk_here(dst == src, outer * channels * inner) : WALK_CACHED;
    if (channels == 1) {
        inner *= outer;
        outer = 1;
    }
    for (size_t o = 0; o < outer; o++) {
        if (inner == 1) {
            WALK(beside)(dst + o * channels, src + o * channels, parameters, channels);
            continue;
        }
        for (size_t c = 0; c < channels; c++) {
            const size_t start = (o * channels + c) * inner;
            if (!LOOP_BY_FOURS || inner < 4 * VF_LANES) {
                WALK(few)(dst + start, src + start, inner, vf_set1(parameters[c]));
                continue;
            }
            if (walk == WALK_CACHED) {
                WALK(in_cache)(dst + start, src + start, inner, parameters[c]);
                continue;
            }
            const loop_operands from = {.dst = dst + start, .x = src + start, .params = {{parameters[c]}}};
            loop_walked(&from, inner, walk, WALK(fours), WALK(rest));
        }
    }
}

#undef LOOP
