/*
 * How an operation walks its arrays. No mathematics: what is computed of n elements from i on, the `at` of an
 * operation tells, and its operands where they are.
 *
 * In cache: four vectors at a time, then one, then the partial rest; beyond the first level of cache some operations
 * ask for the lines of the destination before they write them.
 *
 * An array that the cache of the core does not hold is walked in blocks of four runs side by side, a line of each in
 * turn, and the lines a little ahead in each are asked for: hardware prefetchers alone stop at the end of a page, and
 * see the next one late. Where the output is so large that a reader would not find it in that cache either, the stores
 * go past the caches (vf_stream), which spares memory the reading of lines that are overwritten. Never in place: there
 * the lines are in the cache already.
 */
#ifndef VACT_LOOP_WALK_H
#define VACT_LOOP_WALK_H

#include <stdint.h>

#include "loop/cache.h"
#include "loop/form.h"

/* What results are made of: each kind of operation has some of these. */
typedef struct {
    const float *x;               /* the argument; of a gated unit the gate */
    const float *up;              /* of a gated unit; of a derivative dy */
    const float *bias, *residual; /* of an epilogue; null: none */
    float scale;                  /* of an epilogue */
    vact_params_f32 params;
} loop_operands;

/* The results of n <= VF_LANES elements from i on. */
typedef vf loop_at_fn(const loop_operands *from, size_t i, size_t n);

/* The results of VF_LANES elements from i on, of which x is the argument and no lane rare (loop/form.h). */
typedef vf loop_ordinary_fn(vf x, const loop_operands *from, size_t i);

/* What `at` makes of four vectors of arguments, rare or not, but for what `finish` does, and of those behind them up to
 * n elements as long as each four have a rare lane; returns the number of elements done. As one function it spares
 * calls and loads of constants. dst is src or apart from it. */
typedef size_t loop_rare_fn(float *dst, const float *src, size_t n, const vact_params_f32 *params);

/* What remains to be done of n such results. */
typedef vf loop_finish_fn(vf y, const loop_operands *from, size_t i, size_t n);

/* An operation: a constant at every call, so it is inlined. Four vectors have one test for rare lanes, those beyond the
 * limit or below `tiny` in magnitude. */
typedef struct {
    loop_at_fn *at, *argument;
    loop_ordinary_fn *ordinary;
    float tiny, limit;
    loop_rare_fn *any_fours; /* null: `at` it is */
    loop_finish_fn *finish;  /* or null */
} loop_operation;

typedef enum { WALK_CACHED, WALK_ABREAST, WALK_STREAM } loop_walk;

/*
 * In floats. Runs start a quarter of a page apart within their pages: at the same place of each they meet in the same
 * sets and banks. On AVX-512 at 64 MiB, against runs of one page and no prefetching: silu 0.80 of the time, swiglu
 * 0.79, gelu 0.89, relu 0.92; with runs of 64 KiB swiglu 0.85, of 260 KiB 0.89, of 1 MiB 0.95.
 */
enum {
    LOOP_LINE = 64 / sizeof(float),
    LOOP_ABREAST = 4, /* runs */
    LOOP_LONGEST_RUN = 65 * 1024 / sizeof(float),
    LOOP_SHORTEST = 16 * 1024 / sizeof(float), /* of arrays walked in runs */
    LOOP_AHEAD = 24 * LOOP_LINE,
    LOOP_SHORT = 1 << 16,                               /* walked as in cache whatever the cache */
    LOOP_FIRST_LEVEL = 48 * 1024 / (2 * sizeof(float)), /* of cache: source and destination */
    LOOP_ASKED = 16 * LOOP_LINE,                        /* ahead, to be written */
    LOOP_CACHES = 4                                     /* a destination so many times the cache is streamed to */
};

/*
 * How to walk n elements of dst, the core's cache holding so many bytes. Measured with relu on AVX-512, a cache of
 * 2 MiB, arrays of 1 to 64 MiB: side by side runs of one page take 0.5 to 1 of a plain walk's time from where source
 * and destination exceed the cache; streaming, from a destination of four times the cache on, at most 0.9 of that even
 * with a reader right behind it, for whom the plain walk is better below.
 */
