/*
 * softmax and log_softmax along the middle axis of [outer, axis, inner], without a transpose. Vectors run across
 * `inner`.
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

/*
 * The sums of n adjacent columns. Each has the 64 lanes of loop/sum.h, so that a column's sum has the bits that it
 * would have as a row. Four neighbouring lanes are computed together. The groups come in such an order that each can
 * join the tree at once: number i with its bits reversed, so that 0 and 8, 4 and 12 meet first, then their sums. That
 * needs little stack. A lane without an element is 0, and nothing need be added.
 */
enum { AXIS_GROUP = 4, AXIS_GROUPS = ROW_LANES / AXIS_GROUP, AXIS_LEVELS = 4 };

typedef struct {
    vf_pair lane[AXIS_GROUP];
} axis_lanes;

/* Adds element a of every column to a lane. */
typedef void axis_add_fn(const void *context, size_t a, vf_pair *lane);

/* What is done to a lane at the start and the end, and before every 16th of its terms: constants. */
typedef struct {
    axis_add_fn *add;
    void (*begin)(vf_pair *lane);
    void (*fold)(vf_pair *lane);
    void (*end)(vf_pair *lane);
} axis_steps;

VACT_INLINE void axis_clear(vf_pair *lane) { *lane = (vf_pair){vf_set1(0.0f), vf_set1(0.0f)}; }

VACT_INLINE void axis_keep(vf_pair *lane) { (void)lane; }

/* In place: a copy would take stack. */
VACT_INLINE void axis_join(axis_lanes *sum, const axis_lanes *before)
{
    for (size_t k = 0; k < AXIS_GROUP; k++)
        sum->lane[k] = sum_join(before->lane[k], sum->lane[k]);
}

/* Lanes `first` and on, of elements from `begin` to `end`. A sum has one function of this type, which calls
 * axis_group_of. */
typedef void axis_group_fn(axis_lanes *to, size_t first, size_t begin, size_t end, const void *context);

VACT_INLINE void axis_group_of(axis_lanes *to, size_t first, size_t begin, size_t end, const axis_steps *steps,
                               const void *context)
{
    vf_pair lane[AXIS_GROUP]; /* apart from *to, so that they stay in registers */
    for (size_t k = 0; k < AXIS_GROUP; k++)
        steps->begin(&lane[k]);
    for (size_t a = begin; a < end; a += ROW_LANES) {
        if (a > begin && a % SOFTMAX_FOLD == 0)
            for (size_t k = 0; k < AXIS_GROUP; k++)
                steps->fold(&lane[k]);
        if (end - a >= first + AXIS_GROUP) {
            for (size_t k = 0; k < AXIS_GROUP; k++)
                steps->add(context, a + first + k, &lane[k]);
        } else {
            for (size_t k = 0; k < AXIS_GROUP; k++)
                if (a + first + k < end)
                    steps->add(context, a + first + k, &lane[k]);
        }
    }
    for (size_t k = 0; k < AXIS_GROUP; k++) {
        steps->end(&lane[k]);
        to->lane[k] = lane[k];
    }
}

/* A group's lanes over the whole axis. They move to their long sums after every `length` elements, whole blocks. */
VACT_ONCE static void axis_long_group(axis_lanes *to, size_t first, size_t axis, size_t length, axis_group_fn *group,
                                      const void *context)
{
    sum_long whole[AXIS_GROUP];
    for (size_t begin = 0; begin < axis; begin += length) {
        group(to, first, begin, axis - begin < length ? axis : begin + length, context);
        for (size_t k = 0; k < AXIS_GROUP; k++)
            if (begin == 0)
                whole[k] = (sum_long){to->lane[k].hi, to->lane[k].lo, vf_set1(0.0f)};
            else
                sum_long_add(&whole[k], to->lane[k]);
    }
    for (size_t k = 0; k < AXIS_GROUP; k++)
        to->lane[k] = sum_long_pair(whole[k]);
}

