/*
 * How an operation walks its arrays. No mathematics: what is computed of n elements from i on, the `at` of an
 * operation tells, and its operands where they are.
 *
 * In cache: four vectors at a time, then one, then the partial rest.
 *
 * An array that the cache of the core does not hold is walked in blocks of four pages side by side, one line of each
 * in turn: hardware prefetchers stop at the end of a page, and four of them at work hide that. Where the output is so
 * large that a reader would not find it in that cache either, the stores go past the caches (vf_stream), which spares
 * memory the reading of lines that are overwritten. Never in place: there the lines are in the cache already.
 */
#ifndef VACT_LOOP_WALK_H
#define VACT_LOOP_WALK_H

#include <stdint.h>

#include "../dispatch/cache.h"

/* What results are made of: each kind of operation has some of these. */
typedef struct {
    const float *x;               /* the argument; of a gated unit the gate */
    const float *up;              /* of a gated unit */
    const float *bias, *residual; /* of an epilogue; null: none */
    float scale;                  /* of an epilogue */
    vact_params_f32 params;
} loop_operands;

/* The results of n <= VF_LANES elements from i on. A constant at every call, so it is inlined. */
typedef vf loop_at_fn(const loop_operands *from, size_t i, size_t n);

typedef enum { WALK_CACHED, WALK_PAGES, WALK_STREAM } loop_walk;

/* In floats. */
enum {
    LOOP_LINE = 64 / sizeof(float),
    LOOP_VECTORS = LOOP_LINE / VF_LANES, /* of a line */
    LOOP_PAGE = 4096 / sizeof(float),
    LOOP_ABREAST = 4, /* pages */
    LOOP_BLOCK = LOOP_ABREAST * LOOP_PAGE,
    LOOP_SHORT = 1 << 16, /* walked as in cache whatever the cache */
    LOOP_CACHES = 4       /* a destination so many times the cache is streamed to */
};

/*
 * How to walk n elements of dst, the core's cache holding so many bytes. Measured with relu on AVX-512, a cache of
 * 2 MiB, arrays of 1 to 64 MiB: side by side the pages take 0.5 to 1 of a plain walk's time from where source and
 * destination exceed the cache; streaming, from a destination of four times the cache on, at most 0.9 of that even
 * with a reader right behind it, for whom the plain walk is better below.
 */
VACT_INLINE loop_walk loop_walk_of(int in_place, size_t n, size_t cache)
{
    if (!VF_STREAMS || n <= cache / (2 * sizeof(float)))
        return WALK_CACHED;
    return !in_place && n >= LOOP_CACHES * (cache / sizeof(float)) ? WALK_STREAM : WALK_PAGES;
}

/* The same for this CPU. */
VACT_INLINE loop_walk loop_walk_here(int in_place, size_t n)
{
    return !VF_STREAMS || n <= LOOP_SHORT
               ? WALK_CACHED
               : loop_walk_of(in_place, n, __atomic_load_n(&vact_cache_of_core, __ATOMIC_RELAXED));
}

/* n <= VF_LANES elements; the lanes beyond are 1, an argument that no activation has a rare branch for. */
VACT_INLINE vf loop_argument(const float *x, size_t n)
{
    return n == VF_LANES ? vf_load(x) : vf_keep_first(vf_load_partial(x, n), n, vf_set1(1.0f));
}

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

/* How many elements lie before the first boundary of a line. */
VACT_INLINE size_t loop_before_line(const float *dst) { return -(uintptr_t)dst / sizeof(float) % LOOP_LINE; }

/* Walks as many blocks of pages as there are and returns the number of elements done. Results are stored when all four
 * are there: the pages of source and destination mostly lie alike, so that each load would seem to depend on the store
 * before it (the same address modulo 4 KiB), which takes 4 % of the time of gelu from memory (AVX-512). */
VACT_INLINE size_t loop_pages(float *dst, const loop_operands *from, size_t n, loop_at_fn *at, loop_walk walk)
{
    size_t i = 0;
    if (walk == WALK_CACHED || n < LOOP_BLOCK + LOOP_LINE)
        return 0;
    if (walk == WALK_STREAM) {
        i = loop_before_line(dst);
        loop_rest(dst, from, 0, i, at);
    }
    for (; n - i >= LOOP_BLOCK; i += LOOP_BLOCK)
        for (size_t line = i; line < i + LOOP_PAGE; line += LOOP_LINE) {
            vf y[LOOP_ABREAST][LOOP_VECTORS];
            for (size_t k = 0; k < LOOP_ABREAST; k++)
                for (size_t j = 0; j < LOOP_VECTORS; j++)
                    y[k][j] = at(from, line + k * LOOP_PAGE + j * VF_LANES, VF_LANES);
            for (size_t k = 0; k < LOOP_ABREAST; k++)
                for (size_t j = 0; j < LOOP_VECTORS; j++)
                    loop_put(dst + line + k * LOOP_PAGE + j * VF_LANES, y[k][j], walk);
        }
    if (walk == WALK_STREAM)
        vf_stream_end();
    return i;
}

/* In cache, the elements from i on: four vectors at a time, as long as there are four. Returns where it ends. */
VACT_INLINE size_t loop_fours(float *dst, const loop_operands *from, size_t i, size_t n, loop_at_fn *at)
{
    for (; n - i >= 4 * VF_LANES; i += 4 * VF_LANES) {
        vf_store(dst + i, at(from, i, VF_LANES));
        vf_store(dst + i + VF_LANES, at(from, i + VF_LANES, VF_LANES));
        vf_store(dst + i + 2 * VF_LANES, at(from, i + 2 * VF_LANES, VF_LANES));
        vf_store(dst + i + 3 * VF_LANES, at(from, i + 3 * VF_LANES, VF_LANES));
    }
    return i;
}

VACT_INLINE void loop_cached(float *dst, const loop_operands *from, size_t i, size_t n, loop_at_fn *at)
{
    loop_rest(dst, from, loop_fours(dst, from, i, n, at), n, at);
}

VACT_INLINE void loop_walked(float *dst, const loop_operands *from, size_t n, loop_at_fn *at, loop_walk walk)
{
    loop_cached(dst, from, loop_pages(dst, from, n, at, walk), n, at);
}

#endif
