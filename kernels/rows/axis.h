/*
 * softmax and log_softmax along the middle axis of [outer, axis, inner], without a transpose. Vectors run across
 * `inner`. The 64 lanes of a row's sum (position mod 64) are 64 vectors here, so a column has the same bits as it would
 * have as a row.
 */
#ifndef VACT_ROWS_AXIS_H
#define VACT_ROWS_AXIS_H

#include "rows/log_softmax.h"

/* n <= VF_LANES adjacent columns. */
typedef struct {
    const elem *src;
    elem *dst; /* may be src */
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

/* The same steps as row_sum_add and rows_add_pair. */
VACT_INLINE void axis_sum_add(axis_sum *sum, size_t lane, vf_pair v)
{
    vf_pair s = pair_sum(sum->hi[lane], v.hi);
    sum->hi[lane] = s.hi;
    sum->lo[lane] = vf_add(vf_add(sum->lo[lane], s.lo), v.lo);
}

/* The tree of row_sum_total, for all columns at once. The totals end in hi[0] and lo[0]. */
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

/* Lanes beyond the last column hold 0. */
VACT_INLINE vf axis_load(const elem *p, const axis_columns *c) { return rows_load(p, 0, c->n); }

VACT_INLINE vf_pair axis_logits(const axis_columns *c, size_t a)
{
    return (vf_pair){axis_load(c->src + a * c->stride, c), vf_set1(0.0f)};
}

/* The maximum of each column. A NaN counts as +inf (logits_larger), which makes the column NaN (axis_or_nan). */
VACT_INLINE vf_pair axis_max(const axis_columns *c)
{
    vf_pair best = {vf_set1(-__builtin_inff()), vf_set1(0.0f)};
    for (size_t a = 0; a < c->axis; a++)
        best = logits_larger(best, axis_logits(c, a));
    return (vf_pair){vf_add(best.hi, vf_set1(0.0f)), best.lo};
}

/* A column whose maximum is infinite has NaN for every result. */
VACT_INLINE vf axis_or_nan(vf y, vf max)
{
    vm finite = vm_lt(vf_abs(max), vf_set1(__builtin_inff()));
    return vf_select(finite, y, vf_set1(__builtin_nanf("")));
}

/* softmax_near or softmax_far, chosen by each column's maximum. */
VACT_INLINE fast_eighths axis_exponential(vf_pair z, vf_pair max, vm near, vf origin)
{
    vf_pair d = logits_distance(z, max);
    vf zero = vf_set1(0.0f), from = vf_select(near, max.hi, zero);
    vf x = vf_max(vf_add(from, vf_set1(SOFTMAX_LEAST)), vf_select(near, z.hi, d.hi));
    fast_eighths_reduced reduced = fast_eighths_reduce(x, origin);
    reduced.r = vf_add(reduced.r, vf_select(near, zero, d.lo));
    return fast_eighths_of(reduced);
}

/* The softmax_place of each of n columns. */
typedef struct {
    vf_pair max;
    vm near;
    vf origin;
} axis_place;

VACT_INLINE axis_place axis_place_of(const axis_columns *c)
{
    vf_pair max = axis_max(c);
    vm near = vm_le(vf_abs(max.hi), vf_set1(SOFTMAX_NEAR));
    return (axis_place){max, near, fast_eighths_origin(vf_select(near, max.hi, vf_set1(0.0f)))};
}

/* Stores the exponentials if `store` is true, and writes their sums to totals. */
VACT_INLINE void axis_exponentials(const axis_columns *c, const axis_place *place, double *totals, bool store)
{
    axis_sum sum;
    axis_sum_clear(&sum);
    for (size_t k = 0; k < ROW_LANES; k++)
        sum.hi[k] = vf_set1(EIGHTHS_MOST);
    for (size_t a = 0; a < c->axis; a++) {
        if (a % SOFTMAX_FOLD == 0)
            for (size_t k = 0; k < ROW_LANES; k++)
                softmax_fold(&sum.hi[k], &sum.lo[k]);
        fast_eighths e = axis_exponential(axis_logits(c, a), place->max, place->near, place->origin);
        vf stored = softmax_add(&sum.hi[a % ROW_LANES], &sum.lo[a % ROW_LANES], e);
        if (store)
            rows_store_lanes(elem_lanes(c->dst + a * c->stride), stored, 0, c->n);
    }
    for (size_t k = 0; k < ROW_LANES; k++)
        sum.hi[k] = vf_sub(sum.hi[k], vf_set1(EIGHTHS_MOST));
    axis_totals(&sum, totals);
}

VACT_INLINE void axis_softmax(const axis_columns *c)
{
    axis_place place = axis_place_of(c);
    double totals[VF_LANES];
    axis_exponentials(c, &place, totals, true);
    float hi[VF_LANES], lo[VF_LANES];
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        logits_pivot parts = softmax_reciprocal_of_sum(totals[lane]);
        hi[lane] = parts.hi;
        lo[lane] = parts.lo;
    }
    vf_pair reciprocal = {vf_load(hi), vf_load(lo)};
    for (size_t a = 0; a < c->axis; a++) {
        elem *dst = c->dst + a * c->stride;
        vf e = rows_load_lanes(elem_lanes(dst), 0, c->n);
        rows_store(dst, axis_or_nan(softmax_quotient(e, reciprocal), place.max.hi), 0, c->n);
    }
}