VACT_INLINE vf_pair axis_sum_inline(size_t axis, size_t length, axis_group_fn *group, const void *context)
{
    static const unsigned char order[AXIS_GROUPS] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
    axis_lanes waiting[AXIS_LEVELS], sum;
    for (size_t i = 0; i < AXIS_GROUPS; i++) {
        const size_t begin = (size_t)order[i] * AXIS_GROUP;
        if (begin < axis && axis <= length)
            group(&sum, begin, 0, axis, context);
        else if (begin < axis)
            axis_long_group(&sum, begin, axis, length, group, context);
        size_t level = 0;
        for (; (i >> level & 1) != 0; level++) {
            /* sum begins with this group; if that is empty, all of it is. */
            const size_t first = order[i + 1 - ((size_t)1 << level)];
            if (first * AXIS_GROUP < axis)
                axis_join(&sum, &waiting[level]);
            else
                sum = waiting[level];
        }
        if (level < AXIS_LEVELS) /* else it is the total */
            waiting[level] = sum;
    }
    for (size_t half = AXIS_GROUP / 2; half >= 1; half /= 2)
        for (size_t k = 0; k < half; k++)
            sum.lane[k] = sum_join(sum.lane[k], sum.lane[k + half]);
    return sum.lane[0];
}

/* The same in a function that all sums share, but the most frequent ones. */
VACT_ONCE static vf_pair axis_sum_of(size_t axis, size_t length, axis_group_fn *group, const void *context)
{
    return axis_sum_inline(axis, length, group, context);
}

VACT_INLINE void axis_totals(double *totals, vf_pair sum)
{
    float hi[VF_LANES], lo[VF_LANES];
    vf_store(hi, sum.hi);
    vf_store(lo, sum.lo);
    for (size_t lane = 0; lane < VF_LANES; lane++)
        totals[lane] = sum_total(hi[lane], lo[lane]);
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

/* The columns, where they stand, and whether their exponentials are stored. */
typedef struct {
    const axis_columns *columns;
    const axis_place *place;
    bool store;
} axis_call;

VACT_INLINE void axis_add(const axis_call *call, size_t a, vf_pair *lane, fast_eighths e)
{
    vf stored = softmax_add(lane, e);
    (void)stored; /* elements that are no lanes have no room for it */
    if (ELEM_IS_LANE && call->store)
        rows_store_lanes(elem_lanes(call->columns->dst + a * call->columns->stride), stored, 0, call->columns->n);
}

VACT_INLINE void axis_add_exponential(const void *context, size_t a, vf_pair *lane)
{
    const axis_call *call = context;
    const axis_place *place = call->place;
    axis_add(call, a, lane, axis_exponential(axis_logits(call->columns, a), place->max, place->near, place->origin));
}

/* The same where all columns are near. */
VACT_INLINE void axis_add_near(const void *context, size_t a, vf_pair *lane)
{
    const axis_call *call = context;
    const vf z = axis_logits(call->columns, a).hi;
    axis_add(call, a, lane, softmax_near(z, call->place->max.hi, call->place->origin));
}

static void axis_any_group(axis_lanes *to, size_t first, size_t begin, size_t end, const void *given)
{
    const axis_steps steps = {axis_add_exponential, softmax_begin, softmax_fold, softmax_end};
    const axis_call *call = given;
    const axis_columns columns = *call->columns; /* copies, which no store of results can change */
    const axis_place place = *call->place;
    axis_group_of(to, first, begin, end, &steps, &(axis_call){&columns, &place, call->store});
}

VACT_INLINE void axis_near_group(axis_lanes *to, size_t first, size_t begin, size_t end, const void *given)
{
    const axis_steps steps = {axis_add_near, softmax_begin, softmax_fold, softmax_end};
    const axis_call *call = given;
    const axis_columns columns = *call->columns; /* copies, which no store of results can change */
    const axis_place place = *call->place;
    axis_group_of(to, first, begin, end, &steps, &(axis_call){&columns, &place, call->store});
}

VACT_NOINLINE static vf_pair axis_near_sums(const axis_columns *c, const axis_place *place, bool store)
{
    const axis_call call = {c, place, store};
    return axis_sum_inline(c->axis, SOFTMAX_LONG, axis_near_group, &call);
}

/* The sums of the exponentials; these are stored if `store` is true. */
VACT_INLINE void axis_exponentials(const axis_columns *c, const axis_place *place, double *totals, bool store)
{
    const axis_call call = {c, place, store};
    axis_totals(totals, ELEM_IS_LANE && vm_all(place->near)
                            ? axis_near_sums(c, place, store)
                            : axis_sum_of(c->axis, SOFTMAX_LONG, axis_any_group, &call));
}

VACT_INLINE void axis_softmax(const axis_columns *c)
{
    axis_place place = axis_place_of(c);
    double totals[VF_LANES];
    axis_exponentials(c, &place, totals, ELEM_IS_LANE);
    float hi[VF_LANES], lo[VF_LANES];
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        logits_pivot parts = softmax_reciprocal_of_sum(totals[lane]);
        hi[lane] = parts.hi;
        lo[lane] = parts.lo;
    }
    vf_pair reciprocal = {vf_load(hi), vf_load(lo)};
    for (size_t a = 0; a < c->axis; a++) {
        elem *dst = c->dst + a * c->stride;
        const vf e = ELEM_IS_LANE
                         ? rows_load_lanes(elem_lanes(dst), 0, c->n)
                         : fast_eighths_value(axis_exponential(axis_logits(c, a), place.max, place.near, place.origin));
        rows_store(dst, axis_or_nan(softmax_quotient(e, reciprocal), place.max.hi), 0, c->n);
    }
}

