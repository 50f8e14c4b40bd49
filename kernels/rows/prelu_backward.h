/*
 * prelu's gradient: dx = x > 0 ? dy : slope*dy. dslope is the sum of dy*x over the elements of the channel with x <= 0,
 * as hi/lo pairs in 64 lanes. An element's lane is its place in its channel, o*inner + i, mod 64.
 */
#ifndef VACT_ROWS_PRELU_BACKWARD_H
#define VACT_ROWS_PRELU_BACKWARD_H

#include "rows/axis.h"

/* Returns dx; *term is the term of dslope. A NaN in x gives NaN in both. */
VACT_INLINE vf prelu_gradient(vf dy, vf x, vf slope, vf_pair *term)
{
    vf zero = vf_set1(0.0f);
    vm above = vm_lt(zero, x);
    vf_pair product = pair_product(dy, x);
    /* The low part of an infinite product is NaN. */
    vm low = vm_lt(vf_abs(product.hi), vf_set1(__builtin_inff()));
    *term = (vf_pair){vf_select(above, zero, product.hi), vf_select(above, zero, vf_select(low, product.lo, zero))};
    vf dx = vf_select(above, dy, vf_mul(slope, dy));
    return vf_select(vm_eq(x, x), dx, x);
}

/* The total of hi and lo. Where the sum is infinite lo is NaN, and the total is hi. */
VACT_INLINE float prelu_total(float hi, float lo)
{
    float total = hi + lo;
    return lo == lo ? total : hi;
}

/* The lanes of a sum, in memory so that a run of elements may begin at any lane. */
typedef struct {
    float hi[ROW_LANES], lo[ROW_LANES];
} lane_sums;

/* `inner` consecutive elements of one channel; `before` elements of it came earlier. */
VACT_INLINE void prelu_run(elem *dx, const elem *dy, const elem *x, size_t inner, size_t before, vf slope,
                           lane_sums *sums)
{
    for (size_t i = 0; i < inner;) {
        size_t lane = (before + i) % ROW_LANES, n = VF_LANES - lane % VF_LANES; /* up to the end of a vector of lanes */
        if (n > inner - i)
            n = inner - i;
        size_t end = i + n;
        float *hi = sums->hi + lane, *lo = sums->lo + lane;
        vf_pair term;
        vf y = prelu_gradient(rows_load(dy, i, end), rows_load(x, i, end), slope, &term);
        vf_pair sum = pair_sum(rows_load_lanes(hi, 0, n), term.hi);
        rows_store_lanes(hi, sum.hi, 0, n);
        rows_store_lanes(lo, vf_add(vf_add(rows_load_lanes(lo, 0, n), sum.lo), term.lo), 0, n);
        rows_store(dx, y, i, end);
        i = end;
    }
}

VACT_INLINE float prelu_slope_gradient(const lane_sums *sums)
{
    row_sum sum;
    for (size_t k = 0; k < ROW_VECTORS; k++) {
        sum.hi[k] = vf_load(sums->hi + k * VF_LANES);
        sum.lo[k] = vf_load(sums->lo + k * VF_LANES);
    }
    row_total total = row_sum_total(&sum);
    return prelu_total(total.hi, total.lo);
}

/* inner = 1: the channels are adjacent in memory, and a vector holds n <= VF_LANES of them. */
VACT_INLINE void prelu_beside(elem *dx, float *dslope, const elem *dy, const elem *x, const float *slope, size_t outer,
                              size_t channels, size_t n)
{
    axis_sum sum;
    axis_sum_clear(&sum);
    for (size_t o = 0; o < outer; o++) {
        size_t at = o * channels;
        vf_pair term;
        vf y = prelu_gradient(rows_load(dy + at, 0, n), rows_load(x + at, 0, n), rows_load_lanes(slope, 0, n), &term);
        axis_sum_add(&sum, o % ROW_LANES, term);
        rows_store(dx + at, y, 0, n);
    }
    axis_tree(&sum);
    float hi[VF_LANES], lo[VF_LANES];
    vf_store(hi, sum.hi[0]);
    vf_store(lo, sum.lo[0]);
    for (size_t c = 0; c < n; c++)
        dslope[c] = prelu_total(hi[c], lo[c]);
}

VACT_INLINE void rows_prelu_backward(elem *dx, float *dslope, const elem *dy, const elem *x, const float *slope,
                                     size_t outer, size_t channels, size_t inner)
{
    if (inner == 1 && channels > 1) {
        for (size_t c = 0; c < channels; c += VF_LANES)
            prelu_beside(dx + c, dslope + c, dy + c, x + c, slope + c, outer, channels,
                         channels - c < VF_LANES ? channels - c : VF_LANES);
        return;
    }
    for (size_t c = 0; c < channels; c++) {
        lane_sums sums = {{0}, {0}};
        for (size_t o = 0; o < outer; o++) {
            size_t at = (o * channels + c) * inner;
            prelu_run(dx + at, dy + at, x + at, inner, o * inner, vf_set1(slope[c]), &sums);
        }
        dslope[c] = prelu_slope_gradient(&sums);
    }
}

#endif
