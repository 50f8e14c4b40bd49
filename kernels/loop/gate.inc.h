/*
 * A gated unit over arrays: makes vacti_<OP>_<type>_<build>_<set>, and vacti_<OP>_interleaved_..., whose input is one
 * array of neighbours gate, up. Its header in act/gate/ has OP_forward and, where it pays (ACT_TWO_FORMS), OP_common
 * and OP_range for common gates.
 */
#define LOOP gate

#ifdef ACT_TWO_FORMS
#undef ACT_TWO_FORMS
#else
VACT_INLINE act_range ACT(range)(void) { return ACT_ALL_COMMON; }
VACT_INLINE vf ACT(common)(vf gate, vf up) { return ACT(forward)(gate, up); }
#endif

VACT_NOINLINE static vf ACT(any_gate)(vf gate, vf up) { return ACT(forward)(gate, up); }

VACT_INLINE loop_four ACT(special_four)(loop_four four, const loop_operands *from, size_t i)
{
    for (size_t k = 0; k < 4; k++)
        four.x[k] = ACT(any_gate)(four.x[k], elem_load(from->up + i + loop_place(k, from->apart)));
    return four;
}

#define LOOP_RANGE ACT(range)()
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, place) ACT(common)(x, elem_load(from->up + (place)))
#define LOOP_SPECIAL(four) ACT(special_four)(four, from, i)
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead)                                                                                           \
    loop_prefetch(from->x + (ahead), from->apart), loop_prefetch(from->up + (ahead), from->apart)
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
        done = LOOP_PREFETCHES_STORES && n > LOOP_FIRST_LEVEL ? WALK(fours)(&from, n, WALK_PREFETCHING)
                                                              : WALK(fours)(&from, n, WALK_CACHED);
    }
    WALK(few)(dst + done, gate + done, up + done, n - done);
}

KERNEL_TYPE(gate) KERNEL(OP);

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    KERNEL(OP)(from->dst, from->x, from->up, n, NULL);
}

void KERNEL(OP)(elem *dst, const elem *gate, const elem *up, size_t n, const vact_params_f32 *params)
{
    static const vact_params_f32 none = {{0.0f}};
    (void)params; /* no gated unit has any yet */
    if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, gate, up, n);
    else
        loop_beyond_cache(dst, gate, up, n, &none, WALK(fours), WALK(rest));
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
