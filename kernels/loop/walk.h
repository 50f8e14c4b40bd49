/*
 * How the templates walk arrays. No mathematics. loop/fours.inc.h is the loop over four vectors, made once per
 * operation; this file decides which elements it is called for.
 *
 * In cache: four neighbouring vectors at a time, then one, then a partial one.
 *
 * An array larger than the core's cache is cut into blocks of a few runs, which are walked abreast: a line of the
 * first, a line of the second and so on, then the next line of each. Lines a little ahead in each run are prefetched,
 * as hardware prefetchers stop at the end of a page and are late on the next one. If the output is so large that a
 * reader would not find it in the cache either, stores bypass the caches (vf_stream): memory need not read the lines
 * that are overwritten. Never in place, where the lines are in the cache already.
 */
#ifndef VACT_LOOP_WALK_H
#define VACT_LOOP_WALK_H

#include <stdint.h>

#include "loop/cache.h"
#include "loop/form.h"

/*
 * In elements. The longest run is 65 KiB, a quarter of a page more than whole pages: runs that began at the same place
 * in their pages would compete for the same cache sets and banks. Measured on AVX-512 at 64 MiB against runs of one
 * page without prefetching: silu takes 0.80 of the time, swiglu 0.79, gelu 0.89, relu 0.92; swiglu with runs of 64 KiB
 * 0.85, of 260 KiB 0.89, of 1 MiB 0.95.
 */
enum {
    LOOP_LINE = 64 / sizeof(elem),
    LOOP_RUNS = VF_STREAMS ? 4 * VF_LANES / LOOP_LINE : 1, /* abreast: four vectors are one line of each */
    LOOP_TOGETHER = 4 / LOOP_RUNS,                         /* of the four vectors, those in one run */
    LOOP_BY_FOURS = VF_LANES > 1,                          /* else one vector at a time: smaller code */
    LOOP_LONGEST_RUN = 65 * 1024 / sizeof(elem),
    LOOP_SHORTEST = 16 * 1024 / sizeof(elem),          /* array that is walked in runs */
    LOOP_AHEAD = 24 * LOOP_LINE,                       /* is prefetched in each run */
    LOOP_SHORT = 1 << 16,                              /* up to here an array is walked as if it were in cache */
    LOOP_FIRST_LEVEL = 48 * 1024 / (2 * sizeof(elem)), /* of cache: source and destination fit in it */
    LOOP_STORES_AHEAD = 16 * LOOP_LINE,                /* lines to be written, prefetched in cache */
    LOOP_CACHES = 4 /* stores are streamed if the destination is so many times the cache */
};

/* WALK_PREFETCHING: in cache, prefetching the lines to be written. */
typedef enum { WALK_CACHED, WALK_PREFETCHING, WALK_ABREAST, WALK_STREAM } loop_walk;

/* The operands and the destination; each kind of loop uses some of these. Four vectors are neighbours (in cache), or
 * belong to runs, from the start of one to that of the next `apart` elements. */
typedef struct {
    elem *dst;
    const elem *x;        /* the argument; for a gated unit the gate */
    const elem *up;       /* for a gated unit; for a derivative dy */
    const float *bias;    /* for an epilogue; null: none */
    const elem *residual; /* likewise */
    float scale;          /* for an epilogue */
    vact_params_f32 params;
    size_t apart;             /* for x, up and dst */
    size_t x_apart, up_apart; /* in a matrix, where `apart` is for dst alone */
    size_t bias_apart, residual_apart;
    size_t jump; /* from the end of a run to the start of the one walked after it */
    int pairs;   /* 1 where x holds pairs gate, up, two elements for each of dst; else 0 */
} loop_operands;

/* The jump for the last runs: prefetches what has been prefetched already. */
#define LOOP_NO_JUMP (-(size_t)LOOP_AHEAD)

/* The distance from vector 0 to vector k of four. */
VACT_INLINE size_t loop_place(size_t k, size_t apart)
{
    return k / LOOP_TOGETHER * apart + k % LOOP_TOGETHER * VF_LANES;
}

/* `apart` in cache: vectors follow each other directly. */
enum { LOOP_SIDE_BY_SIDE = LOOP_TOGETHER * VF_LANES };

/*
 * How to walk n elements of dst if the core's cache has `cache` bytes. Measured with relu on AVX-512, a cache of 2 MiB,
 * arrays of 1 to 64 MiB. Once source and destination together exceed the cache, runs abreast take 0.5 to 1 of a plain
 * walk's time. From a destination of four times the cache on, streaming takes at most 0.9 of that, even if the result
 * is read right after; below, such a reader loses by streaming.
 */
VACT_INLINE loop_walk loop_walk_of(int in_place, size_t n, size_t cache)
{
    if (!VF_STREAMS || n <= cache / (2 * sizeof(elem)))
        return WALK_CACHED;
    return !in_place && n >= LOOP_CACHES * (cache / sizeof(elem)) ? WALK_STREAM : WALK_ABREAST;
}

/* The same for this CPU. */
VACT_INLINE loop_walk loop_walk_here(int in_place, size_t n)
{
    return !VF_STREAMS || n <= LOOP_SHORT
               ? WALK_CACHED
               : loop_walk_of(in_place, n, __atomic_load_n(&vacti_cache_of_core, __ATOMIC_RELAXED));
}

/*
 * Beyond the first-level cache hardware prefetchers follow the loads, but stores wait for their lines. Prefetching
 * those for writing saves 6 % of relu and its like at 512 KiB on AVX-512. It gains nothing where a transcendental
 * function is computed, nor with vectors of half a line.
 */
#ifdef VACT_SET_PLAIN
#define LOOP_PREFETCHES_STORES ((int)VF_LANES == LOOP_LINE)
#else
#define LOOP_PREFETCHES_STORES 0
#endif

