/*
 * prelu's gradient: dx = x > 0 ? dy : slope*dy. dslope is the sum of dy*x over the elements of the channel with x <= 0
 * (loop/sum.h). An element's lane is its place in its channel, o*inner + i, mod 64.
 */
#ifndef VACT_ROWS_PRELU_BACKWARD_H
#define VACT_ROWS_PRELU_BACKWARD_H

#include "rows/axis.h"

/* Returns dx. *dy_below and *x_below are the factors of the term of dslope, 0 if there is none. A NaN in x gives NaN in
 * both. */
VACT_INLINE vf prelu_gradient(vf dy, vf x, vf slope, vf *dy_below, vf *x_below)
{
    const vf zero = vf_set1(0.0f);
    const vm above = vm_lt(zero, x);
    *dy_below = vf_select(above, zero, dy);
    *x_below = vf_select(above, zero, x);
    return vf_or_nan(vf_mul(vf_select(above, vf_apart(vf_set1(1.0f)), slope), dy), x);
}

/* The lanes of a channel's sum, in memory so that a run of elements may begin at any lane. */
typedef struct {
    float hi[ROW_LANES], lo[ROW_LANES];
    row_sum whole;   /* of the blocks before this one */
    sum_large large; /* the terms that are too large for the lanes */
} prelu_sum;

VACT_INLINE void prelu_take_lanes(prelu_sum *sum)
{
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum->whole.lane[k] = (vf_pair){vf_load(sum->hi + k * VF_LANES), vf_load(sum->lo + k * VF_LANES)};
}

VACT_NOINLINE static void prelu_end_block(prelu_sum *sum)
{
    prelu_take_lanes(sum);
    row_sum_end_block(&sum->whole);
    for (size_t i = 0; i < ROW_LANES; i++)
        sum->hi[i] = sum->lo[i] = 0.0f;
}

/* `inner` consecutive elements of one channel; `before` elements of it came earlier. */
VACT_INLINE void prelu_run(elem *dx, const elem *dy, const elem *x, size_t inner, size_t before, vf slope,
                           prelu_sum *sum)
{
    for (size_t i = 0; i < inner;) {
        const size_t lane = (before + i) % ROW_LANES;
        size_t n = VF_LANES - lane % VF_LANES; /* up to the end of a vector of lanes */
        if (n > inner - i)
            n = inner - i;
        if ((before + i) % SUM_BLOCK == 0 && before + i > 0)
            prelu_end_block(sum);
        const size_t end = i + n;
        vf dy_below, x_below;
        const vf y = prelu_gradient(rows_load(dy, i, end), rows_load(x, i, end), slope, &dy_below, &x_below);
        vf_pair product = pair_product(dy_below, x_below);
        if (__builtin_expect(sum_has_large(product.hi), 0))
            product = sum_without_large(&sum->large, 0, dy_below, x_below, product);
        float *hi = sum->hi + lane, *lo = sum->lo + lane;
        vf_pair lanes = {rows_load_lanes(hi, 0, n), rows_load_lanes(lo, 0, n)};
        sum_pair_add(&lanes, product);
        rows_store_lanes(hi, lanes.hi, 0, n);
        rows_store_lanes(lo, lanes.lo, 0, n);
        rows_store(dx, y, i, end);
        i = end;
    }
}

/* inner = 1: the channels are adjacent in memory, and a vector holds n <= VF_LANES of them. */
typedef struct {
    vf slope;
    elem *dx;
    const elem *dy, *x;
    size_t channels, n;
    sum_large *large; /* one per channel */
} prelu_columns;

VACT_INLINE void prelu_add(const void *context, size_t o, vf_pair *lane)
{
    const prelu_columns *c = context;
    const size_t at = o * c->channels;
    vf dy_below, x_below;
    const vf y =
        prelu_gradient(rows_load(c->dy + at, 0, c->n), rows_load(c->x + at, 0, c->n), c->slope, &dy_below, &x_below);
    vf_pair product = pair_product(dy_below, x_below);
    if (__builtin_expect(sum_has_large(product.hi), 0))
        product = sum_without_large(c->large, 1, dy_below, x_below, product);
    sum_pair_add(lane, product);
    rows_store(c->dx + at, y, 0, c->n);
}

VACT_INLINE void prelu_group(axis_lanes *to, size_t first, size_t begin, size_t end, const void *columns)
{
    const axis_steps steps = {prelu_add, axis_clear, axis_keep, axis_keep};
    const prelu_columns here = *(const prelu_columns *)columns;
    axis_group_of(to, first, begin, end, &steps, &here);
}

VACT_NOINLINE static void prelu_beside(const prelu_columns *c, float *dslope, size_t outer)
{
    double below[VF_LANES];
    axis_totals(below, axis_sum_inline(outer, SUM_BLOCK, prelu_group, c));
    for (size_t lane = 0; lane < c->n; lane++)
        dslope[lane] = (float)(below[lane] + sum_large_total(c->large[lane]));
}

VACT_NOINLINE static float prelu_channel(elem *dx, const elem *dy, const elem *x, float slope, size_t outer,
                                         size_t channels, size_t inner)
{
    prelu_sum sum;
    for (size_t i = 0; i < ROW_LANES; i++)
        sum.hi[i] = sum.lo[i] = 0.0f;
    sum.whole.is_long = false;
    sum.large = (sum_large){0.0, 0.0};
    for (size_t o = 0; o < outer; o++) {
        const size_t at = o * channels * inner;
        prelu_run(dx + at, dy + at, x + at, inner, o * inner, vf_set1(slope), &sum);
    }
    prelu_take_lanes(&sum);
    return (float)(row_sum_total(&sum.whole) + sum_large_total(sum.large));
}

VACT_INLINE void rows_prelu_backward(elem *dx, float *dslope, const elem *dy, const elem *x, const float *slope,
                                     size_t outer, size_t channels, size_t inner)
{
    if (inner == 1 && channels > 1) {
        for (size_t c = 0; c < channels; c += VF_LANES) {
            const size_t n = channels - c < VF_LANES ? channels - c : VF_LANES;
            sum_large large[VF_LANES] = {{0.0, 0.0}};
            prelu_beside(&(prelu_columns){rows_load_lanes(slope + c, 0, n), dx + c, dy + c, x + c, channels, n, large},
                         dslope + c, outer);
        }
        return;
    }
    for (size_t c = 0; c < channels; c++)
        dslope[c] = prelu_channel(dx + c * inner, dy + c * inner, x + c * inner, slope[c], outer, channels, inner);
}

#endif
