/*
 * Cross-entropy from logits. With e_j = e^(x_j - max), S = sum_j e_j and t the target, in a row of C classes:
 *
 *   loss = q_t*(log S + max - x_t)             without label smoothing: q_t = w_t
 *   loss = sum_j q_j*(log S + max - x_j)       with smoothing s: q_j = w_j*s/C, plus w_t*(1 - s) for the target
 *   d loss/d x_j = Q*e_j/S - q_j               Q = sum_j q_j
 *
 * S is carried as 1 + R, R the sum without one winner (act/sleef/log_softmax.h), and log S as log1p(R). So every term
 * of a loss is at least 0, and R keeps its digits where one logit is far above the others. The gradient at the target,
 * where Q*e_t/S and q_t nearly agree, is (Q - q_t) - Q*(S - e_t)/S. There S - e_t is R where the target wins, and
 * otherwise at least 1.
 *
 * The exponentials are those of math/fast/softmax.h, scaled by 2^24, and the sum also takes what each loses in
 * rounding. Over sampled rows (tests/test_losses_error.c) a loss is off by at most 0.84 ULP, 1.81 with smoothing, a
 * gradient by 2.16 and 2.48.
 *
 * With class probabilities t_j, q_j = w_j*((1 - s)*t_j + s/C); the loss is sum_j q_j*(max - x_j) + Q*log S. With
 * log-probabilities in place of logits max and log S are 0, and the gradient is -q_j. A z-loss adds z*(max + log S)^2.
 *
 * What is computed once per row is in double, what is computed once per column in float vectors. The logarithms of 64
 * rows are taken at once. The weights of the targets and the losses of rows are summed over lanes, lane = row mod 64.
 */
#ifndef VACT_LOSS_CROSS_ENTROPY_H
#define VACT_LOSS_CROSS_ENTROPY_H

#include "loss/lanes.h"
#include "math/fast/log1p.h"
#include "math/fast/softmax.h"
#include "rows/axis_backward.h"

/* e^0 as math/fast/softmax.h gives it, and so the scale of all exponentials. */
#define CROSS_ENTROPY_UNIT 0x1p24f

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

typedef fast_softmax_parts cross_entropy_parts_fn(vf x, fast_softmax_row row);

/* Adds exponentials, but not those of winners. Returns them. */
VACT_INLINE vf cross_entropy_add_parts(vf_pair *others, vm winner, fast_softmax_parts parts)
{
    vf power = vf_select(winner, vf_set1(0.0f), parts.power);
    vf e = vf_fma(power, parts.rise, power);
    vf e_lo = vf_fma(power, parts.rise, vf_sub(power, e));
    sum_pair_add(others, (vf_pair){e, e_lo});
    return e;
}

/* Adds n <= VF_LANES exponentials from column i on to the lanes of a sum, and counts those of the winners apart. They
 * are 2^24*e^(x - max): 2^24 at the maximum, 0 for -inf, NaN for NaN. */
VACT_INLINE void cross_entropy_add(vf_pair *others, vf *winners, float *lanes, const elem *src, size_t i, size_t n,
                                   fast_softmax_row row, cross_entropy_parts_fn *parts_of)
{
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f);
    /* Beyond the row the maximum, which adds 0 to the others. Where it is not a number the row is NaN anyway. */
    vf x = n == VF_LANES ? elem_load(src + i) : vf_keep_first(elem_load_partial(src + i, n), n, row.max);
    vm winner = vm_eq(x, row.max);
    vf e = cross_entropy_add_parts(others, winner, parts_of(x, row));
    vf count = vf_select(winner, one, zero);
    *winners = vf_add(*winners, n == VF_LANES ? count : vf_keep_first(count, n, zero));
    if (lanes == NULL)
        return;
    vf stored = vf_select(winner, vf_set1(CROSS_ENTROPY_UNIT), e);
    if (n == VF_LANES)
        vf_store(lanes + i, stored);
    else
        vf_store_partial(lanes + i, stored, n);
}

