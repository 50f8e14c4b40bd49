/*
 * Rows in double lanes: what their functions share, of doubles and of floats. A row has `cols` elements that are `step`
 * apart, so rows of a matrix and those along another axis of a tensor take one way. It is walked by blocks of 64
 * elements, copied to where they are adjacent; a sum has 64 virtual lanes (lane = column mod 64), each a hi/lo pair,
 * and one fixed tree.
 */
#ifndef VACT_ROWS_F64_ROW_H
#define VACT_ROWS_F64_ROW_H

#include "math/wide/functions.h"
#include "rows/logits_row.h"

enum { ROW_BLOCK = 64, ROW_VECTORS = ROW_BLOCK / VF_LANES };

typedef struct {
    const elem *x;
    size_t step, cols;
    const logits_row *options; /* what makes logits of elements, if they are floats; null: elements are logits */
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
    const elem *x = from.x + i * from.step;
    if (from.step == 1 && n == ROW_BLOCK) {
        for (size_t k = 0; k < ROW_BLOCK; k++)
            to->x[k] = (double)x[k];
        return;
    }
    for (size_t k = 0; k < ROW_BLOCK; k++)
        to->x[k] = k < n ? (double)x[k * from.step] : fill;
}

VACT_INLINE void row_store(elem *dst, size_t step, const row_block *from, size_t n)
{
    if (step == 1 && n == ROW_BLOCK) {
        for (size_t k = 0; k < ROW_BLOCK; k++)
            dst[k] = (elem)from->x[k];
        return;
    }
    for (size_t k = 0; k < n; k++)
        dst[k * step] = (elem)from->x[k];
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

#endif
