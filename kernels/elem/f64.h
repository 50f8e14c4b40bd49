/* Double elements in double lanes: loads and stores without conversion. */
#ifndef VACT_ELEM_F64_H
#define VACT_ELEM_F64_H

#define VACT_TYPE f64

typedef double elem;

enum { ELEM_IS_LANE = 1 };

VACT_INLINE vf elem_load(const elem *p) { return vf_load(p); }
VACT_INLINE vf elem_load_partial(const elem *p, size_t n) { return vf_load_partial(p, n); }
VACT_INLINE void elem_store(elem *p, vf v) { vf_store(p, v); }
VACT_INLINE void elem_store_partial(elem *p, vf v, size_t n) { vf_store_partial(p, v, n); }

#endif