/* The sum of the lanes of a count: exact in any order. */
VACT_INLINE double cross_entropy_count(vf winners)
{
    if (VF_LANES >= 16)
        winners = vf_add(winners, vf_exchange(winners, 8));
    if (VF_LANES >= 8)
        winners = vf_add(winners, vf_exchange(winners, 4));
    if (VF_LANES >= 4) {
        winners = vf_add(winners, vf_exchange(winners, 2));
        winners = vf_add(winners, vf_exchange(winners, 1));
    }
    return (double)sum_first_lane(winners);
}

/* The sums of the blocks before this one. */
typedef struct {
    row_sum others;
    double winners;
} cross_entropy_blocks;

VACT_NOINLINE static void cross_entropy_end_block(cross_entropy_blocks *blocks, vf winners, bool first)
{
    blocks->others.is_long = !first;
    row_sum_end_block(&blocks->others);
    blocks->winners = (first ? 0.0 : blocks->winners) + cross_entropy_count(winners);
}

/* Returns R. Stores the exponentials if `lanes` is not null. */
VACT_INLINE double cross_entropy_rest_by(float *lanes, const elem *src, size_t cols, fast_softmax_row row,
                                         cross_entropy_parts_fn *parts_of)
{
    const vf_pair nothing = {vf_set1(0.0f), vf_set1(0.0f)};
    vf_pair others[ROW_VECTORS]; /* apart from the blocks, so that they stay in registers */
    vf winners = nothing.hi;
    cross_entropy_blocks blocks;
    for (size_t k = 0; k < ROW_VECTORS; k++)
        others[k] = nothing;
    size_t i = 0;
    while (i < cols) {
        if (__builtin_expect(i > 0, 0)) {
            for (size_t k = 0; k < ROW_VECTORS; k++) {
                blocks.others.lane[k] = others[k];
                others[k] = nothing;
            }
            cross_entropy_end_block(&blocks, winners, i == SUM_BLOCK);
            winners = nothing.hi;
        }
        const size_t end = cols - i <= SUM_BLOCK ? cols : i + SUM_BLOCK;
        for (; end - i >= ROW_LANES; i += ROW_LANES)
            for (size_t k = 0; k < ROW_VECTORS; k++)
                cross_entropy_add(&others[k], &winners, lanes, src, i + k * VF_LANES, VF_LANES, row, parts_of);
        for (size_t k = 0; k < ROW_VECTORS && i < end; k++, i += VF_LANES)
            cross_entropy_add(&others[k], &winners, lanes, src, i, end - i < VF_LANES ? end - i : VF_LANES, row,
                              parts_of);
    }
    const double repeated = cross_entropy_count(winners) - 1.0;
    if (__builtin_expect(cols <= SUM_BLOCK, 1))
        return repeated + sum_tree_total(others) / (double)CROSS_ENTROPY_UNIT;
    for (size_t k = 0; k < ROW_VECTORS; k++)
        blocks.others.lane[k] = others[k];
    return (blocks.winners + repeated) + row_sum_long_total(&blocks.others) / (double)CROSS_ENTROPY_UNIT;
}

VACT_NOINLINE static double cross_entropy_rest(float *lanes, const elem *src, size_t cols, float max)
{
    const fast_softmax_row row = fast_softmax_row_of(max);
    return fast_softmax_near(max) ? cross_entropy_rest_by(lanes, src, cols, row, fast_softmax_parts_near)
                                  : cross_entropy_rest_by(lanes, src, cols, row, fast_softmax_parts_far);
}

/* sum_j w_j*(max - x_j) is scaled by 2^-20, since the difference of two floats and a sum of some may leave their range.
 * What is subnormal then does not count beside log S, which is at least ln 2 if a logit is that close to the maximum.
 * Of log-probabilities, which have no log S, it costs 2^-129 of a weight at the most. */
#define CROSS_ENTROPY_SPREAD 0x1p-20f

