/*
 * The gradients of a gated unit over arrays: makes vacti_<OP>_backward_<type>_<build>_<set> and its interleaved form.
 * OP_backward is in act/backward/.
 */
#define LOOP gate_backward

/* Whole lines; beyond the cache it prefetches (at 64 MiB reglu takes 0.62 of the time, glu 0.76, swiglu 0.91). Returns
 * the number of elements done. */
VACT_INLINE size_t WALK(lines)(elem *dgate, elem *dup, const elem *dy, const elem *gate, const elem *up, size_t n,
                               loop_walk walk, const vact_params_f32 *params)
{
    enum { MOST = VF_STREAMS ? LOOP_LINE / VF_LANES : 1 };
    const size_t vectors = walk >= WALK_ABREAST ? MOST : 1, step = vectors * VF_LANES;
    const vact_params_f32 own = *params; /* a local copy, which stores to dgate cannot change */
    size_t i = 0;
    for (; n - i >= step; i += step) {
        if (walk >= WALK_ABREAST) {
            const size_t ahead = i + LOOP_AHEAD < n ? i + LOOP_AHEAD : i;
            __builtin_prefetch(dy + ahead);
            __builtin_prefetch(gate + ahead);
            __builtin_prefetch(up + ahead);
        }
        gate_gradients d[MOST];
        for (size_t v = 0; v < vectors; v++) {
            const size_t k = i + v * VF_LANES;
            d[v] = ACT(backward)(elem_load(dy + k), elem_load(gate + k), elem_load(up + k), &own);
        }
        for (size_t v = 0; v < vectors; v++)
            loop_put(dgate + i + v * VF_LANES, d[v].gate, walk);
        for (size_t v = 0; v < vectors; v++)
            loop_put(dup + i + v * VF_LANES, d[v].up, walk);
    }
    return i;
}

VACT_INLINE void WALK(few)(elem *dgate, elem *dup, const elem *dy, const elem *gate, const elem *up, size_t n,
                           const vact_params_f32 *params)
{
    for (size_t i = 0; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        const gate_gradients d =
            ACT(backward)(loop_load(dy + i, part), loop_load(gate + i, part), loop_load(up + i, part), params);
        loop_store(dgate + i, d.gate, part);
        loop_store(dup + i, d.up, part);
    }
}

KERNEL_TYPE(gate_backward) KERNEL(ACT(backward));

VACT_NOINLINE static void WALK(beyond_cache)(elem *dgate, elem *dup, const elem *dy, const elem *gate, const elem *up,
                                             size_t n, loop_walk walk, const vact_params_f32 *params)
{
    size_t i = 0;
    if (walk == WALK_STREAM && loop_before_line(dgate) == loop_before_line(dup)) {
        i = loop_before_line(dgate);
        KERNEL(ACT(backward))(dgate, dup, dy, gate, up, i, params);
    } else {
        walk = WALK_ABREAST;
    }
    i += WALK(lines)(dgate + i, dup + i, dy + i, gate + i, up + i, n - i, walk, params);
    if (walk == WALK_STREAM)
        vf_stream_end();
    if (i < n)
        KERNEL(ACT(backward))(dgate + i, dup + i, dy + i, gate + i, up + i, n - i, params);
}

/* dgate and dup do not overlap each other. Each is one of the operands or apart from all. */
void KERNEL(ACT(backward))(elem *dgate, elem *dup, const elem *dy, const elem *gate, const elem *up, size_t n,
                           const vact_params_f32 *params)
{
    params = params ? params : &ACT(defaults);
    const loop_walk walk =
        VF_STREAMS
            ? loop_walk_here(dgate == dy || dgate == gate || dgate == up || dup == dy || dup == gate || dup == up, n)
            : WALK_CACHED;
    if (walk != WALK_CACHED) {
        WALK(beyond_cache)(dgate, dup, dy, gate, up, n, walk, params);
        return;
    }
    const size_t i = WALK(lines)(dgate, dup, dy, gate, up, n, WALK_CACHED, params);
    WALK(few)(dgate + i, dup + i, dy + i, gate + i, up + i, n - i, params);
}

KERNEL_TYPE(interleaved_backward) KERNEL(ACT(backward_interleaved));

void KERNEL(ACT(backward_interleaved))(elem *dsrc, const elem *dy, const elem *src, size_t n,
                                       const vact_params_f32 *params)
{
    const vact_params_f32 own = params ? *params : ACT(defaults);
    for (size_t i = 0; i < n; i += VF_LANES) {
        vf gate, up;
        const size_t part = loop_vector_of(n - i);
        loop_load_pairs(src + 2 * i, part, &gate, &up);
        const gate_gradients d = ACT(backward)(loop_load(dy + i, part), gate, up, &own);
        loop_store_pairs(dsrc + 2 * i, d.gate, d.up, part);
    }
}

#undef LOOP
