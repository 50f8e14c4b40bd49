/* What the templates of gated units share: pairs gate, up in one array, and stores that may bypass the caches. */
#ifndef VACT_LOOP_GATE_H
#define VACT_LOOP_GATE_H

#include "loop/matrix.h"
#include "math/common/gate.h"

typedef struct {
    vf gate, up;
} gate_pair;

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

/* ---- four vectors */

typedef struct {
    vm m[4];
} loop_masks;

typedef vf loop_gate_fn(vf gate, vf up, const vact_params_f32 *params);

VACT_INLINE loop_four loop_each(loop_four gate, loop_four up, loop_gate_fn *f, const vact_params_f32 *params)
{
    const vf *g = gate.x, *u = up.x;
    vf first = f(g[0], u[0], params), second = f(g[1], u[1], params);
    __asm__ volatile(""); /* pairs: four at once need more registers */
    vf third = f(g[2], u[2], params), fourth = f(g[3], u[3], params);
    return (loop_four){{first, second, third, fourth}};
}

VACT_INLINE loop_masks loop_below(loop_four four, float limit)
{
    const vf *x = four.x, most = vf_set1(limit);
    return (loop_masks){{vm_lt(x[0], most), vm_lt(x[1], most), vm_lt(x[2], most), vm_lt(x[3], most)}};
}

VACT_INLINE loop_masks loop_near_zero(loop_four four, float limit)
{
    const vf *x = four.x;
    return loop_below((loop_four){{vf_abs(x[0]), vf_abs(x[1]), vf_abs(x[2]), vf_abs(x[3])}}, limit);
}

VACT_INLINE loop_masks loop_either(loop_masks a, loop_masks b)
{
    const vm *m = a.m, *n = b.m;
    return (loop_masks){{vm_or(m[0], n[0]), vm_or(m[1], n[1]), vm_or(m[2], n[2]), vm_or(m[3], n[3])}};
}

VACT_INLINE int loop_any(loop_masks a) { return vm_any(vm_or(vm_or(a.m[0], a.m[1]), vm_or(a.m[2], a.m[3]))); }

VACT_INLINE int loop_all(loop_masks a) { return vm_all(vm_and(vm_and(a.m[0], a.m[1]), vm_and(a.m[2], a.m[3]))); }

VACT_INLINE loop_four loop_choose(loop_masks where, loop_four a, loop_four b)
{
    const vm *m = where.m;
    const vf *x = a.x, *y = b.x;
    return (loop_four){{vf_select(m[0], x[0], y[0]), vf_select(m[1], x[1], y[1]), vf_select(m[2], x[2], y[2]),
                        vf_select(m[3], x[3], y[3])}};
}

VACT_INLINE void loop_store_four(float *lanes, loop_four four)
{
    vf_store(lanes, four.x[0]);
    vf_store(lanes + VF_LANES, four.x[1]);
    vf_store(lanes + 2 * VF_LANES, four.x[2]);
    vf_store(lanes + 3 * VF_LANES, four.x[3]);
}

/* ---- their operands: vector k of four, the gate and up */

VACT_INLINE vf loop_gate(const loop_operands *from, size_t i, size_t k)
{
    return elem_load(from->x + i + loop_place(k, from->x_apart));
}

VACT_INLINE vf loop_up(const loop_operands *from, size_t i, size_t k)
{
    return elem_load(from->up + i + loop_place(k, from->up_apart));
}

/* The same of pairs, in mixed order until the results are stored. The compiler combines the loads of both. */
VACT_INLINE gate_pair loop_pair(const loop_operands *from, size_t i, size_t k, loop_walk walk)
{
    const size_t x_apart = walk < WALK_ABREAST ? 2 * LOOP_SIDE_BY_SIDE : from->x_apart;
    gate_pair pair;
    elem_load_pairs_mixed(from->x + 2 * i + k / LOOP_TOGETHER * x_apart + k % LOOP_TOGETHER * 2 * VF_LANES, &pair.gate,
                          &pair.up);
    return pair;
}

VACT_INLINE loop_four loop_unmixed(loop_four four)
{
    const vf *y = four.x;
    return (loop_four){{vf_unmixed(y[0]), vf_unmixed(y[1]), vf_unmixed(y[2]), vf_unmixed(y[3])}};
}

/* The lines of pairs in each run. */
VACT_INLINE void loop_prefetch_pairs(const loop_operands *from, size_t ahead)
{
    loop_prefetch(from->x + 2 * ahead, from->x_apart);
    loop_prefetch(from->x + 2 * ahead + LOOP_LINE, from->x_apart);
}

VACT_INLINE void loop_put(elem *dst, vf y, loop_walk walk)
{
    if (VF_STREAMS && walk == WALK_STREAM)
        elem_stream(dst, y);
    else
        elem_store(dst, y);
}

#endif