typedef struct {
    const elem *src; /* null: ones in place of the distances */
    const float *weights;
    vf max;
    const float *probabilities; /* null: the weights alone */
    float keep, smooth;
} cross_entropy_distances;

/* max - x, scaled. An FMA, so that no product feeds the difference (vec/contract.h). */
VACT_INLINE vf cross_entropy_distance(vf max, vf x)
{
    const vf zero = vf_set1(0.0f), scale = vf_set1(CROSS_ENTROPY_SPREAD);
    return vf_sub(vf_fma(max, scale, zero), vf_fma(x, scale, zero));
}

/* q_j of probabilities t and weights w. */
VACT_INLINE vf cross_entropy_share(vf weight, vf t, float keep, float smooth)
{
    return vf_mul(weight, vf_fma(vf_set1(keep), t, vf_set1(smooth)));
}

VACT_INLINE sum_factors cross_entropy_plain_factors(const cross_entropy_distances *of, size_t i, size_t n)
{
    const vf one = vf_set1(1.0f), zero = vf_set1(0.0f);
    const bool whole = n == VF_LANES;
    vf x = whole ? elem_load(of->src + i) : elem_load_partial(of->src + i, n);
    vf weight = of->weights ? whole ? vf_load(of->weights + i) : vf_load_partial(of->weights + i, n) : one;
    vf distance = cross_entropy_distance(of->max, x);
    return (sum_factors){whole ? distance : vf_keep_first(distance, n, zero), weight};
}

/* With probabilities, or ones in place of distances. */
VACT_INLINE sum_factors cross_entropy_factors(const cross_entropy_distances *of, size_t i, size_t n)
{
    vf weight = of->weights ? rows_load_lanes(of->weights, i, i + n) : vf_set1(1.0f), distance = vf_set1(1.0f);
    if (of->probabilities)
        weight = cross_entropy_share(weight, rows_load_lanes(of->probabilities, i, i + n), of->keep, of->smooth);
    if (of->src)
        distance = cross_entropy_distance(of->max, rows_load(of->src, i, i + n));
    return (sum_factors){n < VF_LANES ? vf_keep_first(distance, n, vf_set1(0.0f)) : distance, weight};
}

static sum_factors cross_entropy_distance_of(const void *of, size_t i, size_t n)
{
    return cross_entropy_factors(of, i, n);
}

VACT_INLINE void cross_entropy_add_distance(void *context, size_t i, size_t n, size_t k)
{
    sum_products *to = context;
    sum_add_product(to, k, cross_entropy_plain_factors(to->context, i, n));
}

VACT_NOINLINE static double cross_entropy_near_spread(const cross_entropy_distances *distances, size_t cols)
{
    return sum_of_products(cols, cross_entropy_add_distance, distances);
}

VACT_INLINE void cross_entropy_add_rich(void *context, size_t i, size_t n, size_t k)
{
    sum_products *to = context;
    sum_add_product(to, k, cross_entropy_factors(to->context, i, n));
}

VACT_NOINLINE static double cross_entropy_near_rich(const cross_entropy_distances *distances, size_t cols)
{
    return sum_of_products(cols, cross_entropy_add_rich, distances);
}

/* rich: a constant. */
VACT_INLINE double cross_entropy_sum(const cross_entropy_distances *distances, size_t cols, bool rich)
{
    const double sum = rich ? cross_entropy_near_rich(distances, cols) : cross_entropy_near_spread(distances, cols);
    return __builtin_fabs(sum) < 0x1p100 ? sum : sum_of_products_apart(cols, cross_entropy_distance_of, distances);
}

