/* What the templates of gated units share: pairs gate, up in one array, and stores that may bypass the caches. */
#ifndef VACT_LOOP_GATE_H
#define VACT_LOOP_GATE_H

#include "loop/walk.h"
#include "math/common/gate.h"

/* n <= VF_LANES pairs; the lanes beyond are 1, a common gate. */
VACT_INLINE void loop_load_pairs(const elem *src, size_t n, vf *gate, vf *up)
{
    if (__builtin_expect(n == VF_LANES, 1)) {
        elem_load_pairs(src, gate, up);
    } else {
        elem pairs[2 * VF_LANES];
        elem_store_pairs(pairs, vf_set1(1.0f), vf_set1(1.0f));
        memcpy(pairs, src, 2 * n * sizeof *src);
        elem_load_pairs(pairs, gate, up);
    }
}

VACT_INLINE void loop_store_pairs(elem *dst, vf gate, vf up, size_t n)
{
    if (__builtin_expect(n == VF_LANES, 1)) {
        elem_store_pairs(dst, gate, up);
    } else {
        elem pairs[2 * VF_LANES];
        elem_store_pairs(pairs, gate, up);
        memcpy(dst, pairs, 2 * n * sizeof *dst);
    }
}

VACT_INLINE void loop_put(elem *dst, vf y, loop_walk walk)
{
    if (VF_STREAMS && walk == WALK_STREAM)
        elem_stream(dst, y);
    else
        elem_store(dst, y);
}

#endif
