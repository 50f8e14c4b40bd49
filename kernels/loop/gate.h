/* How a gated unit walks one array of neighbours gate, up (gate and up apart: loop/walk.h), and its gradients their
 * arrays. No mathematics. */
#ifndef VACT_LOOP_GATE_H
#define VACT_LOOP_GATE_H

#include "loop/walk.h"
#include "math/common/gate.h"

typedef gate_gradients act_gate_backward_fn(vf dy, vf gate, vf up);

/* src: gate, up, gate, up ... */
VACT_INLINE void loop_gate_interleaved(float *dst, const float *src, size_t n, act_gate_fn *forward)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES) {
        vf gate, up;
        vf_load_pairs(src + 2 * i, &gate, &up);
        vf_store(dst + i, forward(gate, up));
    }
    if (i < n) {
        float pairs[2 * VF_LANES] = {0.0f};
        vf gate, up;
        memcpy(pairs, src + 2 * i, 2 * (n - i) * sizeof *src);
        vf_load_pairs(pairs, &gate, &up);
        vf_store_partial(dst + i, forward(gate, up), n - i);
    }
}

/* Beyond the cache: whole lines, those a little ahead asked for (at 64 MiB reglu 0.62 of the time, glu 0.76, swiglu
 * 0.91). Returns the number of elements done. */
VACT_INLINE size_t loop_gate_backward_lines(float *dgate, float *dup, const float *dy, const float *gate,
                                            const float *up, size_t n, act_gate_backward_fn *backward, loop_walk walk)
{
    enum { VECTORS = LOOP_LINE / VF_LANES };
    size_t i = 0;
    for (; n - i >= LOOP_LINE; i += LOOP_LINE) {
        const size_t ahead = i + LOOP_AHEAD < n ? i + LOOP_AHEAD : i;
        __builtin_prefetch(dy + ahead);
        __builtin_prefetch(gate + ahead);
        __builtin_prefetch(up + ahead);
        gate_gradients d[VECTORS];
        for (size_t v = 0; v < VECTORS; v++) {
            const size_t k = i + v * VF_LANES;
            d[v] = backward(vf_load(dy + k), vf_load(gate + k), vf_load(up + k));
        }
        for (size_t v = 0; v < VECTORS; v++)
            loop_put(dgate + i + v * VF_LANES, d[v].gate, walk);
        for (size_t v = 0; v < VECTORS; v++)
            loop_put(dup + i + v * VF_LANES, d[v].up, walk);
    }
    return i;
}

/* From element i on, as in cache. */
VACT_INLINE void loop_gate_backward_cached(float *dgate, float *dup, const float *dy, const float *gate,
                                           const float *up, size_t i, size_t n, act_gate_backward_fn *backward)
{
    for (; n - i >= VF_LANES; i += VF_LANES) {
        gate_gradients d = backward(vf_load(dy + i), vf_load(gate + i), vf_load(up + i));
        vf_store(dgate + i, d.gate);
        vf_store(dup + i, d.up);
    }
    if (i < n) {
        size_t rest = n - i;
        gate_gradients d =
            backward(vf_load_partial(dy + i, rest), vf_load_partial(gate + i, rest), vf_load_partial(up + i, rest));
        vf_store_partial(dgate + i, d.gate, rest);
        vf_store_partial(dup + i, d.up, rest);
    }
}

/* dgate and dup are apart from each other, and each from every operand or in its place. */
VACT_INLINE void loop_gate_backward(float *dgate, float *dup, const float *dy, const float *gate, const float *up,
                                    size_t n, act_gate_backward_fn *backward)
{
    const int in_place = dgate == dy || dgate == gate || dgate == up || dup == dy || dup == gate || dup == up;
    const loop_walk walk = loop_walk_here(in_place, n);
    const size_t head = loop_before_line(dgate);
    size_t i = 0;
    if (walk == WALK_STREAM && head == loop_before_line(dup)) {
        loop_gate_backward_cached(dgate, dup, dy, gate, up, 0, head, backward);
        i = head + loop_gate_backward_lines(dgate + head, dup + head, dy + head, gate + head, up + head, n - head,
                                            backward, WALK_STREAM);
        vf_stream_end();
    } else if (walk != WALK_CACHED) {
        i = loop_gate_backward_lines(dgate, dup, dy, gate, up, n, backward, WALK_ABREAST);
    }
    loop_gate_backward_cached(dgate, dup, dy, gate, up, i, n, backward);
}

VACT_INLINE void loop_gate_backward_interleaved(float *dsrc, const float *dy, const float *src, size_t n,
                                                act_gate_backward_fn *backward)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES) {
        vf gate, up;
        vf_load_pairs(src + 2 * i, &gate, &up);
        gate_gradients d = backward(vf_load(dy + i), gate, up);
        vf_store_pairs(dsrc + 2 * i, d.gate, d.up);
    }
    if (i < n) {
        float pairs[2 * VF_LANES] = {0.0f};
        size_t bytes = 2 * (n - i) * sizeof *src;
        vf gate, up;
        memcpy(pairs, src + 2 * i, bytes);
        vf_load_pairs(pairs, &gate, &up);
        gate_gradients d = backward(vf_load_partial(dy + i, n - i), gate, up);
        vf_store_pairs(pairs, d.gate, d.up);
        memcpy(dsrc + 2 * i, pairs, bytes);
    }
}

#endif
