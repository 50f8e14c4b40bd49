/* The operations of the vector layer over arrays, one table per build, so that one test covers them all. vec_ops.c
 * makes the tables; test_vec.c compares them with scalar C. */
#ifndef VACT_TESTS_VEC_OPS_H
#define VACT_TESTS_VEC_OPS_H

#include <stddef.h>

enum { VEC_LANES_LIMIT = 64 };

typedef struct vec_ops {
    const char *build;
    size_t lanes;
    const char *(*name)(size_t op); /* of an operation, as in the header of the vector layer; null beyond the last */
    /* dst[i] = op(a[i], b[i], c[i]) for i < n, n a multiple of the lanes; an operation of fewer operands ignores
     * the rest. A comparison shows as 1 or 0; vf_select takes a < b for its mask and chooses between b and c;
     * vf_where takes the same mask for c; vm_and and vm_or work on the masks a < b and b < c. */
    void (*run)(size_t op, float *dst, const float *a, const float *b, const float *c, size_t n);
    void (*set1)(float *all, float a);                 /* all: every lane */
    int (*any_negative)(const float *all);             /* vm_any of all < 0 */
    int (*all_negative)(const float *all);             /* vm_all of them */
    void (*bytes)(float *all, const unsigned char *p); /* vm_bytes, as 1 or 0 */
    /* vf_kept of 4 vectors by vk_bytes and by vk_bytes_of_four */
    void (*kept)(float *singly, float *in_four, const unsigned char *p, const float *v);
    /* the floats at even places of p to a, those at odd to b; and back */
    void (*load_pairs)(float *a, float *b, const float *p);
    void (*store_pairs)(float *p, const float *a, const float *b);
    void (*mixed_pairs)(float *a, float *b, const float *p); /* loaded in mixed order and unmixed */
    void (*keep_first)(float *all, const float *v, size_t n, float fill);
    void (*exchange)(float *all, const float *v, size_t d); /* d any but 0 and below the lanes: bit by bit */
    void (*exchange_pair)(float *a, float *b, size_t d);    /* d a power of two below the lanes */
    void (*load_partial)(float *all, const float *p, size_t n);
    void (*store_partial)(float *p, const float *all, size_t n);
    void (*stream)(float *aligned, const float *all, size_t n); /* n a multiple of the lanes */
} vec_ops;

#endif
