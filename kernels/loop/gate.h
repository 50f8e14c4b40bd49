/* How a gated unit walks one array of neighbours gate, up (gate and up apart: loop/walk.h), and its gradients their
 * arrays. No mathematics. */
#ifndef VACT_LOOP_GATE_H
#define VACT_LOOP_GATE_H

#include "math/gate.h"

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

VACT_INLINE void loop_gate_backward(float *dgate, float *dup, const float *dy, const float *gate, const float *up,
                                    size_t n, act_gate_backward_fn *backward)
{
    size_t i = 0;
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
