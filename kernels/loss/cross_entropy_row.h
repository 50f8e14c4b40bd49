/* Cross-entropy of one row whose classes are adjacent (loss/cross_entropy.h): what the loss is made of, and the
 * gradient. Then the losses of up to 64 rows. */
#ifndef VACT_LOSS_CROSS_ENTROPY_ROW_H
#define VACT_LOSS_CROSS_ENTROPY_ROW_H

#include "loss/cross_entropy_sums.h"
#include "loss/lanes.h"
#include "math/fast/log1p.h"

/* The factors that all rows share. */
typedef struct {
    double keep, smooth;  /* 1 - s and s/C */
    double weights_total; /* sum_j w_j */
    double scale;         /* of the loss: 1 or, for the mean, 1/(sum of the targets' weights) */
} cross_entropy_shares;

/* The sums of a row that are needed before the logarithm is taken. */
typedef struct {
    double rest;     /* R; NaN where the row has no result */
    double distance; /* max - x_t */
    double spread;   /* sum_j w_j*(max - x_j), with label smoothing; of a rich call the loss itself */
    double weight;   /* of the target */
} cross_entropy_row;

/* A rich call has class probabilities, log-probabilities in place of logits, or a z-loss. Its losses are made in
 * double, row by row. */
VACT_INLINE bool cross_entropy_is_rich(const vacti_cross_entropy_call *call)
{
    return call->probabilities || call->nll || call->z_loss != 0.0f;
}

/* What such a row has besides. */
typedef struct {
    double mass; /* with probabilities: sum_j q_j, q_j = w_j*((1 - s)*t_j + s/C) */
    double log;  /* log S; 0 for log-probabilities */
    double pull; /* d z-loss/d log S */
} cross_entropy_rich;

/* 0 for an ignored row. */
VACT_INLINE size_t cross_entropy_target(const vacti_cross_entropy_call *call, size_t row, bool *ignored)
{
    int64_t target = call->wide ? ((const int64_t *)call->targets)[row] : ((const int32_t *)call->targets)[row];
    *ignored = target == call->ignore_index;
    return *ignored ? 0 : (size_t)target;
}

/* 0 with probabilities too. */
VACT_INLINE size_t cross_entropy_target_if_any(const vacti_cross_entropy_call *call, size_t row, bool *ignored)
{
    *ignored = false;
    return call->probabilities ? 0 : cross_entropy_target(call, row, ignored);
}

VACT_INLINE double cross_entropy_weight(const vacti_cross_entropy_call *call, size_t column)
{
    return call->weights ? (double)call->weights[column] : 1.0;
}

VACT_INLINE const elem *cross_entropy_logits(const vacti_cross_entropy_call *call, size_t row)
{
    return (const elem *)call->logits + row * call->stride;
}

VACT_INLINE elem *cross_entropy_dx(const vacti_cross_entropy_call *call, size_t row)
{
    return call->dx ? (elem *)call->dx + row * call->dx_stride : NULL;
}

VACT_INLINE const elem *cross_entropy_probabilities(const vacti_cross_entropy_call *call, size_t row)
{
    return call->probabilities ? (const elem *)call->probabilities + row * call->probabilities_stride : NULL;
}

/* dx_j = e_j*a - w_j*b. The exponentials, in `lanes`, may be where dx is. */
VACT_INLINE void cross_entropy_gradient(elem *dx, const float *lanes, const float *weights, size_t cols, vf a, vf b)
{
    vf one = vf_set1(1.0f);
    size_t i = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES) {
        vf weight = weights ? vf_load(weights + i) : one;
        elem_store(dx + i, vf_fms(vf_load(lanes + i), a, vf_mul(weight, b)));
    }
    if (i < cols) {
        vf weight = weights ? vf_load_partial(weights + i, cols - i) : one;
        elem_store_partial(dx + i, vf_fms(vf_load_partial(lanes + i, cols - i), a, vf_mul(weight, b)), cols - i);
    }
}

