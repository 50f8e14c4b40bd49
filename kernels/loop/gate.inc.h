/*
 * A gated unit over arrays: makes vacti_<OP>_<type>_<build>_<set>, and vact_<OP>_interleaved_..., of one array of
 * neighbours gate, up. Its header in act/gate/ has OP_forward and, where that pays (ACT_TWO_FORMS), OP_common with
 * OP_range for common gates.
 */
#define LOOP gate

#ifdef ACT_TWO_FORMS
#undef ACT_TWO_FORMS
#else
VACT_INLINE act_range ACT(range)(void) { return ACT_ALL_COMMON; }
VACT_INLINE vf ACT(common)(vf gate, vf up) { return ACT(forward)(gate, up); }
#endif

VACT_NOINLINE static vf ACT(any_gate)(vf gate, vf up) { return ACT(forward)(gate, up); }

VACT_INLINE act_range WALK(range)(const loop_operands *from) { return (void)from, ACT(range)(); }

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

VACT_INLINE vf WALK(common)(vf gate, const loop_operands *from, size_t place)
{
    return ACT(common)(gate, elem_load(from->up + place));
}

VACT_INLINE loop_four WALK(special)(loop_four four, const loop_operands *from, size_t i)
{
    for (size_t k = 0; k < 4; k++)
        four.x[k] = ACT(any_gate)(four.x[k], elem_load(from->up + i + loop_place(k, from->apart)));
    return four;
}

VACT_INLINE loop_four WALK(finish)(loop_four four, const loop_operands *from, size_t i)
{
    return (void)from, (void)i, four;
}

#include "loop/fours.inc.h"

/* A few elements, one vector at a time. */
VACT_INLINE void WALK(few)(elem *dst, const elem *gate, const elem *up, size_t n)
{
    for (size_t i = 0; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        loop_store(dst + i, ACT(forward)(loop_load(gate + i, part), loop_load(up + i, part)), part);
    }
}

VACT_INLINE void WALK(in_cache)(elem *dst, const elem *gate, const elem *up, size_t n)
{
    size_t done = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES) {
        const loop_operands from = {.dst = dst, .x = gate, .up = up};
        done = WALK(fours_in_cache)(from, n);
    }
    WALK(few)(dst + done, gate + done, up + done, n - done);
}

KERNEL_TYPE(gate) KERNEL(OP);

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    KERNEL(OP)(from->dst, from->x, from->up, n, NULL);
}

VACT_NOINLINE static void WALK(beyond_cache)(elem *dst, const elem *gate, const elem *up, size_t n)
{
    const loop_operands from = {.dst = dst, .x = gate, .up = up};
    loop_walked(&from, n, loop_walk_here(dst == gate || dst == up, n), WALK(fours), WALK(rest));
}

void KERNEL(OP)(elem *dst, const elem *gate, const elem *up, size_t n, const vact_params_f32 *params)
{
    (void)params; /* no gated unit has any yet */
    if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, gate, up, n);
    else
        WALK(beyond_cache)(dst, gate, up, n);
}

KERNEL_TYPE(interleaved) KERNEL(ACT(interleaved));

/* src: gate, up, gate, up ... */
void KERNEL(ACT(interleaved))(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    (void)params;
    for (size_t i = 0; i < n; i += VF_LANES) {
        vf gate, up;
        const size_t part = loop_vector_of(n - i);
        loop_load_pairs(src + 2 * i, part, &gate, &up);
        loop_store(dst + i, ACT(forward)(gate, up), part);
    }
}

#undef LOOP
