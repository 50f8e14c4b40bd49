/*
 * The kernel of one way to look up (LUT_WAY), compiled for LUT_TARGET: what the build is compiled for, or more. The
 * instruction set's header has lut_load, lut_store and lut_stream, and of each way
 *
 *   <way>_tables                   the table as registers have it
 *   <way>_tables_of(table)
 *   <way>_look_up(&tables, line)   64 look-ups
 *   <way>_few(dst, src, n, table)  n < 64
 */
#define LUT(part) JOIN(LUT_WAY, part)

/* Four lines, each `apart` bytes from the one before. */
LUT_TARGET VACT_INLINE void LUT(four)(uint8_t *dst, const uint8_t *src, size_t apart, const LUT(tables) * tables,
                                      int streams)
{
    for (size_t k = 0; k < 4; k++) {
        const lut_line found = LUT(look_up)(tables, lut_load(src + k * apart));
        if (streams)
            lut_stream(dst + k * apart, found);
        else
            lut_store(dst + k * apart, found);
    }
}

/* Four runs abreast, whole lines, as loop/walk.h has them. */
LUT_TARGET VACT_INLINE void LUT(runs)(uint8_t *dst, const uint8_t *src, size_t run, const LUT(tables) * tables,
                                      int streams)
{
    for (size_t i = 0; i < run; i += LUT_LINE) {
        for (size_t k = 0; k < 4; k++)
            __builtin_prefetch(src + i + k * run + LUT_AHEAD);
        LUT(four)(dst + i, src + i, run, tables, streams);
    }
}

/* The first and the last line are loaded before anything is stored and stored after everything else: they overlap what
 * lies between, of which none is then read twice in place. */
LUT_TARGET static void LUT(lines)(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table)
{
    const LUT(tables) tables = LUT(tables_of)(table);
    const lut_line first = lut_load(src), last = lut_load(src + n - LUT_LINE);
    const loop_walk walk = loop_walk_here(dst == src, n / sizeof(elem));
    const size_t head = n >= LUT_ALIGNED ? -(uintptr_t)dst % LUT_LINE : 0;
    size_t i = head;
    while (walk >= WALK_ABREAST && n - i >= LUT_SHORTEST) {
        const size_t part = (n - i) / 4 / LUT_LINE * LUT_LINE;
        const size_t run = part < LUT_LONGEST_RUN ? part : LUT_LONGEST_RUN;
        if (walk == WALK_STREAM)
            LUT(runs)(dst + i, src + i, run, &tables, 1);
        else
            LUT(runs)(dst + i, src + i, run, &tables, 0);
        i += 4 * run;
    }
    if (walk == WALK_STREAM)
        vf_stream_end();
    for (; n - i >= 4 * LUT_LINE; i += 4 * LUT_LINE)
        LUT(four)(dst + i, src + i, LUT_LINE, &tables, 0);
    for (; n - i >= LUT_LINE; i += LUT_LINE)
        lut_store(dst + i, LUT(look_up)(&tables, lut_load(src + i)));
    if (head > 0)
        lut_store(dst, LUT(look_up)(&tables, first));
    if (i < n)
        lut_store(dst + n - LUT_LINE, LUT(look_up)(&tables, last));
}

vact_lut_8_fn KERNEL(LUT_NAME);
LUT_TARGET void KERNEL(LUT_NAME)(uint8_t *dst, const uint8_t *src, size_t n, const uint8_t *table)
{
    if (n < LUT_LINE)
        LUT(few)(dst, src, n, table);
    else
        LUT(lines)(dst, src, n, table);
}

#undef LUT
#undef LUT_WAY
#undef LUT_NAME
#undef LUT_TARGET