/* The same where elements have no room for lanes: the exponentials are computed again. src may be dx. */
VACT_INLINE void cross_entropy_gradient_by(elem *dx, const elem *src, const float *weights, size_t cols,
                                           fast_softmax_row row, vf a, vf b, cross_entropy_parts_fn *parts_of)
{
    const vf one = vf_set1(1.0f);
    size_t i = 0;
    for (; cols - i >= 2 * VF_LANES; i += 2 * VF_LANES)
        for (size_t k = i; k < i + 2 * VF_LANES; k += VF_LANES) {
            const vf e = cross_entropy_value(elem_load(src + k), row, parts_of);
            elem_store_tame(dx + k, vf_fms(e, a, vf_mul(weights ? vf_load(weights + k) : one, b)));
        }
    for (; i < cols; i += VF_LANES) {
        const vf e = cross_entropy_value(rows_load(src, i, cols), row, parts_of);
        rows_store(dx, vf_fms(e, a, vf_mul(weights ? rows_load_lanes(weights, i, cols) : one, b)), i, cols);
    }
}

VACT_ONCE static void cross_entropy_gradient_again(elem *dx, const elem *src, const float *weights, size_t cols,
                                                   float max, vf a, vf b)
{
    const fast_softmax_row row = fast_softmax_row_of(max);
    const float factor = sum_first_lane(a);
    if (factor != factor) /* the bits of a NaN of dy are anything */
        rows_fill(dx, cols, __builtin_nanf(""));
    else if (fast_softmax_near(max))
        cross_entropy_gradient_by(dx, src, weights, cols, row, a, b, fast_softmax_parts_near);
    else
        cross_entropy_gradient_by(dx, src, weights, cols, row, a, b, fast_softmax_parts_far);
}

/* dx_j = e_j*a - q_j*b, but at the target. */
typedef struct {
    double a, b, at_target;
} cross_entropy_slopes;

/* From the target's exponential. rich: null for other calls, a constant. */
VACT_INLINE cross_entropy_slopes cross_entropy_slopes_of(const vacti_cross_entropy_call *call,
                                                         const cross_entropy_shares *shares,
                                                         const cross_entropy_row *row, const cross_entropy_rich *rich,
                                                         double exponential, double dy)
{
    double target_share = (shares->keep + shares->smooth) * row->weight;
    double other_shares = shares->smooth * (shares->weights_total - row->weight);
    if (rich && call->nll)
        return (cross_entropy_slopes){0.0, call->probabilities ? dy : dy * shares->smooth, -(dy * target_share)};
    double mass = rich && call->probabilities ? rich->mass : target_share + other_shares;
    double sum = 1.0 + row->rest;
    double others = row->distance == 0.0 ? row->rest : sum - exponential;
    double a = dy * (rich ? mass + rich->pull : mass) / (sum * (double)CROSS_ENTROPY_UNIT);
    double at_target = other_shares - mass * (others / sum);
    if (rich && rich->pull != 0.0)
        at_target += rich->pull * (exponential / sum);
    return (cross_entropy_slopes){a, rich && call->probabilities ? dy : dy * shares->smooth, dy * at_target};
}

/* The exponential of one column, as of cross_entropy_rest. `lanes`, where the exponentials are: null, where they are
 * computed again. */
VACT_INLINE double cross_entropy_exponential(const float *lanes, const elem *src, size_t column, float max)
{
    float one[1];
    if (!ELEM_IS_LANE)
        (void)cross_entropy_rest(one, src + column, 1, max);
    return (double)(ELEM_IS_LANE ? lanes[column] : one[0]) / (double)CROSS_ENTROPY_UNIT;
}

/* Turns the exponentials into dy*(d loss/d x). */
VACT_INLINE void cross_entropy_finish(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                      const cross_entropy_row *row, elem *dx, const elem *src, float max, size_t target,
                                      double dy)
{
    const float *exponentials = elem_lanes(dx);
    const double exponential = cross_entropy_exponential(exponentials, src, target, max);
    const cross_entropy_slopes slopes = cross_entropy_slopes_of(call, shares, row, NULL, exponential, dy);
    const float *weights = shares->smooth > 0.0 ? call->weights : NULL;
    vf a = vf_set1((float)slopes.a), b = vf_set1((float)slopes.b);
    if (ELEM_IS_LANE)
        cross_entropy_gradient(dx, exponentials, weights, call->cols, a, b);
    else
        cross_entropy_gradient_again(dx, src, weights, call->cols, max, a, b);
    elem_put(dx + target, (float)slopes.at_target);
}