VACT_INLINE void axis_add_other(const void *context, size_t a, vf_pair *lane)
{
    const axis_call *call = context;
    const axis_place *place = call->place;
    vf_pair z = axis_logits(call->columns, a);
    fast_eighths e = axis_exponential(z, place->max, place->near, place->origin);
    sum_pair_add(lane, log_softmax_other(e, softmax_is_winner(z, place->max)));
}

static void axis_other_group(axis_lanes *to, size_t first, size_t begin, size_t end, const void *call)
{
    const axis_steps steps = {axis_add_other, axis_clear, axis_keep, axis_keep};
    axis_group_of(to, first, begin, end, &steps, call);
}

/* log_softmax_others of each column. */
VACT_NOINLINE static void axis_others(const axis_columns *c, const axis_place *place, double *others)
{
    const axis_call call = {c, place, false};
    axis_totals(others, axis_sum_of(c->axis, SUM_BLOCK, axis_other_group, &call));
}

/* log_softmax_rest of each column. */
VACT_ONCE static void axis_rests(const axis_columns *c, const axis_place *place, double *rests)
{
    axis_exponentials(c, place, rests, false);
    double winners[VF_LANES];
    const fast_eighths winner = axis_exponential(place->max, place->max, place->near, place->origin);
    if (__builtin_expect(log_softmax_rests(rests, winners, winner, c->axis), 1))
        return;
    double others[VF_LANES];
    axis_others(c, place, others);
    for (size_t lane = 0; lane < VF_LANES; lane++)
        if (!log_softmax_has_digits(rests[lane], c->axis))
            rests[lane] = others[lane] / winners[lane];
}

VACT_INLINE void axis_log_softmax(const axis_columns *c)
{
    axis_place place = axis_place_of(c);
    double rests[VF_LANES];
    axis_rests(c, &place, rests);
    float hi[VF_LANES], minus_lo[VF_LANES];
    log_softmax_levels(hi, minus_lo, place.max.hi, rests);
    vf level_hi = vf_load(hi), level_minus_lo = vf_load(minus_lo);
    for (size_t a = 0; a < c->axis; a++) {
        vf y = log_softmax_result(axis_load(c->src + a * c->stride, c), level_hi, level_minus_lo);
        rows_store(c->dst + a * c->stride, axis_or_nan(y, place.max.hi), 0, c->n);
    }
}

/* logsumexp (rows_logsumexp) of each column. There every maximum counts as far. */
VACT_INLINE void axis_logsumexp(float *dst, const axis_columns *c)
{
    const vf zero = vf_set1(0.0f);
    axis_place place = axis_place_of(c);
    const vf max = place.max.hi;
    const vm finite = vm_lt(vf_abs(max), vf_set1(__builtin_inff()));
    /* +inf, -inf, or NaN where an element is. */
    vf limit = max;
    for (size_t a = 0; a < c->axis && !vm_all(finite); a++)
        limit = vf_or_nan(limit, axis_load(c->src + a * c->stride, c));
    place = (axis_place){{vf_select(finite, max, zero), zero}, vm_lt(zero, zero), fast_eighths_origin(zero)};
    double rests[VF_LANES];
    axis_rests(c, &place, rests);
    float y[VF_LANES], rounded[VF_LANES];
    log_softmax_levels(y, rounded, place.max.hi, rests);
    rows_store_lanes(dst, vf_select(finite, vf_load(y), limit), 0, c->n);
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

VACT_INLINE void axis_logsumexp_all(float *dst, const elem *src, size_t outer, size_t axis, size_t inner)
{
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i += VF_LANES)
            axis_logsumexp(dst + o * inner + i, &(axis_columns){src + o * axis * inner + i, NULL, axis, inner,
                                                                inner - i < VF_LANES ? inner - i : VF_LANES});
}

#endif
