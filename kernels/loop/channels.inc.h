/*
 * An operation with one parameter per channel over a dense tensor [outer, channels, inner]: makes
 * vacti_<OP>_<type>_<build>_<set>. OP_forward(x, parameter) is in act/.
 */
#include "loop/matrix.h"

#define LOOP channels

#define LOOP_RANGE ACT_ALL_COMMON
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, k) ACT(forward)(x, vf_set1(from->params.v[0]))
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

#undef LOOP

/* ------------------------------------------------------------ inner = 1: a parameter for each column of a matrix */

#define LOOP columns

#define LOOP_RANGE ACT_ALL_COMMON
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, k) ACT(forward)(x, vf_load(from->bias + i + loop_place(k, from->bias_apart)))
#define LOOP_SPECIAL(four) four
#define LOOP_FINISH(four) four
#define LOOP_PREFETCH(ahead) loop_prefetch(from->x + (ahead), from->x_apart)
#include "loop/fours.inc.h"

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, const float *parameters, size_t n)
{
    size_t i = 0;
    if (LOOP_BY_FOURS && n >= 4 * VF_LANES) {
        const loop_operands from = {.dst = dst, .x = src, .bias = parameters};
        i = WALK(fours)(&from, n, WALK_CACHED);
    }
    for (; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        loop_store(dst + i, ACT(forward)(loop_load(src + i, part), loop_load_lanes(parameters + i, part)), part);
    }
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    WALK(in_cache)(from->dst, from->x, from->bias, n);
}

VACT_NOINLINE static void WALK(matrix)(elem *dst, const elem *src, const float *parameters, size_t rows, size_t cols,
                                       loop_walk walk)
{
    if (walk != WALK_CACHED) {
        const loop_operands first = {.dst = dst, .x = src, .bias = parameters};
        const matrix_strides strides = {.dst = cols, .x = cols};
        matrix_walked(&first, &strides, rows, cols, walk, WALK(fours), WALK(rest));
        return;
    }
    for (size_t r = 0; r < rows; r++)
        WALK(in_cache)(dst + r * cols, src + r * cols, parameters, cols);
}

/* The parameters again and again, n in all. */
VACT_INLINE void WALK(repeat)(float *repeated, size_t n, const float *parameters, size_t cols)
{
    memcpy(repeated, parameters, cols * sizeof *repeated);
    for (size_t done = cols, part; done < n; done += part) {
        part = done < n - done ? done : n - done;
        memcpy(repeated + done, repeated, part * sizeof *repeated);
    }
}

/* Rows of few columns together are a longer one, if possible of whole cache lines. */
VACT_INLINE void WALK(any)(elem *dst, const elem *src, const float *parameters, size_t rows, size_t cols,
                           loop_walk walk)
{
    float repeated[LOOP_REPEATED];
    size_t together = LOOP_REPEATED / cols;
    if (together > LOOP_LINE)
        together -= together % LOOP_LINE;
    if (together < 2 || rows < 2 * together) {
        WALK(matrix)(dst, src, parameters, rows, cols, walk);
        return;
    }
    const size_t longer = together * cols, done = rows / together * longer;
    WALK(repeat)(repeated, longer, parameters, cols);
    WALK(matrix)(dst, src, repeated, rows / together, longer, walk);
    WALK(in_cache)(dst + done, src + done, repeated, rows * cols - done);
}

#undef LOOP

/* ------------------------------------------------------------------------------------------------- the kernel */

#define LOOP channels

KERNEL_TYPE(channels) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *src, const float *parameters, size_t outer, size_t channels, size_t inner)
{
    const loop_walk walk = VF_STREAMS ? loop_walk_here(dst == src, outer * channels * inner) : WALK_CACHED;
    if (channels == 0)
        return;
    if (channels == 1) {
        inner *= outer;
        outer = 1;
    }
    if (inner == 1) {
        JOIN(OP, columns_any)(dst, src, parameters, outer, channels, walk);
        return;
    }
    for (size_t o = 0; o < outer; o++)
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

#undef LOOP
