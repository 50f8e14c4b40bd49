/* Float elements in float lanes: loads and stores without conversion. */
#ifndef VACT_ELEM_F32_H
#define VACT_ELEM_F32_H

#define VACT_TYPE f32

typedef float elem;

VACT_INLINE vf elem_load(const elem *p) { return vf_load(p); }
VACT_INLINE vf elem_load_partial(const elem *p, size_t n) { return vf_load_partial(p, n); }
VACT_INLINE void elem_load_pairs(const elem *p, vf *a, vf *b) { vf_load_pairs(p, a, b); }
VACT_INLINE void elem_load_pairs_mixed(const elem *p, vf *a, vf *b) { vf_load_pairs_mixed(p, a, b); }
VACT_INLINE void elem_store(elem *p, vf v) { vf_store(p, v); }
VACT_INLINE void elem_store_tame(elem *p, vf v) { vf_store(p, v); }
VACT_INLINE void elem_store_partial(elem *p, vf v, size_t n) { vf_store_partial(p, v, n); }
VACT_INLINE void elem_store_pairs(elem *p, vf a, vf b) { vf_store_pairs(p, a, b); }
VACT_INLINE void elem_stream(elem *p, vf v) { vf_stream(p, v); }

enum { ELEM_IS_LANE = 1 };

/* An array of elements as one of lanes, where they are the same, else null. */
VACT_INLINE float *elem_lanes(elem *p) { return p; }

/* One element as a float. */
VACT_INLINE float elem_value(const elem *p) { return *p; }
VACT_INLINE void elem_put(elem *p, float v) { *p = v; }

#endif