VACT_INLINE double cross_entropy_spread(const elem *src, const float *weights, size_t cols, vf max)
{
    const cross_entropy_distances distances = {src, weights, max, NULL, 0.0f, 0.0f};
    return cross_entropy_sum(&distances, cols, false) / (double)CROSS_ENTROPY_SPREAD;
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

/* Turns the exponentials into dy*(d loss/d x). */
VACT_INLINE void cross_entropy_finish(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                      const cross_entropy_row *row, elem *dx, size_t target, double dy)
{
    const float *exponentials = elem_lanes(dx);
    double exponential = (double)exponentials[target] / (double)CROSS_ENTROPY_UNIT;
    const cross_entropy_slopes slopes = cross_entropy_slopes_of(call, shares, row, NULL, exponential, dy);
    const float *weights = shares->smooth > 0.0 ? call->weights : NULL;
    vf a = vf_set1((float)slopes.a), b = vf_set1((float)slopes.b);
    cross_entropy_gradient(dx, exponentials, weights, call->cols, a, b);
    dx[target] = (float)slopes.at_target;
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
    log_softmax_results(call->log_probabilities + r * call->log_probabilities_stride, src, call->cols,
                        log_softmax_level_of(max + 0.0f, log), false);
}

VACT_INLINE cross_entropy_row cross_entropy_walk(const vacti_cross_entropy_call *call,
                                                 const cross_entropy_shares *shares, size_t r, size_t target)
{
    const elem *src = call->logits + r * call->stride;
    float max = row_max(src, call->cols);
    cross_entropy_row row = {0.0, (double)max - (double)src[target], 0.0, cross_entropy_weight(call, target)};
    if (shares->smooth > 0.0)
        row.spread = cross_entropy_spread(src, call->weights, call->cols, vf_set1(max));
    elem *dx = call->dx ? call->dx + r * call->dx_stride : NULL;
    row.rest = cross_entropy_rest(dx ? elem_lanes(dx) : NULL, src, call->cols, max);
    row.rest += (double)(max - max); /* adds 0, or NaN where the maximum is infinite */
    if (dx)
        cross_entropy_finish(call, shares, &row, dx, target, cross_entropy_dy(call, shares, r));
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
    return call->log_probabilities && dx == src;
}

/* dx_j = e_j*a - q_j*b. `exponentials` null: without e. */
VACT_INLINE void cross_entropy_rich_gradient(elem *dx, const float *exponentials,
                                             const cross_entropy_distances *distances, size_t cols,
                                             const cross_entropy_slopes *slopes)
{
    const vf a = vf_set1((float)slopes->a), b = vf_set1((float)slopes->b);
    for (size_t i = 0; i < cols; i += VF_LANES) {
        const vf e = exponentials ? rows_load_lanes(exponentials, i, cols) : vf_set1(0.0f);
        const sum_factors at = cross_entropy_factors(distances, i, cols - i < VF_LANES ? cols - i : VF_LANES);
        rows_store(dx, vf_fms(e, a, vf_mul(at.b, b)), i, cols);
    }
}

/* Of an ignored row only the log-probabilities are wanted. */
VACT_NOINLINE static void cross_entropy_rich_walk(cross_entropy_row *row, const vacti_cross_entropy_call *call,
                                                  const cross_entropy_shares *shares, size_t r, size_t target,
                                                  bool ignored)
{
    const elem *src = call->logits + r * call->stride;
    const float *t = call->probabilities ? call->probabilities + r * call->probabilities_stride : NULL;
    elem *dx = call->dx && !ignored ? call->dx + r * call->dx_stride : NULL;
    *row = (cross_entropy_row){0.0, 0.0, 0.0, 0.0};
    if (call->cols == 0)
        return;
    cross_entropy_rich rich = {0.0, 0.0, 0.0};
    const float max = call->nll ? 0.0f : row_max(src, call->cols);
    if (!t)
        *row = (cross_entropy_row){0.0, (double)max - (double)src[target], 0.0, cross_entropy_weight(call, target)};
    cross_entropy_distances distances = {src,
                                         shares->smooth > 0.0 || t ? call->weights : NULL,
                                         vf_set1(max),
                                         t,
                                         (float)shares->keep,
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
    const float *exponentials = call->nll ? NULL : elem_lanes(dx);
    const double e = t || call->nll ? 0.0 : (double)exponentials[target] / (double)CROSS_ENTROPY_UNIT;
    if (call->z_loss != 0.0f)
        rich.pull = 2.0 * (double)call->z_loss * ((double)max + rich.log);
    const cross_entropy_slopes slopes =
        cross_entropy_slopes_of(call, shares, row, &rich, e, cross_entropy_dy(call, shares, r));
    cross_entropy_rich_gradient(dx, exponentials, &distances, call->cols, &slopes);
    if (!t)
        dx[target] = (float)slopes.at_target;
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

/* The losses or the gradients, or both, of up to 64 rows from `first` on. */
VACT_INLINE void cross_entropy_block(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                     size_t first, size_t count, loss_lanes *sums)
{
    const bool plain = !cross_entropy_is_rich(call) && !call->log_probabilities;
    cross_entropy_row row[ROW_LANES];
    bool ignored[ROW_LANES];
    for (size_t i = 0; i < count; i++) {
        const size_t r = first + i;
        if (plain) {
            const size_t target = cross_entropy_target(call, r, &ignored[i]);
            if (!ignored[i])
                row[i] = cross_entropy_walk(call, shares, r, target);
        } else {
            const size_t target = cross_entropy_target_if_any(call, r, &ignored[i]);
            if (!ignored[i] || call->log_probabilities)
                cross_entropy_rich_walk(&row[i], call, shares, r, target, ignored[i]);
        }
        for (size_t j = 0; ignored[i] && call->dx && j < call->cols; j++)
            call->dx[r * call->dx_stride + j] = 0.0f;
    }
    if (call->loss)
        cross_entropy_losses(call, shares, row, ignored, first, count, sums);
}

/* Columns ---------------------------------------------------------------------------------------------------------- */

/* Classes that are not adjacent: vectors run across `inner` (rows/axis.h), with the bits of rows. */
typedef struct {
    axis_columns columns;
    const cross_entropy_distances *distances;
} cross_entropy_axis;

VACT_INLINE sum_factors cross_entropy_axis_factors(const void *context, size_t a)
{
    const cross_entropy_axis *axis = context;
    const cross_entropy_distances *of = axis->distances;
    const size_t n = axis->columns.n, at = a * axis->columns.stride;
    vf weight = vf_set1(of->weights ? of->weights[a] : 1.0f);
    if (of->probabilities)
        weight = cross_entropy_share(weight, rows_load_lanes(of->probabilities + at, 0, n), of->keep, of->smooth);
    /* Beyond the last column the distance is 0, as the maximum is. */
    return (sum_factors){of->src ? cross_entropy_distance(of->max, rows_load(of->src + at, 0, n)) : vf_set1(1.0f),
                         weight};
}

static sum_factors cross_entropy_axis_factors_of(const void *axis, size_t a)
{
    return cross_entropy_axis_factors(axis, a);
}

VACT_INLINE void cross_entropy_axis_sums(double sums[VF_LANES], const cross_entropy_axis *axis)
{
    const axis_products products = {cross_entropy_axis_factors_of, axis, axis->columns.axis, false};
    axis_totals(sums, axis_sum_of(products.axis, SUM_BLOCK, axis_products_group, &products));
    if (!axis_sums_are_sound(sums))
        axis_sums_apart(sums, &products);
}

/* The exponentials of each column: near or far (math/fast/softmax.h) by its maximum. */
typedef struct {
    const axis_columns *columns;
    fast_softmax_row near_row, far_row; /* 0 in lanes of the other kind */
    vf max;
    vm near;
    bool all_near, store;
} cross_entropy_axis_rest;

VACT_INLINE void cross_entropy_axis_add(const void *context, size_t a, vf_pair *lane)
{
    const cross_entropy_axis_rest *of = context;
    const axis_columns *c = of->columns;
    const vf x = axis_load(c->src + a * c->stride, c), zero = vf_set1(0.0f);
    const vm winner = vm_eq(x, of->max);
    fast_softmax_parts parts;
    if (of->all_near) {
        parts = fast_softmax_parts_near(x, of->near_row);
    } else {
        const fast_softmax_parts near = fast_softmax_parts_near(vf_select(of->near, x, zero), of->near_row);
        const fast_softmax_parts far = fast_softmax_parts_far(vf_select(of->near, zero, x), of->far_row);
        parts.power = vf_select(of->near, near.power, far.power);
        parts.rise = vf_select(of->near, near.rise, far.rise);
    }
    const vf e = cross_entropy_add_parts(lane, winner, parts);
    if (of->store)
        rows_store_lanes(elem_lanes(c->dst + a * c->stride), vf_select(winner, vf_set1(CROSS_ENTROPY_UNIT), e), 0,
                         c->n);
}

static void cross_entropy_axis_group(axis_lanes *to, size_t first, size_t begin, size_t end, const void *rest)
{
    const axis_steps steps = {cross_entropy_axis_add, axis_clear, axis_keep, axis_keep};
    cross_entropy_axis_rest here = *(const cross_entropy_axis_rest *)rest; /* copies, as in axis_near_group */
    const axis_columns columns = *here.columns;
    here.columns = &columns;
    axis_group_of(to, first, begin, end, &steps, &here);
}

/* How many elements of each column are the maximum. A float counts exactly up to 2^24. */
VACT_INLINE void cross_entropy_axis_winners(double winners[VF_LANES], const axis_columns *c, vf max)
{
    const size_t most = (size_t)1 << 24;
    const vf zero = vf_set1(0.0f), one = vf_set1(1.0f);
    float counted[VF_LANES];
    for (size_t lane = 0; lane < VF_LANES; lane++)
        winners[lane] = 0.0;
    for (size_t begin = 0; begin < c->axis; begin += most) {
        const size_t end = c->axis - begin < most ? c->axis : begin + most;
        vf count = zero;
        for (size_t a = begin; a < end; a++)
            count = vf_add(count, vf_select(vm_eq(axis_load(c->src + a * c->stride, c), max), one, zero));
        vf_store(counted, count);
        for (size_t lane = 0; lane < VF_LANES; lane++)
            winners[lane] += (double)counted[lane];
    }
}

/* cross_entropy_rest of each column. Stores the exponentials if `store`. */
VACT_NOINLINE static void cross_entropy_axis_rests(double rests[VF_LANES], const axis_columns *c, vf max, bool store)
{
    const vf zero = vf_set1(0.0f);
    const vm near = vm_le(vf_abs(max), vf_set1(0x1p8f)); /* fast_softmax_near */
    const cross_entropy_axis_rest rest = {c,
                                          fast_softmax_row_of_lanes(vf_select(near, max, zero)),
                                          fast_softmax_row_of_lanes(vf_select(near, zero, max)),
                                          max,
                                          near,
                                          vm_all(near),
                                          store};
    double winners[VF_LANES];
    float maxima[VF_LANES];
    cross_entropy_axis_winners(winners, c, max);
    axis_totals(rests, axis_sum_of(c->axis, SUM_BLOCK, cross_entropy_axis_group, &rest));
    vf_store(maxima, max);
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        rests[lane] = (winners[lane] - 1.0) + rests[lane] / (double)CROSS_ENTROPY_UNIT;
        rests[lane] += (double)(maxima[lane] - maxima[lane]);
    }
}

VACT_INLINE vf cross_entropy_axis_max(const axis_columns *c)
{
    vf max = vf_set1(-__builtin_inff());
    for (size_t a = 0; a < c->axis; a++)
        max = vf_max(max, axis_load(c->src + a * c->stride, c));
    return max;
}

/* dx = e*a - q*b in columns that count, 0 in others. `exponentials`: they are in dx. */
VACT_INLINE void cross_entropy_axis_gradient(const cross_entropy_axis *axis, bool exponentials, vf a, vf b, vm counts)
{
    const axis_columns *c = &axis->columns;
    const vf zero = vf_set1(0.0f);
    for (size_t j = 0; j < c->axis; j++) {
        elem *dx = c->dst + j * c->stride;
        const vf e = exponentials ? rows_load_lanes(elem_lanes(dx), 0, c->n) : zero;
        const vf weight = cross_entropy_axis_factors(axis, j).b;
        rows_store(dx, vf_select(counts, vf_fms(e, a, vf_mul(weight, b)), zero), 0, c->n);
    }
}

/* n <= VF_LANES columns, from row r on. */
VACT_NOINLINE static void cross_entropy_few_columns(const vacti_cross_entropy_call *call,
                                                    const cross_entropy_shares *shares, size_t r, size_t n,
                                                    loss_lanes *sums)
{
    const size_t o = r / call->inner, i = r % call->inner, stride = call->inner;
    const elem *src = call->logits + o * call->stride + i;
    const float *t = call->probabilities ? call->probabilities + o * call->probabilities_stride + i : NULL;
    elem *dx = call->dx ? call->dx + o * call->dx_stride + i : NULL;
    const bool rich = cross_entropy_is_rich(call), twice = cross_entropy_is_twice(call, src, dx);
    cross_entropy_row row[VF_LANES];
    bool ignored[VF_LANES];
    size_t target[VF_LANES];
    double spread[VF_LANES] = {0.0}, mass[VF_LANES] = {0.0}, rest[VF_LANES] = {0.0};
    float maxima[VF_LANES], a[VF_LANES] = {0.0f}, b[VF_LANES] = {0.0f}, counts[VF_LANES] = {0.0f};
    float at_target[VF_LANES] = {0.0f};
    cross_entropy_axis axis = {{src, dx, call->cols, stride, n}, NULL};
    const vf max = call->nll ? vf_set1(0.0f) : cross_entropy_axis_max(&axis.columns);
    cross_entropy_distances distances = {
        src, shares->smooth > 0.0 || t ? call->weights : NULL, max, t, (float)shares->keep, (float)shares->smooth};
    axis.distances = &distances;
    vf_store(maxima, max);
    for (size_t lane = 0; lane < n; lane++) {
        target[lane] = cross_entropy_target_if_any(call, r + lane, &ignored[lane]);
        row[lane] = (cross_entropy_row){0.0, 0.0, 0.0, 0.0};
        if (!t && call->cols > 0)
            row[lane] = (cross_entropy_row){0.0, (double)maxima[lane] - (double)src[target[lane] * stride + lane], 0.0,
                                            cross_entropy_weight(call, target[lane])};
    }
    if (t || shares->smooth > 0.0)
        cross_entropy_axis_sums(spread, &axis);
    distances.src = NULL;
    if (t)
        cross_entropy_axis_sums(mass, &axis);
    if (!call->nll)
        cross_entropy_axis_rests(rest, &axis.columns, max, dx && !twice);
    if (call->log_probabilities) {
        elem *to = call->log_probabilities + o * call->log_probabilities_stride + i;
        float hi[VF_LANES], minus_lo[VF_LANES];
        log_softmax_levels(hi, minus_lo, vf_add(max, vf_set1(0.0f)), rest);
        for (size_t j = 0; j < call->cols; j++) {
            const vf x = rows_load(src + j * stride, 0, n);
            rows_store(to + j * stride, log_softmax_result(x, vf_load(hi), vf_load(minus_lo)), 0, n);
        }
    }
    if (twice)
        cross_entropy_axis_rests(rest, &axis.columns, max, true);
    for (size_t lane = 0; lane < n && call->cols > 0; lane++) {
        cross_entropy_rich more = {mass[lane], rich && !call->nll ? log_softmax_log(rest[lane]) : 0.0, 0.0};
        const size_t at = target[lane] * stride + lane;
        row[lane].spread = spread[lane] / (double)CROSS_ENTROPY_SPREAD;
        row[lane].rest = rest[lane];
        if (rich)
            row[lane].spread = cross_entropy_rich_loss(call, shares, &row[lane], &more, maxima[lane]);
        if (!dx || ignored[lane])
            continue;
        if (call->z_loss != 0.0f)
            more.pull = 2.0 * (double)call->z_loss * ((double)maxima[lane] + more.log);
        const double e = t || call->nll ? 0.0 : (double)elem_lanes(dx)[at] / (double)CROSS_ENTROPY_UNIT;
        const double dy = cross_entropy_dy(call, shares, r + lane);
        const cross_entropy_slopes slopes =
            cross_entropy_slopes_of(call, shares, &row[lane], rich ? &more : NULL, e, dy);
        a[lane] = (float)slopes.a;
        b[lane] = (float)slopes.b;
        at_target[lane] = (float)slopes.at_target;
        counts[lane] = 1.0f;
    }
    if (dx)
        cross_entropy_axis_gradient(&axis, !call->nll, vf_load(a), vf_load(b), vm_lt(vf_set1(0.0f), vf_load(counts)));
    for (size_t lane = 0; dx && !t && lane < n; lane++)
        if (!ignored[lane])
            dx[target[lane] * stride + lane] = at_target[lane];
    if (call->loss)
        cross_entropy_losses(call, shares, row, ignored, r, n, sums);
}

VACT_INLINE void cross_entropy_columns(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                       loss_lanes *sums)
{
    for (size_t r = 0, i = 0; r < call->rows; i = 0)
        for (; i < call->inner; i += VF_LANES) {
            const size_t n = call->inner - i < VF_LANES ? call->inner - i : VF_LANES;
            cross_entropy_few_columns(call, shares, r, n, sums);
            r += n;
        }
}

/* All ------------------------------------------------------------------------------------------------------------- */

/* What the mean divides by. */
VACT_INLINE double cross_entropy_divisor(const vacti_cross_entropy_call *call)
{
    if (call->probabilities)
        return call->cols > 0 ? (double)call->rows : 0.0;
    loss_lanes sums = {{0.0}};
    for (size_t r = 0; r < call->rows; r++) {
        bool ignored;
        size_t target = cross_entropy_target(call, r, &ignored);
        if (!ignored)
            sums.lane[r % ROW_LANES] += cross_entropy_weight(call, target);
    }
    return loss_lanes_total(&sums);
}

VACT_INLINE double cross_entropy_weights_total(const vacti_cross_entropy_call *call)
{
    if (!call->weights)
        return (double)call->cols;
    loss_lanes sums = {{0.0}};
    for (size_t j = 0; j < call->cols; j++)
        sums.lane[j % ROW_LANES] += (double)call->weights[j];
    return loss_lanes_total(&sums);
}

VACT_INLINE void cross_entropy(const vacti_cross_entropy_call *call)
{
    bool mean = call->reduction == VACT_REDUCTION_MEAN;
    double divisor = mean ? cross_entropy_divisor(call) : 1.0;
    cross_entropy_shares shares = {1.0 - (double)call->smoothing, 0.0, 0.0, 1.0 / divisor};
    if (call->smoothing > 0.0f) {
        shares.smooth = (double)call->smoothing / (double)call->cols;
        shares.weights_total = cross_entropy_weights_total(call);
    }
    loss_lanes sums = {{0.0}};
    if (call->inner > 1) {
        cross_entropy_columns(call, &shares, &sums);
    } else {
        for (size_t first = 0; first < call->rows; first += ROW_LANES) {
            size_t count = call->rows - first < ROW_LANES ? call->rows - first : ROW_LANES;
            cross_entropy_block(call, &shares, first, count, &sums);
        }
    }
    if (call->loss && call->reduction != VACT_REDUCTION_NONE)
        *call->loss = (float)(loss_lanes_total(&sums) / divisor);
}

#endif
