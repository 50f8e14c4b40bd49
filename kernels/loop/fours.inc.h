/*
 * The loop over four vectors at a time, for one operation in one kind of loop (OP and LOOP, see loop/names.h). The
 * template that includes it has defined, each as one call:
 *
 *   LOOP_RANGE               which lanes are common
 *   LOOP_ARGUMENTS           the arguments of four vectors, the first at element i
 *   LOOP_COMMON(x, k)        the result of vector k without special lanes
 *   LOOP_SPECIAL(four)       the results of four vectors with any lanes
 *   LOOP_SPECIAL_RUN         optional, in cache: computes and stores from element i on, four vectors or more; returns
 *                            how many elements
 *   LOOP_FINISH(four)        the last step: from results to what is stored
 *   LOOP_STORE(four)         optional, for elements that are no lanes: stores them at element i
 *   LOOP_SET_UP              optional: declares what LOOP_STORE uses, once a call
 *   LOOP_PREFETCH(ahead)     prefetches the operands of element `ahead` in each run
 *
 * All four arguments are loaded before any result is stored. That saves 3 % (sigmoid on AVX-512, in cache) to 8 % (gelu
 * from memory, where a load at the same place in its page seems to depend on the store before it). The compiler cannot
 * do it, since dst and x may overlap.
 *
 * On AVX-512 the compiler interleaves the four vectors (cmake/isa.cmake): 2 to 17 % more than pairs of them.
 *
 * Inlined in cache, where `walk` is a constant; otherwise called by loop_beyond_cache. Returns the number of elements
 * done, of each run.
 */
VACT_INLINE size_t WALK(fours)(const loop_operands *given, size_t n, loop_walk walk)
{
    loop_operands own = *given; /* a local copy, which stores to dst cannot change */
    const loop_operands *const from = &own;
    const act_range range = LOOP_RANGE;
    const size_t step = walk < WALK_ABREAST ? 4 * VF_LANES : LOOP_LINE;
    if (walk < WALK_ABREAST)
        own.apart = own.x_apart = own.up_apart = own.bias_apart = own.residual_apart = LOOP_SIDE_BY_SIDE;
    size_t i = 0;
#ifdef LOOP_SET_UP
    LOOP_SET_UP
#endif
    while (n - i >= step) {
        if (walk >= WALK_ABREAST)
            LOOP_PREFETCH(i + LOOP_AHEAD + (i + LOOP_AHEAD < n ? 0 : from->jump));
        else if (walk == WALK_PREFETCHING)
            for (size_t k = 0; k < 4; k++)
                __builtin_prefetch(from->dst + i + LOOP_STORES_AHEAD + k * VF_LANES, 1);
        loop_four four = LOOP_ARGUMENTS;
        if (__builtin_expect(loop_has_special(four, range), 0)) {
#ifdef LOOP_SPECIAL_RUN
            if (walk < WALK_ABREAST) {
                i += LOOP_SPECIAL_RUN;
                continue;
            }
#endif
            four = LOOP_SPECIAL(four);
        } else {
            for (size_t k = 0; k < 4; k++)
                four.x[k] = LOOP_COMMON(four.x[k], k);
        }
        four = LOOP_FINISH(four);
#ifdef LOOP_STORE
        LOOP_STORE(four);
#else
        elem *const dst = from->dst + i;
        if (walk == WALK_STREAM)
            for (size_t k = 0; k < 4; k++)
                elem_stream(dst + loop_place(k, from->apart), four.x[k]);
        else
            for (size_t k = 0; k < 4; k++)
                elem_store(dst + loop_place(k, from->apart), four.x[k]);
#endif
        i += step;
    }
    return i;
}

#undef LOOP_RANGE
#undef LOOP_ARGUMENTS
#undef LOOP_COMMON
#undef LOOP_SPECIAL
#undef LOOP_SPECIAL_RUN
#undef LOOP_FINISH
#undef LOOP_STORE
#undef LOOP_SET_UP
#undef LOOP_PREFETCH
