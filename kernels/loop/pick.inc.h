/*
 * An operation that picks (loop/pick.h) over an array: makes vacti_<OP>_<type>_<build>_<set>. Included once per
 * operation, after its header in act/narrow/, which has OP_ranges, with OP and OP_DEFAULTS defined.
 */
#define LOOP pick

static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

VACT_INLINE size_t WALK(fours)(const loop_operands *given, size_t n, loop_walk walk)
{
    loop_operands own = *given;
    const loop_operands *const from = &own;
    const pick_ranges ranges = ACT(ranges)(&own.params);
    const size_t step = walk < WALK_ABREAST ? 4 * VF_LANES : LOOP_LINE;
    if (walk < WALK_ABREAST)
        own.apart = LOOP_SIDE_BY_SIDE;
    size_t i = 0;
    for (; n - i >= step; i += step) {
        if (walk >= WALK_ABREAST)
            loop_prefetch(from->x + i + LOOP_AHEAD + (i + LOOP_AHEAD < n ? 0 : from->jump), from->apart);
        const vh first = vh_load(from->x + i), second = vh_load(from->x + i + loop_place(2, from->apart));
        elem *const dst = from->dst + i;
        if (walk == WALK_STREAM) {
            vh_stream(dst, pick_apply(first, &ranges));
            vh_stream(dst + loop_place(2, from->apart), pick_apply(second, &ranges));
        } else {
            vh_store(dst, pick_apply(first, &ranges));
            vh_store(dst + loop_place(2, from->apart), pick_apply(second, &ranges));
        }
    }
    return i;
}

VACT_NOINLINE static void WALK(few)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const pick_ranges ranges = ACT(ranges)(params);
    size_t i = 0;
    for (; n - i >= VH_LANES; i += VH_LANES)
        vh_store(dst + i, pick_apply(vh_load(src + i), &ranges));
    if (i < n)
        vh_store_partial(dst + i, pick_apply(vh_load_partial(src + i, n - i, 0), &ranges), n - i);
}

VACT_INLINE int ACT(usual)(const vact_params_f32 *params) { return (void)params, 1; }

#include "loop/narrow_array.inc.h"

#undef LOOP