VACT_INLINE double cross_entropy_dy(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares, size_t r)
{
    const bool reduced = call->reduction != VACT_REDUCTION_NONE;
    const double dy = call->dy ? (double)call->dy[reduced ? 0 : r] : 1.0;
    return dy * shares->scale;
}

VACT_INLINE void cross_entropy_write_log_probabilities(const vacti_cross_entropy_call *call, const elem *src, size_t r,
                                                       float max, double log)
{
    log_softmax_results((elem *)call->log_probabilities + r * call->log_probabilities_stride, src, call->cols,
                        log_softmax_level_of(max + 0.0f, log), false);
}

VACT_INLINE cross_entropy_row cross_entropy_walk(const vacti_cross_entropy_call *call,
                                                 const cross_entropy_shares *shares, size_t r, size_t target)
{
    const elem *src = cross_entropy_logits(call, r);
    float max = row_max(src, call->cols);
    cross_entropy_row row = {0.0, (double)max - (double)elem_value(src + target), 0.0,
                             cross_entropy_weight(call, target)};
    if (shares->smooth > 0.0)
        row.spread = cross_entropy_spread(src, call->weights, call->cols, vf_set1(max));
    elem *dx = cross_entropy_dx(call, r);
    row.rest = cross_entropy_rest(dx ? elem_lanes(dx) : NULL, src, call->cols, max);
    row.rest += (double)(max - max); /* adds 0, or NaN where the maximum is infinite */
    if (dx)
        cross_entropy_finish(call, shares, &row, dx, src, max, target, cross_entropy_dy(call, shares, r));
    return row;
}

/* Rich calls, and those that want log-probabilities ---------------------------------------------------------------- */

/* The loss of a row of a rich call. */
VACT_INLINE double cross_entropy_rich_loss(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                           const cross_entropy_row *row, const cross_entropy_rich *rich, float max)
{
    double loss;
    if (call->probabilities) {
        loss = row->spread + rich->mass * rich->log;
    } else {
        loss = shares->keep * row->weight * (row->distance + rich->log);
        if (shares->smooth > 0.0)
            loss += shares->smooth * (row->spread + shares->weights_total * rich->log);
    }
    if (call->z_loss != 0.0f) {
        const double level = (double)max + rich->log;
        loss += (double)call->z_loss * level * level;
    }
    return loss;
}

/* Where log-probabilities are to be written and dx is where the logits are, their exponentials are computed twice. */
VACT_INLINE bool cross_entropy_is_twice(const vacti_cross_entropy_call *call, const elem *src, const elem *dx)
{
    return ELEM_IS_LANE && call->log_probabilities && dx == src;
}

/* Stored in dx before, or computed again where elements have no room for lanes. */
VACT_INLINE vf cross_entropy_again(elem *dx, const elem *src, size_t i, size_t cols, float max)
{
    if (ELEM_IS_LANE)
        return rows_load_lanes(elem_lanes(dx), i, cols);
    const fast_softmax_row row = fast_softmax_row_of(max);
    return fast_softmax_near(max) ? cross_entropy_value(rows_load(src, i, cols), row, fast_softmax_parts_near)
                                  : cross_entropy_value(rows_load(src, i, cols), row, fast_softmax_parts_far);
}

/* dx_j = e_j*a - q_j*b. `exponentials`, a constant where elements have no room for lanes: false without e. */
VACT_INLINE void cross_entropy_rich_gradient(elem *dx, const elem *src, float max, bool exponentials,
                                             const cross_entropy_distances *distances, size_t cols,
                                             const cross_entropy_slopes *slopes)
{
    const vf a = vf_set1((float)slopes->a), b = vf_set1((float)slopes->b);
    for (size_t i = 0; i < cols; i += VF_LANES) {
        const vf e = exponentials ? cross_entropy_again(dx, src, i, cols, max) : vf_set1(0.0f);
        const sum_factors at = cross_entropy_factors(distances, i, cols - i < VF_LANES ? cols - i : VF_LANES);
        rows_store(dx, vf_fms(e, a, vf_mul(at.b, b)), i, cols);
    }
}

