/* The operations of the vector layer of double over arrays, one table per build (as vec_ops.h has those of float). */
#ifndef VACT_TESTS_VEC64_OPS_H
#define VACT_TESTS_VEC64_OPS_H

#include <stddef.h>

typedef struct vec64_ops {
    const char *build;
    size_t lanes;
    const char *(*name)(size_t op); /* null beyond the last */
    /* dst[i] = op(a[i], b[i], c[i]), n a multiple of the lanes. A comparison shows as 1 or 0; selects take a < b. */
    void (*run)(size_t op, double *dst, const double *a, const double *b, const double *c, size_t n);
    void (*partial)(double *dst, const double *src, size_t n); /* loaded and stored in part */
    void (*keep_first)(double *all, const double *v, size_t n, double fill);
    int (*any_negative)(const double *all);
    int (*all_negative)(const double *all);
} vec64_ops;

#endif
