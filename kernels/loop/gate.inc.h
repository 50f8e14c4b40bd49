/*
 * A gated unit over arrays and matrices: makes vacti_<OP>_<type>_<build>_<set>, vacti_<OP>_rows_... for matrices, and
 * vacti_<OP>_interleaved_..., for a matrix whose rows hold pairs gate, up. OP_common and the other forms:
 * loop/gate_forms.inc.h.
 */
#include "loop/gate_forms.inc.h"

static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

/*
 * Four vectors with any lanes. Each form is computed of all four where some lane needs it: the compiler interleaves the
 * vectors, which takes 0.6 of the time of one vector after another.
 */
VACT_INLINE loop_four ACT(special_vectors)(loop_four gate, loop_four up, const vact_params_f32 *params)
{
#ifdef ACT_TWO_FORMS
    const gate_limits limits = ACT(limits)(params);
#ifdef ACT_BY_PARAMETERS
    const int far_is_wide = 1;
    if (!loop_has_special(gate, ACT(long_range)(params)))
        return loop_each(gate, up, ACT(long), params);
    if (limits.far > 0.0f)
        return loop_each(gate, up, ACT(far), params);
#else
    const int far_is_wide = 0;
#endif
    if (!loop_has_special(gate, (act_range){GATE_TINY, -limits.far}))
        return loop_each(gate, up, ACT(usual), params);
    const loop_masks far = loop_below(gate, limits.far), tiny = loop_near_zero(gate, GATE_TINY);
    const loop_masks either = loop_either(far, tiny);
    const vf one = vf_set1(1.0f);
    loop_four y = up;
    if (far_is_wide && loop_any(far)) {
        y = loop_each(gate, up, ACT(far), params);
    } else if (!loop_all(either)) {
        const loop_four usual = loop_choose(either, (loop_four){{one, one, one, one}}, gate);
        y = loop_has_special(usual, limits.activation) ? loop_each(usual, up, ACT(usual), params)
                                                       : loop_each(usual, up, ACT(common), params);
    }
    if (!far_is_wide && loop_any(far))
        y = loop_choose(far, loop_each(gate, up, ACT(far), params), y);
    if (loop_any(tiny))
        y = loop_choose(tiny, loop_each(gate, up, ACT(tiny), params), y);
    return y;
#elif defined ACT_OWN_FORMS /* long: called, not inlined four times */
    return loop_each(gate, up, ACT(any), params);
#else
    return loop_each(gate, up, ACT(forward), params);
#endif
}

/*
 * The same for a run of them, four vectors at a time, as long as they have special lanes; returns the number of lanes
 * done. dst is an operand or apart from it. As in loop/unary.inc.h.
 */
VACT_NOINLINE static size_t ACT(special_fours)(float *dst, const float *gate, const float *up, size_t n,
                                               const vact_params_f32 *params)
{
    const vact_params_f32 own = *params; /* stores to dst cannot change it */
    size_t i = 0;
    do {
        loop_store_four(dst + i, ACT(special_vectors)(loop_load_four(gate + i), loop_load_four(up + i), &own));
        i += 4 * VF_LANES;
    } while (n - i >= 4 * VF_LANES && loop_has_special(loop_load_four(gate + i), ACT(range)(params)));
    return i;
}

/* The same for four vectors in registers. */
VACT_INLINE loop_four ACT(special_four)(loop_four gate, loop_four up, const vact_params_f32 *params)
{
    float lanes[4 * VF_LANES], ups[4 * VF_LANES];
    for (size_t k = 0; k < 4; k++) {
        vf_store(lanes + k * VF_LANES, gate.x[k]);
        vf_store(ups + k * VF_LANES, up.x[k]);
    }
    ACT(special_fours)(lanes, lanes, ups, 4 * VF_LANES, params);
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
VACT_INLINE size_t WALK(special_run)(elem *dst, const elem *gate, const elem *up, size_t n,
                                     const vact_params_f32 *params)
{
    if (ELEM_IS_LANE)
        return ACT(special_fours)(elem_lanes(dst), (const float *)(const void *)gate, (const float *)(const void *)up,
                                  n, params);
    const loop_operands from = {.x = gate, .up = up, .x_apart = LOOP_SIDE_BY_SIDE, .up_apart = LOOP_SIDE_BY_SIDE};
    const loop_four four = ACT(special_four)(WALK(gates)(&from, 0), WALK(ups)(&from, 0), params);
    for (size_t k = 0; k < 4; k++)
        elem_store(dst + k * VF_LANES, four.x[k]);
    return 4 * VF_LANES;
}

#define LOOP_RANGE ACT(range)(&from->params)
#define LOOP_ARGUMENTS WALK(gates)(from, i)
#define LOOP_COMMON(x, k) ACT(common)(x, loop_up(from, i, k), &from->params)
#define LOOP_SPECIAL(four) ACT(special_four)(four, WALK(ups)(from, i), &from->params)
#define LOOP_SPECIAL_RUN WALK(special_run)(from->dst + i, from->x + i, from->up + i, n - i, &from->params)
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead)                                                                                           \
    loop_prefetch(from->x + (ahead), from->x_apart), loop_prefetch(from->up + (ahead), from->up_apart)
