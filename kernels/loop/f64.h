/* How kernels of doubles walk an array: a vector at a time, the last one in part. */
#ifndef VACT_LOOP_F64_H
#define VACT_LOOP_F64_H

#include "loop/backward.h"

VACT_INLINE size_t loop_part(size_t n) { return n < VF_LANES ? n : VF_LANES; }

/* n <= VF_LANES elements; the lanes beyond are 1. */
VACT_INLINE vf loop_load(const elem *x, size_t n)
{
    return n == VF_LANES ? elem_load(x) : vf_keep_first(elem_load_partial(x, n), n, vf_set1(1.0));
}

VACT_INLINE void loop_store(elem *dst, vf y, size_t n)
{
    if (n == VF_LANES)
        elem_store(dst, y);
    else
        elem_store_partial(dst, y, n);
}

#endif
