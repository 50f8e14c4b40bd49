/*
 * The same along the middle axis of [outer, axis, inner], without a transpose: vectors run across `inner`, and the 64
 * lanes of a row's sum (position mod 64) are 64 vectors, so that each column has the bits it would have as a row.
 */
#ifndef VACT_ROWS_AXIS_H
#define VACT_ROWS_AXIS_H

#include "rows/softmax.h"

/* n <= VF_LANES columns side by side. */
typedef struct {
    const float *src;
    float *dst; /* may be src */
    size_t axis, stride, n;
} axis_columns;

typedef struct {
    vf hi[ROW_LANES], lo[ROW_LANES];
} axis_sum;

VACT_INLINE void axis_sum_clear(axis_sum *sum)
{
    for (size_t k = 0; k < ROW_LANES; k++)
        sum->hi[k] = sum->lo[k] = vf_set1(0.0f);
}

/* The steps of row_sum_add and rows_add_pair. */
VACT_INLINE void axis_sum_add(axis_sum *sum, size_t lane, vf_pair v)
{
    vf_pair s = pair_sum(sum->hi[lane], v.hi);
    sum->hi[lane] = s.hi;
    sum->lo[lane] = vf_add(vf_add(sum->lo[lane], s.lo), v.lo);
}

/* The tree of row_sum_total, for every column at once; the totals are in hi[0] and lo[0]. */
VACT_INLINE void axis_tree(axis_sum *sum)
{
    for (size_t half = ROW_LANES / 2; half >= 1; half /= 2)
        for (size_t k = 0; k < half; k++) {
            vf_pair s = pair_sum(sum->hi[k], sum->hi[k + half]);
            sum->hi[k] = s.hi;
            sum->lo[k] = vf_add(vf_add(sum->lo[k], sum->lo[k + half]), s.lo);
        }
}

VACT_INLINE void axis_totals(axis_sum *sum, double *totals)
{
    axis_tree(sum);
    float hi[VF_LANES], lo[VF_LANES];
    vf_store(hi, sum->hi[0]);
    vf_store(lo, sum->lo[0]);
    for (size_t lane = 0; lane < VF_LANES; lane++)
        totals[lane] = (double)hi[lane] + (double)lo[lane];
}

VACT_INLINE vf_pair axis_split(const double *values)
{
    float hi[VF_LANES], lo[VF_LANES];
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        logits_pivot parts = rows_split(values[lane]);
        hi[lane] = parts.hi;
        lo[lane] = parts.lo;
    }
    return (vf_pair){vf_load(hi), vf_load(lo)};
}

/* Lanes beyond the columns hold 0. */
VACT_INLINE vf axis_load(const float *p, const axis_columns *c) { return rows_load(p, 0, c->n); }

VACT_INLINE vf_pair axis_logits(const axis_columns *c, size_t a)
{
    return (vf_pair){axis_load(c->src + a * c->stride, c), vf_set1(0.0f)};
}

/* The largest of each column; NaN where it is no number, so that the column is NaN. */
VACT_INLINE vf_pair axis_max(const axis_columns *c)
{
    vf_pair best = {vf_set1(-__builtin_inff()), vf_set1(0.0f)};
    for (size_t a = 0; a < c->axis; a++)
        best = logits_larger(best, axis_logits(c, a));
    return (vf_pair){vf_add(best.hi, vf_set1(0.0f)), best.lo};
}

/* Results of columns whose maximum is infinite are NaN. */
VACT_INLINE vf axis_or_nan(vf y, vf max)
{
    vm finite = vm_lt(vf_abs(max), vf_set1(__builtin_inff()));
    return vf_select(finite, y, vf_set1(__builtin_nanf("")));
}

/* softmax_near or softmax_far, as each column's maximum asks. */
VACT_INLINE fast_eighths axis_exponential(vf_pair z, vf_pair max, vm near, vf origin)
{
    vf_pair d = logits_distance(z, max);
    vf zero = vf_set1(0.0f), from = vf_select(near, max.hi, zero);
    vf x = vf_max(vf_add(from, vf_set1(SOFTMAX_LEAST)), vf_select(near, z.hi, d.hi));
    fast_eighths_reduced reduced = fast_eighths_reduce(x, origin);
    reduced.r = vf_add(reduced.r, vf_select(near, zero, d.lo));
    return fast_eighths_of(reduced);
}