#include "loop/fours.inc.h"

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *gate, const elem *up, size_t n,
                                         const vact_params_f32 *params)
{
    size_t i = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES) {
        const loop_operands from = {.dst = dst, .x = gate, .up = up, .params = *params};
        i = LOOP_PREFETCHES_STORES && n > LOOP_FIRST_LEVEL ? WALK(fours)(&from, n, WALK_PREFETCHING)
                                                           : WALK(fours)(&from, n, WALK_CACHED);
    }
    for (; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        loop_store(dst + i, ACT(forward)(loop_load(gate + i, part), loop_load(up + i, part), params), part);
    }
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    WALK(in_cache)(from->dst, from->x, from->up, n, &own);
}

KERNEL_TYPE(gate) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *gate, const elem *up, size_t n, const vact_params_f32 *params)
{
    params = params ? params : &ACT(defaults);
    if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, gate, up, n, params);
    else
        loop_beyond_cache(dst, gate, up, n, params, WALK(fours), WALK(rest));
}

KERNEL_TYPE(gate_rows) KERNEL(ACT(rows));

void KERNEL(ACT(rows))(elem *dst, size_t dst_stride, const elem *gate, size_t gate_stride, const elem *up,
                       size_t up_stride, size_t rows, size_t cols, const vact_params_f32 *params)
{
    const loop_walk walk = loop_walk_here(dst == gate || dst == up, rows * cols);
    params = params ? params : &ACT(defaults);
    if (walk != WALK_CACHED) {
        const loop_operands first = {.dst = dst, .x = gate, .up = up, .params = *params};
        const matrix_strides strides = {dst_stride, gate_stride, up_stride, 0};
        matrix_walked(&first, &strides, rows, cols, walk, WALK(fours), WALK(rest));
        return;
    }
    for (size_t r = 0; r < rows; r++)
        WALK(in_cache)(dst + r * dst_stride, gate + r * gate_stride, up + r * up_stride, cols, params);
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

#define LOOP_RANGE ACT(range)(&from->params)
#define LOOP_ARGUMENTS WALK(gates)(from, i, walk)
#define LOOP_COMMON(x, k) ACT(common)(x, loop_pair(from, i, k, walk).up, &from->params)
#define LOOP_SPECIAL(four) ACT(special_four)(four, WALK(ups)(from, i, walk), &from->params)
#define LOOP_FINISH(four) loop_unmixed(four)
#define LOOP_PREFETCH(ahead) loop_prefetch_pairs(from, ahead)
#include "loop/fours.inc.h"

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    size_t i = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES) {
        const loop_operands from = {.dst = dst, .x = src, .params = *params};
        i = WALK(fours)(&from, n, WALK_CACHED);
    }
    for (; i < n; i += VF_LANES) {
        vf gate, up;
        const size_t part = loop_vector_of(n - i);
        loop_load_pairs(src + 2 * i, part, &gate, &up);
        loop_store(dst + i, ACT(forward)(gate, up, params), part);
    }
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    WALK(in_cache)(from->dst, from->x, n, &own);
}

KERNEL_TYPE(interleaved) KERNEL(ACT(interleaved));

void KERNEL(ACT(interleaved))(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows,
                              size_t cols, const vact_params_f32 *params)
{
    const loop_walk walk = loop_walk_here(0, rows * cols);
    params = params ? params : &ACT(defaults);
    if (walk != WALK_CACHED) {
        const loop_operands first = {.dst = dst, .x = src, .params = *params, .pairs = 1};
        const matrix_strides strides = {dst_stride, src_stride, 0, 0};
        matrix_walked(&first, &strides, rows, cols, walk, WALK(fours), WALK(rest));
        return;
    }
    for (size_t r = 0; r < rows; r++)
        WALK(in_cache)(dst + r * dst_stride, src + r * src_stride, cols, params);
}

#undef LOOP
#undef ACT_TWO_FORMS
#undef ACT_BY_PARAMETERS
#undef ACT_OWN_FORMS