VACT_INLINE loop_walk loop_walk_of(int in_place, size_t n, size_t cache)
{
    if (!VF_STREAMS || n <= cache / (2 * sizeof(float)))
        return WALK_CACHED;
    return !in_place && n >= LOOP_CACHES * (cache / sizeof(float)) ? WALK_STREAM : WALK_ABREAST;
}

/* The same for this CPU. */
VACT_INLINE loop_walk loop_walk_here(int in_place, size_t n)
{
    return !VF_STREAMS || n <= LOOP_SHORT
               ? WALK_CACHED
               : loop_walk_of(in_place, n, __atomic_load_n(&vact_cache_of_core, __ATOMIC_RELAXED));
}

/* Whether operations ask for the lines that they will write (loop_fours). */
#ifdef VACT_SET_PLAIN
#define LOOP_ASKS ((int)VF_LANES == LOOP_LINE)
#else
#define LOOP_ASKS 0
#endif

/* n <= VF_LANES elements; the lanes beyond are 1, an argument that no activation has a rare branch for. */
VACT_INLINE vf loop_argument(const float *x, size_t n)
{
    return __builtin_expect(n == VF_LANES, 1) ? vf_load(x) : vf_keep_first(vf_load_partial(x, n), n, vf_set1(1.0f));
}

/* The argument of an operation that takes the element itself. */
VACT_INLINE vf loop_element(const loop_operands *from, size_t i, size_t n) { return loop_argument(from->x + i, n); }

VACT_INLINE void loop_put(float *dst, vf y, loop_walk walk)
{
    if (walk == WALK_STREAM)
        vf_stream(dst, y);
    else
        vf_store(dst, y);
}

/* The rest: one vector at a time, the last in part. */
VACT_INLINE void loop_rest(float *dst, const loop_operands *from, size_t i, size_t n, loop_at_fn *at)
{
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, at(from, i, VF_LANES));
    if (i < n)
        vf_store_partial(dst + i, at(from, i, n - i), n - i);
}

VACT_INLINE int loop_has_rare(const vf x[4], float tiny, float limit)
{
    return act_is_limited(limit) && (vm_any_of_four_beyond(x[0], x[1], x[2], x[3], limit) ||
                                     (tiny > 0.0f && vm_any_of_four_below(x[0], x[1], x[2], x[3], tiny)));
}

typedef struct {
    vf x[4];
} loop_four;

VACT_INLINE loop_four loop_load_four(const float *src)
{
    return (loop_four){
        {vf_load(src), vf_load(src + VF_LANES), vf_load(src + 2 * VF_LANES), vf_load(src + 3 * VF_LANES)}};
}

VACT_INLINE void loop_store_four(float *dst, loop_four four)
{
    for (size_t k = 0; k < 4; k++)
        vf_store(dst + k * VF_LANES, four.x[k]);
}

/* What a loop_rare_fn does. Arrays with a rare lane in every vector take 0.8 to 0.9 of the time that a call for each
 * four takes (swish, exp, in cache). Of the fours after the first one in two is taken untested, which saves up to 4 %
 * more; a four alone among ordinary ones takes no other with it. */
VACT_INLINE size_t loop_any_fours(float *dst, const float *src, size_t n, act_form form, const vact_params_f32 *params)
{
    const vact_params_f32 own = *params;
    size_t i = 0;
    do {
        const loop_four four = loop_load_four(src + i);
        vf first = form.rare(four.x[0], &own), second = form.rare(four.x[1], &own);
        __asm__ volatile(""); /* as in loop_ordinary_four */
        vf third = form.rare(four.x[2], &own), fourth = form.rare(four.x[3], &own);
        vf_store(dst + i, first); /* with loop_store_four GCC copies them through the stack by 64-bit integers */
        vf_store(dst + i + VF_LANES, second);
        vf_store(dst + i + 2 * VF_LANES, third);
        vf_store(dst + i + 3 * VF_LANES, fourth);
        i += 4 * VF_LANES;
    } while (n - i >= 4 * VF_LANES &&
             (i / (4 * VF_LANES) % 2 == 0 || loop_has_rare(loop_load_four(src + i).x, form.tiny, form.limit)));
    return i;
}

/*
 * Four vectors, from i on in operands of their own or `step` apart in the same. Their arguments are loaded before any
 * result is stored, which saves 3 % (sigmoid, on AVX-512, in cache) to 8 (gelu from memory, where places alike in their
 * pages make a load seem to depend on the store before it): the compiler may not, as dst and src may overlap.
 */
