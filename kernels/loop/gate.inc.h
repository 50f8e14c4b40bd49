/*
 * A gated unit over arrays and matrices: makes vacti_<OP>_<type>_<build>_<set>, vacti_<OP>_rows_... for matrices, and
 * vacti_<OP>_interleaved_..., for a matrix whose rows hold pairs gate, up. OP_common and the other forms:
 * loop/gate_forms.inc.h.
 */
#include "loop/gate_forms.inc.h"

/*
 * Four vectors with any lanes. Each form is computed of all four where some lane needs it: the compiler interleaves the
 * vectors, which takes 0.6 of the time of one vector after another.
 */
VACT_INLINE loop_four ACT(special_vectors)(loop_four gate, loop_four up)
{
#ifdef ACT_TWO_FORMS
    const gate_limits limits = ACT(limits)();
    if (!loop_has_special(gate, (act_range){GATE_TINY, -limits.far}))
        return loop_each(gate, up, ACT(usual));
    const loop_masks far = loop_below(gate, limits.far), tiny = loop_near_zero(gate, GATE_TINY);
    const loop_masks either = loop_either(far, tiny);
    const vf one = vf_set1(1.0f);
    loop_four y = up;
    if (!loop_all(either)) {
        const loop_four usual = loop_choose(either, (loop_four){{one, one, one, one}}, gate);
        y = loop_has_special(usual, limits.activation) ? loop_each(usual, up, ACT(usual))
                                                       : loop_each(usual, up, ACT(common));
    }
    if (loop_any(far))
        y = loop_choose(far, loop_each(gate, up, ACT(far)), y);
    if (loop_any(tiny))
        y = loop_choose(tiny, loop_each(gate, up, ACT(tiny)), y);
    return y;
#else
    return loop_each(gate, up, ACT(forward));
#endif
}

/*
 * The same for a run of them, four vectors at a time, as long as they have special lanes; returns the number of lanes
 * done. dst is an operand or apart from it. As in loop/unary.inc.h.
 */
VACT_NOINLINE static size_t ACT(special_fours)(float *dst, const float *gate, const float *up, size_t n)
{
    size_t i = 0;
    do {
        loop_store_four(dst + i, ACT(special_vectors)(loop_load_four(gate + i), loop_load_four(up + i)));
        i += 4 * VF_LANES;
    } while (n - i >= 4 * VF_LANES && loop_has_special(loop_load_four(gate + i), ACT(range)()));
    return i;
}

/* The same for four vectors in registers. */
VACT_INLINE loop_four ACT(special_four)(loop_four gate, loop_four up)
{
    float lanes[4 * VF_LANES], ups[4 * VF_LANES];
    for (size_t k = 0; k < 4; k++) {
        vf_store(lanes + k * VF_LANES, gate.x[k]);
        vf_store(ups + k * VF_LANES, up.x[k]);
    }
    ACT(special_fours)(lanes, lanes, ups, 4 * VF_LANES);
    return loop_load_four(lanes);
}

/* ---------------------------------------------------------------------------------------------- two arrays */

#define LOOP gate

VACT_INLINE loop_four WALK(gates)(const loop_operands *from, size_t i)
{
    return (loop_four){{loop_gate(from, i, 0), loop_gate(from, i, 1), loop_gate(from, i, 2), loop_gate(from, i, 3)}};
}

VACT_INLINE loop_four WALK(ups)(const loop_operands *from, size_t i)
{
    return (loop_four){{loop_up(from, i, 0), loop_up(from, i, 1), loop_up(from, i, 2), loop_up(from, i, 3)}};
}

/* In cache: all of the run at once, if elements are lanes. */
VACT_INLINE size_t WALK(special_run)(elem *dst, const elem *gate, const elem *up, size_t n)
{
    if (ELEM_IS_LANE)
        return ACT(special_fours)(elem_lanes(dst), (const float *)(const void *)gate, (const float *)(const void *)up,
                                  n);
    const loop_operands from = {.x = gate, .up = up, .x_apart = LOOP_SIDE_BY_SIDE, .up_apart = LOOP_SIDE_BY_SIDE};
    const loop_four four = ACT(special_four)(WALK(gates)(&from, 0), WALK(ups)(&from, 0));
    for (size_t k = 0; k < 4; k++)
        elem_store(dst + k * VF_LANES, four.x[k]);
    return 4 * VF_LANES;
}

#define LOOP_RANGE ACT(range)()
#define LOOP_ARGUMENTS WALK(gates)(from, i)
#define LOOP_COMMON(x, k) ACT(common)(x, loop_up(from, i, k))
#define LOOP_SPECIAL(four) ACT(special_four)(four, WALK(ups)(from, i))
#define LOOP_SPECIAL_RUN WALK(special_run)(from->dst + i, from->x + i, from->up + i, n - i)
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead)                                                                                           \
    loop_prefetch(from->x + (ahead), from->x_apart), loop_prefetch(from->up + (ahead), from->up_apart)
