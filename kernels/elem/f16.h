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

VACT_INLINE vh elem_narrow_any(vf a, vf b, elem_ties ties) { return elem_narrow(a, b, ties); }

#endif