/* Of an ignored row only the log-probabilities are wanted. */
VACT_NOINLINE static void cross_entropy_rich_walk(cross_entropy_row *row, const vacti_cross_entropy_call *call,
                                                  const cross_entropy_shares *shares, size_t r, size_t target,
                                                  bool ignored)
{
    const elem *src = cross_entropy_logits(call, r);
    const elem *t = cross_entropy_probabilities(call, r);
    elem *dx = ignored ? NULL : cross_entropy_dx(call, r);
    *row = (cross_entropy_row){0.0, 0.0, 0.0, 0.0};
    if (call->cols == 0)
        return;
    cross_entropy_rich rich = {0.0, 0.0, 0.0};
    const float max = call->nll ? 0.0f : row_max(src, call->cols);
    if (!t)
        *row = (cross_entropy_row){0.0, (double)max - (double)elem_value(src + target), 0.0,
                                   cross_entropy_weight(call, target)};
    cross_entropy_distances distances = {
        vf_set1(max),         src, shares->smooth > 0.0 || t ? call->weights : NULL, t, (float)shares->keep,
        (float)shares->smooth};
    if (t || shares->smooth > 0.0)
        row->spread = cross_entropy_sum(&distances, call->cols, true) / (double)CROSS_ENTROPY_SPREAD;
    distances.src = NULL;
    if (t)
        rich.mass = cross_entropy_sum(&distances, call->cols, true);
    const bool twice = cross_entropy_is_twice(call, src, dx);
    if (!call->nll) {
        row->rest = cross_entropy_rest(dx && !twice ? elem_lanes(dx) : NULL, src, call->cols, max);
        row->rest += (double)(max - max);
        rich.log = log_softmax_log(row->rest);
    }
    if (call->log_probabilities)
        cross_entropy_write_log_probabilities(call, src, r, max, rich.log);
    if (twice)
        (void)cross_entropy_rest(elem_lanes(dx), src, call->cols, max);
    if (cross_entropy_is_rich(call))
        row->spread = cross_entropy_rich_loss(call, shares, row, &rich, max);
    if (!dx)
        return;
    const double e = t || call->nll ? 0.0 : cross_entropy_exponential(elem_lanes(dx), src, target, max);
    if (call->z_loss != 0.0f)
        rich.pull = 2.0 * (double)call->z_loss * ((double)max + rich.log);
    const cross_entropy_slopes slopes =
        cross_entropy_slopes_of(call, shares, row, &rich, e, cross_entropy_dy(call, shares, r));
    cross_entropy_rich_gradient(dx, src, max, !call->nll, &distances, call->cols, &slopes);
    if (!t)
        elem_put(dx + target, (float)slopes.at_target);
}

/* Losses ----------------------------------------------------------------------------------------------------------- */

/* The loss of a row. `rest` is R rounded to a float, `log` its log1p. */
VACT_INLINE double cross_entropy_loss(const cross_entropy_shares *shares, const cross_entropy_row *row, double log,
                                      double rest)
{
    double whole = log + (row->rest - rest) / (1.0 + rest); /* log S */
    double loss = shares->keep * row->weight * (row->distance + whole);
    return shares->smooth > 0.0 ? loss + shares->smooth * (row->spread + shares->weights_total * whole) : loss;
}

/* The losses of up to 64 rows from `first` on. */
VACT_ONCE static void cross_entropy_losses(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                           const cross_entropy_row *row, const bool *ignored, size_t first,
                                           size_t count, loss_lanes *sums)
{
    const bool rich = cross_entropy_is_rich(call);
    float rest[ROW_LANES], log[ROW_LANES], log_lo[ROW_LANES];
    for (size_t i = 0; i < ROW_LANES; i++)
        rest[i] = 0.0f;
    for (size_t i = 0; i < count && !rich; i++)
        if (!ignored[i])
            rest[i] = (float)row[i].rest;
    for (size_t i = 0; i < count; i += VF_LANES) {
        vf_pair pair = fast_log1p_pair(vf_load(rest + i));
        vf_store(log + i, pair.hi);
        vf_store(log_lo + i, pair.lo);
    }
    for (size_t i = 0; i < count; i++) {
        double log_rest = (double)log[i] + (double)log_lo[i], loss = 0.0;
        if (!ignored[i])
            loss = rich ? row[i].spread : cross_entropy_loss(shares, &row[i], log_rest, (double)rest[i]);
        if (call->reduction == VACT_REDUCTION_NONE)
            call->loss[first + i] = (float)loss;
        else
            sums->lane[(first + i) % ROW_LANES] += loss;
    }
}

#endif
