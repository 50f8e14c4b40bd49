/* bfloat16 elements in float lanes: the upper half of a float. A vector of elements is two vectors of lanes, those at
 * even and those at odd places, which costs no shuffle either way. */
#ifndef VACT_ELEM_BF16_H
#define VACT_ELEM_BF16_H

#include "elem/narrow.h"

#define VACT_TYPE bf16

typedef vact_bf16 elem;

enum { ELEM_ONE = 0x3f80, ELEM_SIX = 0x40c0, ELEM_INFINITY = 0x7f80, ELEM_NAN = 0x7fc0, ELEM_IS_BF16 = 1 }; /* bits */

VACT_INLINE void elem_widen(vh v, vf *a, vf *b) { vh_widen(v, a, b); }
VACT_INLINE void elem_load_two(const elem *p, vf *a, vf *b) { vh_widen(vh_load(p), a, b); }
VACT_INLINE void elem_load_lanes(const float *p, vf *a, vf *b) { vf_load_pairs(p, a, b); }
VACT_INLINE void elem_store_lanes(float *p, vf a, vf b) { vf_store_pairs(p, a, b); }

/* The bits of a float whose upper half is the rounded value. A carry into the exponent is right: up to infinity. A NaN
 * that comes from an element's has 0 in its lower half, and stays; another might become a number. */
VACT_INLINE vf elem_rounded(vf a, elem_ties ties)
{
    const vi bits = vf_bits(a), half = vi_set1(0x8000), below = vi_set1(0x7fff);
    const vi even = vi_add(vi_add(bits, below), vi_shift_right(vi_shift_left(bits, 15), 31));
    switch (ties) {
    case TIES_AWAY: return vf_of_bits(vi_add(bits, half));
    case TIES_TO_ZERO: return vf_of_bits(vi_add(bits, below));
    case TIES_UP: return vf_of_bits(vi_sub(vi_add(bits, half), vi_shift_right(bits, 31)));
    case TIES_TO_EVEN: break;
    }
    return vf_of_bits(even);
}

VACT_INLINE vh elem_narrow(vf a, vf b, elem_ties ties)
{
    return vh_of_upper(elem_rounded(a, ties), elem_rounded(b, ties));
}

/* Of any floats. A NaN keeps its sign and becomes quiet. */
VACT_INLINE vf elem_rounded_any(vf a, elem_ties ties)
{
    return vf_select(vm_eq(a, a), elem_rounded(a, ties), vf_quiet(a));
}

VACT_INLINE vh elem_narrow_any(vf a, vf b, elem_ties ties)
{
    return vh_of_upper(elem_rounded_any(a, ties), elem_rounded_any(b, ties));
}

/* One vector of lanes, in the order of memory: for the operations over rows. Any floats. */
VACT_INLINE vf elem_load(const elem *p) { return vh_load_upper(p); }
VACT_INLINE void elem_store(elem *p, vf v) { vh_store_upper(p, elem_rounded_any(v, TIES_TO_EVEN)); }
/* Where a NaN has 0 in its lower half, if any: it came from an element, or from arithmetic. */
VACT_INLINE void elem_store_tame(elem *p, vf v) { vh_store_upper(p, elem_rounded(v, TIES_TO_EVEN)); }

ELEM_APART vf elem_load_partial(const elem *p, size_t n) { return vh_widen_first(vh_load_partial(p, n, 0)); }

ELEM_APART void elem_store_partial(elem *p, vf v, size_t n)
{
    vh_store_partial(p, vh_first_of_upper(elem_rounded_any(v, TIES_TO_EVEN)), n);
}

/* Rows of 16 bits are not streamed. */
VACT_INLINE void elem_stream(elem *p, vf v) { elem_store(p, v); }

/* One element as a float. */
ELEM_APART float elem_value(const elem *p)
{
    float lanes[VF_LANES];
    vf_store(lanes, vh_widen_first(vh_load_partial(p, 1, 0)));
    return lanes[0];
}

ELEM_APART void elem_put(elem *p, float v)
{
    vh_store_partial(p, vh_first_of_upper(elem_rounded_any(vf_set1(v), TIES_TO_EVEN)), 1);
}

VACT_INLINE void elem_store_two(elem *p, vf a, vf b, elem_ties ties) { vh_store(p, elem_narrow(a, b, ties)); }

#endif
