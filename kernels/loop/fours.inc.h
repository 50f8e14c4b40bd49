/*
 * The loop over four vectors, of one operation in one kind of loop (loop/names.h: OP, LOOP), which has defined
 *
 *   WALK(arguments)(from, i)      the arguments of four vectors, the first at element i
 *   WALK(common)(x, from, place)  the result of one without special lanes; `place` is that of its other operands
 *   WALK(special)(four, from, i)  the results of four, whichever their lanes
 *   WALK(finish)(four, from, i)   what remains to be done
 *   WALK(range)(from)             which lanes are common
 */

/*
 * The arguments of all four are loaded before any result is stored, which saves 3 % (sigmoid, on AVX-512, in cache) to
 * 8 (gelu from memory, where places alike in their pages make a load seem to depend on the store before it): the
 * compiler may not, as dst and x may overlap.
 *
 * The compiler interleaves the first two and the last two (cmake/isa.cmake), which saves up to 8 % on AVX-512; four
 * would take more registers than there are, so it may not move operations across the empty assembly.
 */
VACT_INLINE size_t WALK(fours_of)(loop_operands own, size_t n, loop_walk walk)
{
    const loop_operands *const from = &own; /* a copy: storing to dst does not change it */
    const act_range range = WALK(range)(from);
    const size_t step = walk < WALK_ABREAST ? 4 * VF_LANES : LOOP_LINE;
    if (walk < WALK_ABREAST)
        own.apart = own.x_apart = own.bias_apart = own.residual_apart = LOOP_SIDE_BY_SIDE;
    size_t i = 0;
    while (n - i >= step) {
        if (walk >= WALK_ABREAST)
            WALK(prefetch)(from, i + LOOP_AHEAD + (i + LOOP_AHEAD < n ? 0 : from->jump));
        else if (walk == WALK_ASKING)
            for (size_t k = 0; k < 4; k++)
                __builtin_prefetch(from->dst + i + LOOP_ASKED + k * VF_LANES, 1);
        loop_four four = WALK(arguments)(from, i);
        if (__builtin_expect(loop_has_special(four, range), 0)) {
#ifdef LOOP_SPECIAL_RUN
            if (walk < WALK_ABREAST) {
                i += WALK(special_run)(from, i, n);
                continue;
            }
#endif
            four = WALK(special)(four, from, i);
        } else {
            vf first = WALK(common)(four.x[0], from, i),
               second = WALK(common)(four.x[1], from, i + loop_place(1, from->apart));
            __asm__ volatile("");
            vf third = WALK(common)(four.x[2], from, i + loop_place(2, from->apart)),
               fourth = WALK(common)(four.x[3], from, i + loop_place(3, from->apart));
            four = (loop_four){{first, second, third, fourth}};
        }
        four = WALK(finish)(four, from, i);
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

/* Of runs abreast, for loop_walked; each kernel has the loop in cache to itself. */
VACT_NOINLINE static void WALK(fours)(const loop_operands *from, size_t n, loop_walk walk)
{
    WALK(fours_of)(*from, n, walk == WALK_STREAM ? WALK_STREAM : WALK_ABREAST);
}

/* In cache; returns how many elements are done. */
VACT_INLINE size_t WALK(fours_in_cache)(loop_operands own, size_t n)
{
    if (LOOP_ASKS && n > LOOP_FIRST_LEVEL)
        return WALK(fours_of)(own, n, WALK_ASKING);
    return WALK(fours_of)(own, n, WALK_CACHED);
}