#ifndef ELEM_16
/* n <= VF_LANES elements; the lanes beyond are 1, which is common to every activation. */
VACT_INLINE vf loop_load(const elem *x, size_t n)
{
    return __builtin_expect(n == VF_LANES, 1) ? elem_load(x) : vf_keep_first(elem_load_partial(x, n), n, vf_set1(1.0f));
}

VACT_INLINE vf loop_load_lanes(const float *x, size_t n)
{
    return __builtin_expect(n == VF_LANES, 1) ? vf_load(x) : vf_keep_first(vf_load_partial(x, n), n, vf_set1(1.0f));
}

VACT_INLINE void loop_store(elem *dst, vf y, size_t n)
{
    if (__builtin_expect(n == VF_LANES, 1))
        elem_store(dst, y);
    else
        elem_store_partial(dst, y, n);
}

#endif

VACT_INLINE size_t loop_vector_of(size_t n) { return n < VF_LANES ? n : VF_LANES; }

typedef struct {
    vf x[4];
} loop_four;

VACT_INLINE loop_four loop_load_four(const float *lanes)
{
    return (loop_four){
        {vf_load(lanes), vf_load(lanes + VF_LANES), vf_load(lanes + 2 * VF_LANES), vf_load(lanes + 3 * VF_LANES)}};
}

/* The elements of x, as arguments. */
VACT_INLINE loop_four loop_elements(const loop_operands *from, size_t i)
{
    loop_four four;
#ifndef ELEM_16
    for (size_t k = 0; k < 4; k++)
        four.x[k] = elem_load(from->x + i + loop_place(k, from->apart));
#else
    for (size_t k = 0; k < 4; k += 2)
        elem_load_two(from->x + i + loop_place(k, from->apart), &four.x[k], &four.x[k + 1]);
#endif
    return four;
}

VACT_INLINE void loop_prefetch(const elem *p, size_t apart)
{
    for (size_t k = 0; k < LOOP_RUNS; k++)
        __builtin_prefetch(p + k * apart);
}

VACT_INLINE int loop_has_special(loop_four four, act_range range)
{
    const vf *x = four.x;
    return act_is_limited(range) && (vm_any_of_four_beyond(x[0], x[1], x[2], x[3], range.limit) ||
                                     (range.tiny > 0.0f && vm_any_of_four_below(x[0], x[1], x[2], x[3], range.tiny)));
}

/* What loop/fours.inc.h makes. Of runs abreast n is the length of each, whole lines. */
typedef size_t loop_fours_fn(const loop_operands *from, size_t n, loop_walk walk);

/* n elements, as in cache. */
typedef void loop_rest_fn(const loop_operands *from, size_t n);

/* The operands beyond the first n elements. */
VACT_INLINE loop_operands loop_beyond(loop_operands from, size_t n)
{
    from.dst += n;
    from.x += n << from.pairs;
    if (from.up)
        from.up += n;
    if (from.bias)
        from.bias += n;
    if (from.residual)
        from.residual += n;
    return from;
}

/* The number of elements before the first boundary of a cache line. */
VACT_INLINE size_t loop_before_line(const elem *dst) { return -(uintptr_t)dst / sizeof(elem) % LOOP_LINE; }

/* The length of the next runs if n elements are left. */
VACT_INLINE size_t loop_run_of(size_t n)
{
    const size_t part = n / LOOP_RUNS / LOOP_LINE * LOOP_LINE;
    return part < LOOP_LONGEST_RUN ? part : LOOP_LONGEST_RUN;
}

/* The jump from those runs to the next ones, if the next are as long. */
VACT_INLINE size_t loop_jump_of(size_t n)
{
    const size_t block = LOOP_RUNS * (size_t)LOOP_LONGEST_RUN;
    return n >= 2 * block ? block - LOOP_LONGEST_RUN : LOOP_NO_JUMP;
}

/* One array, all operands with the same step. */
__attribute__((noinline, unused)) static void loop_walked(const loop_operands *given, size_t n, loop_walk walk,
                                                          loop_fours_fn *fours, loop_rest_fn *rest)
{
    loop_operands from = *given;
    if (n < LOOP_SHORTEST + LOOP_LINE)
        walk = WALK_CACHED;
    if (walk == WALK_STREAM) {
        const size_t head = loop_before_line(from.dst);
        rest(&from, head);
        from = loop_beyond(from, head);
        n -= head;
    }
    while (walk >= WALK_ABREAST && n >= LOOP_SHORTEST) {
        const size_t run = loop_run_of(n);
        from.apart = from.up_apart = from.bias_apart = from.residual_apart = run;
        from.x_apart = run << from.pairs;
        from.jump = loop_jump_of(n);
        fours(&from, run, walk);
        from = loop_beyond(from, LOOP_RUNS * run);
        n -= LOOP_RUNS * run;
    }
    if (walk == WALK_STREAM)
        vf_stream_end();
    while (n > 0) {
        const size_t piece = n < LOOP_SHORT ? n : LOOP_SHORT;
        rest(&from, piece);
        from = loop_beyond(from, piece);
        n -= piece;
    }
}

/* n > LOOP_SHORT elements of x, and of `up` unless it is null: what kernels call. */
__attribute__((noinline, unused)) static void loop_beyond_cache(elem *dst, const elem *x, const elem *up, size_t n,
                                                                const vact_params_f32 *params, loop_fours_fn *fours,
                                                                loop_rest_fn *rest)
{
    const loop_operands from = {.dst = dst, .x = x, .up = up, .params = *params};
    loop_walked(&from, n, loop_walk_here(dst == x || dst == up, n), fours, rest);
}

#endif