/* log_softmax_others of each column. */
VACT_NOINLINE static void axis_others(const axis_columns *c, const axis_place *place, double *others)
{
    axis_sum sum;
    axis_sum_clear(&sum);
    for (size_t a = 0; a < c->axis; a++) {
        vf_pair z = axis_logits(c, a);
        fast_eighths e = axis_exponential(z, place->max, place->near, place->origin);
        axis_sum_add(&sum, a % ROW_LANES, log_softmax_other(e, softmax_is_winner(z, place->max)));
    }
    axis_totals(&sum, others);
}

/* log_softmax_rest of each column. */
VACT_INLINE void axis_rests(const axis_columns *c, const axis_place *place, double *rests)
{
    fast_eighths e = axis_exponential(place->max, place->max, place->near, place->origin);
    float power[VF_LANES], rise[VF_LANES];
    vf_store(power, e.power);
    vf_store(rise, e.rise);
    axis_exponentials(c, place, rests, false);
    bool all = true;
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        double winner = log_softmax_exact(power[lane], rise[lane]);
        rests[lane] = (rests[lane] - winner) / winner;
        all = all && log_softmax_has_digits(rests[lane], c->axis);
    }
    if (__builtin_expect(all, 1))
        return;
    double others[VF_LANES];
    axis_others(c, place, others);
    for (size_t lane = 0; lane < VF_LANES; lane++)
        if (!log_softmax_has_digits(rests[lane], c->axis))
            rests[lane] = others[lane] / log_softmax_exact(power[lane], rise[lane]);
}

VACT_INLINE void axis_log_softmax(const axis_columns *c)
{
    axis_place place = axis_place_of(c);
    double rests[VF_LANES];
    axis_rests(c, &place, rests);
    float max[VF_LANES], hi[VF_LANES], minus_lo[VF_LANES];
    vf_store(max, place.max.hi);
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        log_softmax_level level = log_softmax_level_of(max[lane], log_softmax_log(rests[lane]));
        hi[lane] = level.hi;
        minus_lo[lane] = level.minus_lo;
    }
    vf level_hi = vf_load(hi), level_minus_lo = vf_load(minus_lo);
    for (size_t a = 0; a < c->axis; a++) {
        vf y = log_softmax_result(axis_load(c->src + a * c->stride, c), level_hi, level_minus_lo);
        rows_store(c->dst + a * c->stride, axis_or_nan(y, place.max.hi), 0, c->n);
    }
}

typedef void axis_columns_fn(const axis_columns *columns);

VACT_INLINE void loop_axis(elem *dst, const elem *src, size_t outer, size_t axis, size_t inner,
                           axis_columns_fn *columns)
{
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i += VF_LANES) {
            size_t at = o * axis * inner + i, n = inner - i < VF_LANES ? inner - i : VF_LANES;
            columns(&(axis_columns){src + at, dst + at, axis, inner, n});
        }
}

#endif