#include "loop/fours.inc.h"

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *gate, const elem *up, size_t n)
{
    size_t i = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES) {
        const loop_operands from = {.dst = dst, .x = gate, .up = up};
        i = LOOP_PREFETCHES_STORES && n > LOOP_FIRST_LEVEL ? WALK(fours)(&from, n, WALK_PREFETCHING)
                                                           : WALK(fours)(&from, n, WALK_CACHED);
    }
    for (; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        loop_store(dst + i, ACT(forward)(loop_load(gate + i, part), loop_load(up + i, part)), part);
    }
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    WALK(in_cache)(from->dst, from->x, from->up, n);
}

KERNEL_TYPE(gate) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *gate, const elem *up, size_t n, const vact_params_f32 *params)
{
    static const vact_params_f32 none = {{0.0f}};
    (void)params; /* no gated unit has any yet */
    if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, gate, up, n);
    else
        loop_beyond_cache(dst, gate, up, n, &none, WALK(fours), WALK(rest));
}

KERNEL_TYPE(gate_rows) KERNEL(ACT(rows));

void KERNEL(ACT(rows))(elem *dst, size_t dst_stride, const elem *gate, size_t gate_stride, const elem *up,
                       size_t up_stride, size_t rows, size_t cols, const vact_params_f32 *params)
{
    const loop_walk walk = loop_walk_here(dst == gate || dst == up, rows * cols);
    (void)params;
    if (walk != WALK_CACHED) {
        const loop_operands first = {.dst = dst, .x = gate, .up = up};
        const matrix_strides strides = {dst_stride, gate_stride, up_stride, 0};
        matrix_walked(&first, &strides, rows, cols, walk, WALK(fours), WALK(rest));
        return;
    }
    for (size_t r = 0; r < rows; r++)
        WALK(in_cache)(dst + r * dst_stride, gate + r * gate_stride, up + r * up_stride, cols);
}

#undef LOOP

/* --------------------------------------------------------------------------------------------------- pairs */

#define LOOP interleaved

VACT_INLINE loop_four WALK(gates)(const loop_operands *from, size_t i, loop_walk walk)
{
    return (loop_four){{loop_pair(from, i, 0, walk).gate, loop_pair(from, i, 1, walk).gate,
                        loop_pair(from, i, 2, walk).gate, loop_pair(from, i, 3, walk).gate}};
}

VACT_INLINE loop_four WALK(ups)(const loop_operands *from, size_t i, loop_walk walk)
{
    return (loop_four){{loop_pair(from, i, 0, walk).up, loop_pair(from, i, 1, walk).up, loop_pair(from, i, 2, walk).up,
                        loop_pair(from, i, 3, walk).up}};
}

#define LOOP_RANGE ACT(range)()
#define LOOP_ARGUMENTS WALK(gates)(from, i, walk)
#define LOOP_COMMON(x, k) ACT(common)(x, loop_pair(from, i, k, walk).up)
#define LOOP_SPECIAL(four) ACT(special_four)(four, WALK(ups)(from, i, walk))
#define LOOP_FINISH(four) loop_unmixed(four)
#define LOOP_PREFETCH(ahead) loop_prefetch_pairs(from, ahead)
#include "loop/fours.inc.h"

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, size_t n)
{
    size_t i = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES) {
        const loop_operands from = {.dst = dst, .x = src};
        i = WALK(fours)(&from, n, WALK_CACHED);
    }
    for (; i < n; i += VF_LANES) {
        vf gate, up;
        const size_t part = loop_vector_of(n - i);
        loop_load_pairs(src + 2 * i, part, &gate, &up);
        loop_store(dst + i, ACT(forward)(gate, up), part);
    }
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n) { WALK(in_cache)(from->dst, from->x, n); }

KERNEL_TYPE(interleaved) KERNEL(ACT(interleaved));

/* src: gate, up, gate, up ... */
void KERNEL(ACT(interleaved))(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                              size_t cols, const vact_params_f32 *params)
{
    const loop_walk walk = loop_walk_here(0, rows * cols);
    (void)params;
    if (walk != WALK_CACHED) {
        const loop_operands first = {.dst = dst, .x = src, .pairs = 1};
        const matrix_strides strides = {dst_stride, src_stride, 0, 0};
        matrix_walked(&first, &strides, rows, cols, walk, WALK(fours), WALK(rest));
        return;
    }
    for (size_t r = 0; r < rows; r++)
        WALK(in_cache)(dst + r * dst_stride, src + r * src_stride, cols);
}

#undef LOOP
#undef ACT_TWO_FORMS
