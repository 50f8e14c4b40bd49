/* Half elements (IEEE binary16) in float lanes. The conversions are those of the instruction set. */
#ifndef VACT_ELEM_F16_H
#define VACT_ELEM_F16_H

#include "elem/narrow.h"

#define VACT_TYPE f16

typedef vact_f16 elem;

enum { ELEM_ONE = 0x3c00, ELEM_SIX = 0x4600, ELEM_INFINITY = 0x7c00, ELEM_NAN = 0x7e00, ELEM_IS_BF16 = 0 }; /* bits */

VACT_INLINE void elem_widen(vh v, vf *a, vf *b) { vh_widen_half(v, a, b); }
VACT_INLINE void elem_load_two(const elem *p, vf *a, vf *b) { vh_load_half(p, a, b); }

VACT_INLINE void elem_load_lanes(const float *p, vf *a, vf *b)
{
    *a = vf_load(p);
    *b = vf_load(p + VF_LANES);
}

VACT_INLINE void elem_store_lanes(float *p, vf a, vf b)
{
    vf_store(p, a);
    vf_store(p + VF_LANES, b);
}

VACT_INLINE vh elem_narrow(vf a, vf b, elem_ties ties) { return (void)ties, vh_of_half(a, b); }

VACT_INLINE void elem_store_two(elem *p, vf a, vf b, elem_ties ties)
{
    (void)ties;
    vh_store_half(p, a, b);
}

/* One vector of lanes, in the order of memory: for the operations over rows. Any floats. */
VACT_INLINE vf elem_load(const elem *p) { return vh_load_half_first(p); }
VACT_INLINE void elem_store(elem *p, vf v) { vh_store_half_first(p, v); }
VACT_INLINE void elem_store_tame(elem *p, vf v) { elem_store(p, v); }
ELEM_APART void elem_store_partial(elem *p, vf v, size_t n) { vh_store_partial(p, vh_of_half(v, v), n); }

ELEM_APART vf elem_load_partial(const elem *p, size_t n)
{
    vf first, second;
    vh_widen_half(vh_load_partial(p, n, 0), &first, &second);
    return first;
}

/* Rows of 16 bits are not streamed. */
VACT_INLINE void elem_stream(elem *p, vf v) { elem_store(p, v); }

/* One element as a float. */
ELEM_APART float elem_value(const elem *p)
{
    float lanes[VF_LANES];
    vf_store(lanes, elem_load_partial(p, 1));
    return lanes[0];
}

ELEM_APART void elem_put(elem *p, float v) { vh_store_partial(p, vh_of_half(vf_set1(v), vf_set1(v)), 1); }

VACT_INLINE vh elem_narrow_any(vf a, vf b, elem_ties ties) { return elem_narrow(a, b, ties); }

#endif
