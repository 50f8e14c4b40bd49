/* Float elements in double lanes: a load is exact, a store rounds once, to nearest even. */
#ifndef VACT_ELEM_F32_WIDE_H
#define VACT_ELEM_F32_WIDE_H

#define VACT_TYPE f32

typedef float elem;

enum { ELEM_IS_LANE = 0 };

/* n <= VF_LANES elements; 0 in the lanes beyond. */
VACT_INLINE vf elem_load_partial(const elem *p, size_t n)
{
    double x[VF_LANES] = {0.0};
    for (size_t k = 0; k < n; k++)
        x[k] = (double)p[k];
    return vf_load(x);
}

VACT_INLINE void elem_store_partial(elem *p, vf v, size_t n)
{
    double x[VF_LANES];
    vf_store(x, v);
    for (size_t k = 0; k < n; k++)
        p[k] = (float)x[k];
}

VACT_INLINE vf elem_load(const elem *p) { return elem_load_partial(p, VF_LANES); }
VACT_INLINE void elem_store(elem *p, vf v) { elem_store_partial(p, v, VF_LANES); }

#endif
