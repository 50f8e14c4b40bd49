/*
 * Rows of doubles: what their functions share. A row has `cols` elements that are `step` apart, so rows of a matrix and
 * those along another axis of a tensor take one way. It is walked by blocks of 64 elements, copied to where they are
 * adjacent; a sum has 64 virtual lanes (lane = column mod 64), each a hi/lo pair, and one fixed tree.
 */
#ifndef VACT_ROWS_F64_ROW_H
#define VACT_ROWS_F64_ROW_H

#include "math/wide/functions.h"

enum { ROW_BLOCK = 64, ROW_VECTORS = ROW_BLOCK / VF_LANES };

typedef struct {
    const double *x;
    size_t step, cols;
} f64_row;

typedef struct {
    _Alignas(64) double x[ROW_BLOCK];
} row_block;

typedef struct {
    vf_pair of[ROW_VECTORS];
} row_sums;

VACT_INLINE size_t row_left(size_t n) { return n < ROW_BLOCK ? n : ROW_BLOCK; }

/* Elements i and on, n of them; `fill` in the places beyond. */
VACT_INLINE void row_load(row_block *to, f64_row from, size_t i, size_t n, double fill)
{
    const double *x = from.x + i * from.step;
    if (from.step == 1 && n == ROW_BLOCK) {
        memcpy(to->x, x, sizeof to->x);
        return;
    }
    for (size_t k = 0; k < ROW_BLOCK; k++)
        to->x[k] = k < n ? x[k * from.step] : fill;
}

VACT_INLINE void row_store(double *dst, size_t step, const row_block *from, size_t n)
{
    if (step == 1 && n == ROW_BLOCK) {
        memcpy(dst, from->x, sizeof from->x);
        return;
    }
    for (size_t k = 0; k < n; k++)
        dst[k * step] = from->x[k];
}

VACT_INLINE vf_pair pair_zero(void) { return pair_of(vf_set1(0.0)); }

VACT_INLINE row_sums row_no_sums(void)
{
    row_sums sums;
    for (size_t v = 0; v < ROW_VECTORS; v++)
        sums.of[v] = pair_zero();
    return sums;
}

/* The sum of all lanes, in every lane: of lanes i and i + half. */
VACT_NOINLINE static vf_pair row_total(row_sums sums)
{
    row_block hi, lo;
    for (size_t v = 0; v < ROW_VECTORS; v++) {
        vf_store(hi.x + v * VF_LANES, sums.of[v].hi);
        vf_store(lo.x + v * VF_LANES, sums.of[v].lo);
    }
    for (size_t half = ROW_BLOCK / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++) {
            const vf_pair sum = pair_add((vf_pair){vf_set1(hi.x[i]), vf_set1(lo.x[i])},
                                         (vf_pair){vf_set1(hi.x[i + half]), vf_set1(lo.x[i + half])});
            double all[2][VF_LANES];
            vf_store(all[0], sum.hi);
            vf_store(all[1], sum.lo);
            hi.x[i] = all[0][0];
            lo.x[i] = all[1][0];
        }
    return (vf_pair){vf_set1(hi.x[0]), vf_set1(lo.x[0])};
}

/* What a row's exponentials are relative to. */
typedef struct {
    double max;
    size_t at;    /* the first element that is the maximum; cols where there is none that is finite */
    vf_pair rest; /* the sum of e^(x - max) over the others */
} row_scale;

/* The largest element; NaN where one is. -inf for no elements. */
VACT_INLINE double row_maximum(f64_row from)
{
    row_block block;
    vf most = vf_set1(-__builtin_inf()), nan = vf_set1(0.0);
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load(&block, from, i, n, -__builtin_inf());
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const vf x = vf_load(block.x + v * VF_LANES);
            most = vf_max(x, most);
            nan = vf_select(vm_eq(x, x), nan, x);
        }
    }
    double lanes[VF_LANES], nans[VF_LANES], max = -__builtin_inf();
    vf_store(lanes, most);
    vf_store(nans, nan);
    for (size_t k = 0; k < VF_LANES; k++) {
        max = lanes[k] > max ? lanes[k] : max;
        if (nans[k] != nans[k])
            return nans[k];
    }
    return max;
}

/* x - max as an argument of wide_exp, exact. An infinite x has no low part. */
VACT_INLINE vf_pair row_difference(vf x, vf max)
{
    vf_pair t = pair_sum(x, vf_neg(max));
    t.lo = vf_select(vm_lt(vf_abs(t.hi), vf_set1(__builtin_inf())), t.lo, vf_set1(0.0));
    return t;
}

VACT_INLINE vf_pair row_exponential(vf x, vf max) { return wide_plain(wide_exp(row_difference(x, max))); }

VACT_NOINLINE static row_scale row_scale_of(f64_row from)
{
    row_scale scale = {row_maximum(from), from.cols, pair_zero()};
    if (!(__builtin_fabs(scale.max) < __builtin_inf()))
        return scale;
    const vf max = vf_set1(scale.max);
    row_block block;
    row_sums sums = row_no_sums();
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load(&block, from, i, n, -__builtin_inf());
        for (size_t k = 0; k < n && scale.at == from.cols; k++)
            if (block.x[k] == scale.max) {
                scale.at = i + k;
                block.x[k] = -__builtin_inf();
            }
        for (size_t v = 0; v < ROW_VECTORS; v++)
            sums.of[v] = pair_add(sums.of[v], row_exponential(vf_load(block.x + v * VF_LANES), max));
    }
    scale.rest = row_total(sums);
    return scale;
}

VACT_INLINE bool row_is_finite(row_scale scale) { return __builtin_fabs(scale.max) < __builtin_inf(); }

#endif