VACT_INLINE loop_four loop_arguments(const loop_operands *const from[4], size_t i, size_t step, loop_operation op)
{
    return (loop_four){{op.argument(from[0], i, VF_LANES), op.argument(from[1], i + step, VF_LANES),
                        op.argument(from[2], i + 2 * step, VF_LANES), op.argument(from[3], i + 3 * step, VF_LANES)}};
}

/*
 * The compiler interleaves the first two and the last two (cmake/isa.cmake), which saves up to 8 % on AVX-512; four
 * would take more registers than there are, so it may not move operations across the empty assembly.
 */
VACT_INLINE loop_four loop_ordinary_four(loop_four four, const loop_operands *const from[4], size_t i, size_t step,
                                         loop_operation op)
{
    loop_four result;
    result.x[0] = op.ordinary(four.x[0], from[0], i);
    result.x[1] = op.ordinary(four.x[1], from[1], i + step);
    __asm__ volatile("");
    result.x[2] = op.ordinary(four.x[2], from[2], i + 2 * step);
    result.x[3] = op.ordinary(four.x[3], from[3], i + 3 * step);
    return result;
}

VACT_INLINE loop_four loop_rare_four(loop_four four, const loop_operands *const from[4], size_t i, size_t step,
                                     loop_operation op)
{
    float y[4 * VF_LANES];
    if (op.any_fours) {
        loop_store_four(y, four);
        op.any_fours(y, y, 4 * VF_LANES, &from[0]->params);
    }
    for (size_t k = 0; k < 4; k++)
        four.x[k] = !op.any_fours ? op.at(from[k], i + k * step, VF_LANES)
                    : op.finish   ? op.finish(vf_load(y + k * VF_LANES), from[k], i + k * step, VF_LANES)
                                  : vf_load(y + k * VF_LANES);
    return four;
}

VACT_INLINE loop_four loop_four_at(const loop_operands *const from[4], size_t i, size_t step, loop_operation op)
{
    loop_four four = loop_arguments(from, i, step, op);
    if (__builtin_expect(loop_has_rare(four.x, op.tiny, op.limit), 0))
        return loop_rare_four(four, from, i, step, op);
    return loop_ordinary_four(four, from, i, step, op);
}

/* How many elements lie before the first boundary of a line. */
VACT_INLINE size_t loop_before_line(const float *dst) { return -(uintptr_t)dst / sizeof(float) % LOOP_LINE; }

/* A line of each of four runs. Half of a line stored to each in turn (a vector of AVX2) would be half of what a write
 * buffer holds: relu from memory at 0.97 of copying, thus 0.74. */
VACT_INLINE void loop_four_lines(float *const dst[4], const loop_operands *const from[4], size_t i, size_t step,
                                 loop_operation op, loop_walk walk)
{
    enum { VECTORS = LOOP_LINE / VF_LANES };
    loop_four four[VECTORS];
    for (size_t v = 0; v < VECTORS; v++)
        four[v] = loop_four_at(from, i + v * VF_LANES, step, op);
    for (size_t k = 0; k < LOOP_ABREAST; k++)
        for (size_t v = 0; v < VECTORS; v++)
            loop_put(dst[k] + i + v * VF_LANES, four[v].x[k], walk);
}

VACT_INLINE void loop_prefetch(const loop_operands *from, size_t i)
{
    __builtin_prefetch(from->x + i);
    if (from->up)
        __builtin_prefetch(from->up + i);
    if (from->residual)
        __builtin_prefetch(from->residual + i);
}

/* A jump for runs that none follow: what is asked for ahead is what was asked for already. */
#define LOOP_NO_JUMP (-(size_t)LOOP_AHEAD)

/*
 * Elements i to end of four runs, whole lines, from operands of their own or `step` apart in the same. From the end of
 * a run to the start of the one that will be walked after it is a jump.
 */
VACT_INLINE void loop_four_runs(float *const dst[4], const loop_operands *const from[4], size_t i, size_t end,
                                size_t step, size_t jump, loop_operation op, loop_walk walk)
{
    for (; i < end; i += LOOP_LINE) {
        size_t ahead = i + LOOP_AHEAD + (i + LOOP_AHEAD < end ? 0 : jump);
        for (size_t k = 0; k < LOOP_ABREAST; k++)
            loop_prefetch(from[k], ahead + k * step);
        loop_four_lines(dst, from, i, step, op, walk);
    }
}