VACT_INLINE void axis_softmax(const axis_columns *c)
{
    vf_pair max = axis_max(c);
    vm near = vm_le(vf_abs(max.hi), vf_set1(SOFTMAX_NEAR));
    vf origin = fast_eighths_origin(vf_select(near, max.hi, vf_set1(0.0f)));
    axis_sum sum;
    axis_sum_clear(&sum);
    for (size_t k = 0; k < ROW_LANES; k++)
        sum.hi[k] = vf_set1(EIGHTHS_MOST);
    for (size_t a = 0; a < c->axis; a++) {
        if (a % SOFTMAX_FOLD == 0)
            for (size_t k = 0; k < ROW_LANES; k++)
                softmax_fold(&sum.hi[k], &sum.lo[k]);
        fast_eighths e = axis_exponential(axis_logits(c, a), max, near, origin);
        vf stored = softmax_add(&sum.hi[a % ROW_LANES], &sum.lo[a % ROW_LANES], e);
        rows_store(c->dst + a * c->stride, stored, 0, c->n);
    }
    for (size_t k = 0; k < ROW_LANES; k++)
        sum.hi[k] = vf_sub(sum.hi[k], vf_set1(EIGHTHS_MOST));
    double totals[VF_LANES];
    float hi[VF_LANES], lo[VF_LANES];
    axis_totals(&sum, totals);
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        logits_pivot parts = softmax_reciprocal_of_sum(totals[lane]);
        hi[lane] = parts.hi;
        lo[lane] = parts.lo;
    }
    vf_pair reciprocal = {vf_load(hi), vf_load(lo)};
    for (size_t a = 0; a < c->axis; a++) {
        float *dst = c->dst + a * c->stride;
        rows_store(dst, axis_or_nan(softmax_quotient(axis_load(dst, c), reciprocal), max.hi), 0, c->n);
    }
}

VACT_INLINE void axis_logs(const axis_columns *c, vf_pair max, double *logs)
{
    axis_sum others, winners;
    axis_sum_clear(&others);
    axis_sum_clear(&winners);
    vf zero = vf_set1(0.0f);
    for (size_t a = 0; a < c->axis; a++) {
        vf_pair z = axis_logits(c, a), e = fast_exp_pair(logits_distance(z, max));
        vm winner = softmax_is_winner(z, max);
        axis_sum_add(&others, a % ROW_LANES, (vf_pair){vf_select(winner, zero, e.hi), vf_select(winner, zero, e.lo)});
        winners.hi[a % ROW_LANES] = vf_add(winners.hi[a % ROW_LANES], vf_select(winner, vf_set1(1.0f), zero));
    }
    double sums[VF_LANES], counts[VF_LANES];
    axis_totals(&others, sums);
    axis_totals(&winners, counts);
    for (size_t lane = 0; lane < VF_LANES; lane++)
        logs[lane] = softmax_log_of_sum(sums[lane], counts[lane]);
}

VACT_INLINE void axis_log_softmax(const axis_columns *c)
{
    vf_pair max = axis_max(c);
    double logs[VF_LANES];
    axis_logs(c, max, logs);
    vf_pair log = axis_split(logs);
    for (size_t a = 0; a < c->axis; a++)
        rows_store(c->dst + a * c->stride, axis_or_nan(softmax_log_element(axis_logits(c, a), max, log), max.hi), 0,
                   c->n);
}

typedef void axis_columns_fn(const axis_columns *columns);

VACT_INLINE void loop_axis(float *dst, const float *src, size_t outer, size_t axis, size_t inner,
                           axis_columns_fn *columns)
{
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i += VF_LANES) {
            size_t at = o * axis * inner + i, n = inner - i < VF_LANES ? inner - i : VF_LANES;
            columns(&(axis_columns){src + at, dst + at, axis, inner, n});
        }
}

#endif
