/*
 * How a unary operation walks an array. No mathematics.
 *
 * In cache: four vectors at a time, then one, then the partial rest.
 *
 * An array that the cache of the core does not hold is walked in blocks of four pages side by side, one line of each
 * in turn: hardware prefetchers stop at the end of a page, and four of them at work hide that. Where the output is so
 * large that a reader would not find it in that cache either, the stores go past the caches (vf_stream), which spares
 * memory the reading of lines that are overwritten. Never in place: there the lines are in the cache already.
 */
#ifndef VACT_LOOP_UNARY_H
#define VACT_LOOP_UNARY_H

#include <stdint.h>

#include "../dispatch/cache.h"

typedef vf act_forward_fn(vf x, const vact_params_f32 *params);

typedef enum { WALK_CACHED, WALK_PAGES, WALK_STREAM } loop_walk;

/* In floats. */
enum {
    LOOP_LINE = 64 / sizeof(float),
    LOOP_PAGE = 4096 / sizeof(float),
    LOOP_BLOCK = 4 * LOOP_PAGE,
    LOOP_SHORT = 1 << 16, /* walked as in cache whatever the cache */
    LOOP_CACHES = 4       /* a destination so many times the cache is streamed to */
};

/*
 * How to walk n elements of dst and src, the core's cache holding so many bytes. Measured with relu on AVX-512, a
 * cache of 2 MiB, arrays of 1 to 64 MiB: side by side the pages take 0.5 to 1 of a plain walk's time from where
 * source and destination exceed the cache; streaming, from a destination of four times the cache on, at most 0.9 of
 * that even with a reader right behind it, for whom the plain walk is better below.
 */
VACT_INLINE loop_walk loop_walk_of(const float *dst, const float *src, size_t n, size_t cache)
{
    if (!VF_STREAMS || n <= cache / (2 * sizeof(float)))
        return WALK_CACHED;
    return dst != src && n >= LOOP_CACHES * (cache / sizeof(float)) ? WALK_STREAM : WALK_PAGES;
}

/* The same for this CPU. */
VACT_INLINE loop_walk loop_walk_here(const float *dst, const float *src, size_t n)
{
    return !VF_STREAMS || n <= LOOP_SHORT
               ? WALK_CACHED
               : loop_walk_of(dst, src, n, __atomic_load_n(&vact_cache_of_core, __ATOMIC_RELAXED));
}

/* One line. */
VACT_INLINE void loop_line(float *dst, const float *src, const vact_params_f32 *params, act_forward_fn *forward,
                           loop_walk walk)
{
    for (size_t k = 0; k < LOOP_LINE; k += VF_LANES) {
        vf y = forward(vf_load(src + k), params);
        if (walk == WALK_STREAM)
            vf_stream(dst + k, y);
        else
            vf_store(dst + k, y);
    }
}

/* Walks as many blocks of pages as there are and returns the number of elements done. */
VACT_INLINE size_t loop_pages(float *dst, const float *src, size_t n, const vact_params_f32 *params,
                              act_forward_fn *forward, loop_walk walk)
{
    size_t i = 0;
    if (n < LOOP_BLOCK + LOOP_LINE)
        return 0;
    if (walk == WALK_STREAM) {
        /* To the first boundary of a line: the elements beyond it are computed again below, to the same bits. */
        loop_line(dst, src, params, forward, WALK_CACHED);
        i = LOOP_LINE - (uintptr_t)dst / sizeof(float) % LOOP_LINE;
    }
    for (; n - i >= LOOP_BLOCK; i += LOOP_BLOCK)
        for (size_t line = i; line < i + LOOP_PAGE; line += LOOP_LINE)
            for (size_t at = line; at < line + LOOP_BLOCK; at += LOOP_PAGE)
                loop_line(dst + at, src + at, params, forward, walk);
    if (walk == WALK_STREAM)
        vf_stream_end();
    return i;
}

/* In cache. `forward` is a constant at every call, so it is inlined. The copy of the parameters tells the compiler that
 * storing to dst does not change them. */
VACT_INLINE void loop_cached(float *dst, const float *src, size_t n, const vact_params_f32 *given,
                             act_forward_fn *forward)
{
    const vact_params_f32 params = *given;
    size_t i = 0;
    for (; n - i >= 4 * VF_LANES; i += 4 * VF_LANES) {
        vf a = vf_load(src + i);
        vf b = vf_load(src + i + VF_LANES);
        vf c = vf_load(src + i + 2 * VF_LANES);
        vf d = vf_load(src + i + 3 * VF_LANES);
        vf_store(dst + i, forward(a, &params));
        vf_store(dst + i + VF_LANES, forward(b, &params));
        vf_store(dst + i + 2 * VF_LANES, forward(c, &params));
        vf_store(dst + i + 3 * VF_LANES, forward(d, &params));
    }
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, forward(vf_load(src + i), &params));
    if (i < n) {
        /* 1 in the lanes beyond: an argument that no activation has a rare branch for. */
        vf rest = vf_keep_first(vf_load_partial(src + i, n - i), n - i, vf_set1(1.0f));
        vf_store_partial(dst + i, forward(rest, &params), n - i);
    }
}

VACT_INLINE void loop_walked(float *dst, const float *src, size_t n, const vact_params_f32 *given,
                             act_forward_fn *forward, loop_walk walk)
{
    const vact_params_f32 params = *given;
    size_t done = walk == WALK_CACHED ? 0 : loop_pages(dst, src, n, &params, forward, walk);
    loop_cached(dst + done, src + done, n - done, &params, forward);
}

/*
 * A kernel is loop_unary, and for arrays beyond LOOP_SHORT goes on in a function of its own, which is loop_long: so a
 * short call sets up nothing for the long ones. What no page is left for goes through the kernel again, in pieces.
 */
typedef void loop_long_fn(float *dst, const float *src, size_t n, const vact_params_f32 *params);

VACT_INLINE void loop_unary(float *dst, const float *src, size_t n, const vact_params_f32 *params,
                            act_forward_fn *forward, loop_long_fn *long_form)
{
    if (VF_STREAMS && n > LOOP_SHORT)
        long_form(dst, src, n, params);
    else
        loop_cached(dst, src, n, params, forward);
}

VACT_INLINE void loop_long(float *dst, const float *src, size_t n, const vact_params_f32 *given,
                           act_forward_fn *forward, vact_unary_f32_fn *kernel)
{
    const vact_params_f32 params = *given;
    loop_walk walk = loop_walk_here(dst, src, n);
    size_t done = walk == WALK_CACHED ? 0 : loop_pages(dst, src, n, &params, forward, walk);
    for (size_t piece; done < n; done += piece) {
        piece = n - done < LOOP_SHORT ? n - done : LOOP_SHORT;
        kernel(dst + done, src + done, piece, &params);
    }
}

#endif