/* How long the next four runs of an array are of which n elements are left. */
VACT_INLINE size_t loop_run_of(size_t n)
{
    size_t quarter = n / LOOP_ABREAST / LOOP_LINE * LOOP_LINE;
    return quarter < LOOP_LONGEST_RUN ? quarter : LOOP_LONGEST_RUN;
}

/* From the end of each to the start of its successor, where those are as long. */
VACT_INLINE size_t loop_jump_of(size_t n)
{
    const size_t block = LOOP_ABREAST * (size_t)LOOP_LONGEST_RUN;
    return n >= 2 * block ? block - LOOP_LONGEST_RUN : LOOP_NO_JUMP;
}

/* Walks all that can be walked in four runs, returns the number of elements done. */
VACT_INLINE size_t loop_runs(float *dst, const loop_operands *from, size_t n, loop_operation op, loop_walk walk)
{
    const loop_operands *const same[LOOP_ABREAST] = {from, from, from, from};
    size_t i = 0;
    if (walk == WALK_CACHED || n < LOOP_SHORTEST + LOOP_LINE)
        return 0;
    if (walk == WALK_STREAM) {
        i = loop_before_line(dst);
        loop_rest(dst, from, 0, i, op.at);
    }
    while (n - i >= LOOP_SHORTEST) {
        size_t run = loop_run_of(n - i);
        float *const starts[LOOP_ABREAST] = {dst, dst + run, dst + 2 * run, dst + 3 * run};
        loop_four_runs(starts, same, i, i + run, run, loop_jump_of(n - i), op, walk);
        i += LOOP_ABREAST * run;
    }
    if (walk == WALK_STREAM)
        vf_stream_end();
    return i;
}

/* In cache, the elements from i on: four vectors at a time, as long as there are four. Returns where it ends. Of an
 * operation without `finish` the elements are the arguments, so those with rare lanes can be done in one call: hence
 * not by loop_four_at, with which AVX2 took up to 1.15 of the time of arrays without any (exp). `asking` asks for the
 * lines of dst ahead, to be written. */
VACT_INLINE size_t loop_fours_asking(float *dst, const loop_operands *from, size_t i, size_t n, loop_operation op,
                                     int asking)
{
    const loop_operands *const same[4] = {from, from, from, from};
    while (n - i >= 4 * VF_LANES) {
        for (size_t k = 0; asking && k < 4; k++)
            __builtin_prefetch(dst + i + LOOP_ASKED + k * VF_LANES, 1);
        loop_four four = loop_arguments(same, i, VF_LANES, op);
        if (__builtin_expect(loop_has_rare(four.x, op.tiny, op.limit), 0)) {
            if (op.any_fours && !op.finish) {
                i += op.any_fours(dst + i, from->x + i, n - i, &from->params);
                continue;
            }
            loop_store_four(dst + i, loop_rare_four(four, same, i, VF_LANES, op));
        } else {
            loop_store_four(dst + i, loop_ordinary_four(four, same, i, VF_LANES, op));
        }
        i += 4 * VF_LANES;
    }
    return i;
}

/*
 * The same, the choice made. Hardware prefetchers see the loads of an array beyond the first level of cache and leave
 * the stores to wait: relu and its kin on AVX-512 take 0.94 of the time at 512 KiB where they ask. It brings nothing to
 * operations with a transcendental function, nor to vectors of half a line.
 */
VACT_INLINE size_t loop_fours(float *dst, const loop_operands *from, size_t i, size_t n, loop_operation op)
{
    if (LOOP_ASKS && n - i > LOOP_FIRST_LEVEL)
        return loop_fours_asking(dst, from, i, n, op, 1);
    return loop_fours_asking(dst, from, i, n, op, 0);
}

VACT_INLINE void loop_cached(float *dst, const loop_operands *from, size_t i, size_t n, loop_operation op)
{
    loop_rest(dst, from, loop_fours(dst, from, i, n, op), n, op.at);
}

VACT_INLINE void loop_walked(float *dst, const loop_operands *from, size_t n, loop_operation op, loop_walk walk)
{
    loop_cached(dst, from, loop_runs(dst, from, n, op, walk), n, op);
}

#endif
