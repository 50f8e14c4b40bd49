/*
 * The loop over four vectors of one operation, in one kind of loop. The template that includes it has defined OP and
 * LOOP (loop/names.h), and as one call each:
 *
 *   LOOP_RANGE               which lanes are common
 *   LOOP_ARGUMENTS           the arguments of four vectors, the first at element i
 *   LOOP_COMMON(x, place)    the result of one without special lanes; `place` is where its other operands are
 *   LOOP_SPECIAL(four)       the results of four with special lanes; LOOP_SPECIAL_RUN, if defined: of as many as there
 *                            are, in cache; how many elements they were
 *   LOOP_FINISH(four)        what remains to be done
 *   LOOP_PREFETCH(ahead)     prefetches what is read at element `ahead` of each run
 *
 * The arguments of all four are loaded before any result is stored, which saves 3 % (sigmoid, on AVX-512, in cache) to
 * 8 (gelu from memory, where places alike in their pages make a load seem to depend on the store before it): the
 * compiler may not, as dst and x may overlap.
 *
 * The compiler interleaves the first two and the last two (cmake/isa.cmake), which saves up to 8 % on AVX-512; four
 * would take more registers than there are, so it may not move operations across the empty assembly.
 *
 * Inlined where the walk is a constant, in cache; loop_beyond_cache calls it. Returns how many elements are done, of
 * each run.
 */
VACT_INLINE size_t WALK(fours)(const loop_operands *given, size_t n, loop_walk walk)
{
    loop_operands own = *given; /* a copy: storing to dst does not change it */
    const loop_operands *const from = &own;
    const act_range range = LOOP_RANGE;
    const size_t step = walk < WALK_ABREAST ? 4 * VF_LANES : LOOP_LINE;
    if (walk < WALK_ABREAST)
        own.apart = own.x_apart = own.bias_apart = own.residual_apart = LOOP_SIDE_BY_SIDE;
    size_t i = 0;
    while (n - i >= step) {
        if (walk >= WALK_ABREAST)
            LOOP_PREFETCH(i + LOOP_AHEAD + (i + LOOP_AHEAD < n ? 0 : from->jump));
        else if (walk == WALK_ASKING)
            for (size_t k = 0; k < 4; k++)
                __builtin_prefetch(from->dst + i + LOOP_ASKED + k * VF_LANES, 1);
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
            vf first = LOOP_COMMON(four.x[0], i), second = LOOP_COMMON(four.x[1], i + loop_place(1, from->apart));
            __asm__ volatile("");
            vf third = LOOP_COMMON(four.x[2], i + loop_place(2, from->apart)),
               fourth = LOOP_COMMON(four.x[3], i + loop_place(3, from->apart));
            four = (loop_four){{first, second, third, fourth}};
        }
        four = LOOP_FINISH(four);
        elem *const dst = from->dst + i;
        if (walk == WALK_STREAM)
            for (size_t k = 0; k < 4; k++)
                elem_stream(dst + loop_place(k, from->apart), four.x[k]);
        else
            for (size_t k = 0; k < 4; k++)
                elem_store(dst + loop_place(k, from->apart), four.x[k]);
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
#undef LOOP_PREFETCH
