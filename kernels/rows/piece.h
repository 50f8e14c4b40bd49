/*
 * The exponentials of softmax for a maximum of the caller's, and their sum: e^(scale*x - max). They are computed as
 * 2^96*e^d (math/fast/exp_pair.h), which serves d <= 0. Where the caller's maximum is not the largest, the positive d
 * of the row are lowered by 136*ln 2, so that the results are scaled by 2^-40, and the terms of the others by 2^-136.
 */
#ifndef VACT_ROWS_PIECE_H
#define VACT_ROWS_PIECE_H

#include "rows/online.h"

typedef struct {
    vf most;
    vf_pair max;
    row_sum sum;
    elem *dst;
    const elem *src;
    size_t cols;
    const logits_row *row;
    bool far, rise;
} piece_walk;

VACT_INLINE vf_pair piece_times(vf_pair e, float factor)
{
    const vf by = vf_set1(factor), zero = vf_set1(0.0f);
    return (vf_pair){vf_fma(e.hi, by, zero), vf_fma(e.lo, by, zero)};
}

/* The same where some d is positive. */
VACT_INLINE vf piece_risen(piece_walk *walk, size_t k, vf_pair d)
{
    const double lowered = 136.0 * ONCE_LN2;
    const vf zero = vf_set1(0.0f), by = vf_set1((float)lowered), by_lo = vf_set1((float)(lowered - (float)lowered));
    const vm up = vm_lt(zero, d.hi);
    d.hi = vf_min(vf_set1(100.0f), d.hi);
    const vf_pair less = pair_sum(d.hi, vf_neg(by));
    const vf_pair e = fast_exp_pair(
        (vf_pair){vf_select(up, less.hi, d.hi), vf_select(up, vf_add(less.lo, vf_sub(d.lo, by_lo)), d.lo)});
    const vf_pair small = piece_times(e, 0x1p-136f);
    row_sum_add_pair(&walk->sum, k, (vf_pair){vf_select(up, e.hi, small.hi), vf_select(up, e.lo, small.lo)});
    const vf above = vf_mul(vf_where(up, e.hi), vf_set1(0x1p40f));
    return vf_select(up, above, softmax_unscaled(vf_mul(vf_select(up, zero, e.hi), vf_set1(0x1p20f))));
}

VACT_INLINE void piece_add(void *context, size_t i, size_t n, size_t k)
{
    piece_walk *walk = context;
    vf_pair d;
    if (__builtin_expect(walk->far, 0))
        d = wide_distances(walk->src, i, n, walk->row, (wide_logit){(double)sum_first_lane(walk->max.hi), 0.0}, false);
    else
        d = logits_distance(logits_at(walk->src, i, walk->cols, walk->row), walk->max);
    vf y;
    if (__builtin_expect(walk->rise, 0)) {
        y = piece_risen(walk, k, d);
    } else {
        const vf_pair e = fast_exp_pair(d);
        row_sum_add_pair(&walk->sum, k, e); /* lanes beyond the row add 0 */
        y = softmax_unscaled(vf_mul(e.hi, vf_set1(0x1p20f)));
    }
    walk->most = vf_max(walk->most, y);
    rows_store(walk->dst, y, i, walk->cols);
}

/* An infinite or NaN max. */
VACT_NOINLINE static double piece_without_max(elem *dst, const elem *src, size_t cols, float scale, float max)
{
    double sum = 0.0;
    for (size_t i = 0; i < cols; i++) {
        const double d = (double)src[i] * (double)scale - (double)max; /* a float product might overflow */
        dst[i] = d < 0.0 ? 0.0f : (float)d;
        sum += (double)dst[i];
    }
    return sum;
}

VACT_NOINLINE static double piece_row(elem *dst, const elem *src, const logits_row *row, float max)
{
    const size_t cols = row->cols;
    if (!(__builtin_fabsf(max) < __builtin_inff()))
        return piece_without_max(dst, src, cols, row->scale, max);
    piece_walk walk;
    const logits_pivot largest = logits_max(src, cols, row);
    walk.far = !(__builtin_fabsf(max) <= WIDE_FROM) || largest.hi > WIDE_FROM;
    walk.rise = walk.far || logits_above(largest, (logits_pivot){max, 0.0f});
    walk.dst = dst;
    walk.src = src;
    walk.cols = cols;
    walk.row = row;
    walk.max = rows_broadcast((logits_pivot){max, 0.0f});
    walk.most = vf_set1(0.0f);
    row_sum_start(&walk.sum);
    row_sums_rolled(&walk.sum, 1, cols, piece_add, &walk);
    const double total = row_sum_total_apart(&walk.sum);
    if (vm_any(vm_eq(walk.most, vf_set1(__builtin_inff()))))
        return total + __builtin_inf(); /* NaN stays */
    return total * (walk.rise ? 0x1p40 : 0x1p-96);
}

#endif
