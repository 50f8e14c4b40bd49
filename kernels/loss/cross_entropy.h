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
 * What is computed once per row is in double, what is computed once per column in float vectors. The logarithms of 64
 * rows are taken at once. The weights of the targets and the losses of rows are summed over lanes, lane = row mod 64.
 */
#ifndef VACT_LOSS_CROSS_ENTROPY_H
#define VACT_LOSS_CROSS_ENTROPY_H

#include "loss/lanes.h"
#include "math/fast/log1p.h"
#include "math/fast/softmax.h"

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
    double spread;   /* sum_j w_j*(max - x_j), with label smoothing */
    double weight;   /* of the target */
} cross_entropy_row;

VACT_INLINE size_t cross_entropy_target(const vacti_cross_entropy_call *call, size_t row, bool *ignored)
{
    int64_t target = call->wide ? ((const int64_t *)call->targets)[row] : ((const int32_t *)call->targets)[row];
    *ignored = target == call->ignore_index;
    return (size_t)target;
}

VACT_INLINE double cross_entropy_weight(const vacti_cross_entropy_call *call, size_t column)
{
    return call->weights ? (double)call->weights[column] : 1.0;
}

typedef fast_softmax_parts cross_entropy_parts_fn(vf x, fast_softmax_row row);

/* Adds n <= VF_LANES exponentials from column i on to the lanes of a sum, and counts those of the winners apart. They
 * are 2^24*e^(x - max): 2^24 at the maximum, 0 for -inf, NaN for NaN. */
VACT_INLINE void cross_entropy_add(vf_pair *others, vf *winners, float *lanes, const elem *src, size_t i, size_t n,
                                   fast_softmax_row row, cross_entropy_parts_fn *parts_of)
{
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f);
    /* Beyond the row the maximum, which adds 0 to the others. Where it is not a number the row is NaN anyway. */
    vf x = n == VF_LANES ? elem_load(src + i) : vf_keep_first(elem_load_partial(src + i, n), n, row.max);
    vm winner = vm_eq(x, row.max);
    fast_softmax_parts parts = parts_of(x, row);
    vf power = vf_select(winner, zero, parts.power);
    vf e = vf_fma(power, parts.rise, power);
    vf e_lo = vf_fma(power, parts.rise, vf_sub(power, e));
    sum_pair_add(others, (vf_pair){e, e_lo});
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
 */
#define CROSS_ENTROPY_SPREAD 0x1p-20f

typedef struct {
    const elem *src;
    const float *weights;
    vf max;
} cross_entropy_distances;

VACT_INLINE sum_factors cross_entropy_distance(const cross_entropy_distances *of, size_t i, size_t n)
{
    const vf one = vf_set1(1.0f), zero = vf_set1(0.0f), scale = vf_set1(CROSS_ENTROPY_SPREAD);
    const bool whole = n == VF_LANES;
    vf x = whole ? elem_load(of->src + i) : elem_load_partial(of->src + i, n);
    vf weight = of->weights ? whole ? vf_load(of->weights + i) : vf_load_partial(of->weights + i, n) : one;
    /* An FMA, so that no product feeds the difference (vec/contract.h). */
    vf distance = vf_sub(vf_fma(of->max, scale, zero), vf_fma(x, scale, zero));
    return (sum_factors){whole ? distance : vf_keep_first(distance, n, zero), weight};
}

static sum_factors cross_entropy_distance_of(const void *of, size_t i, size_t n)
{
    return cross_entropy_distance(of, i, n);
}

VACT_INLINE void cross_entropy_add_distance(void *context, size_t i, size_t n, size_t k)
{
    sum_products *to = context;
    sum_add_product(to, k, cross_entropy_distance(to->context, i, n));
}

VACT_NOINLINE static double cross_entropy_near_spread(const cross_entropy_distances *distances, size_t cols)
{
    return sum_of_products(cols, cross_entropy_add_distance, distances);
}

VACT_INLINE double cross_entropy_spread(const elem *src, const float *weights, size_t cols, vf max)
{
    const cross_entropy_distances distances = {src, weights, max};
    double sum = cross_entropy_near_spread(&distances, cols);
    if (!(__builtin_fabs(sum) < 0x1p100))
        sum = sum_of_products_apart(cols, cross_entropy_distance_of, &distances);
    return sum / (double)CROSS_ENTROPY_SPREAD;
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

/* Turns the exponentials into dy*(d loss/d x). */
VACT_INLINE void cross_entropy_finish(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                      const cross_entropy_row *row, elem *dx, size_t target, double dy)
{
    double target_share = (shares->keep + shares->smooth) * row->weight;
    double other_shares = shares->smooth * (shares->weights_total - row->weight);
    double sum = 1.0 + row->rest;
    const float *exponentials = elem_lanes(dx);
    double exponential = (double)exponentials[target] / (double)CROSS_ENTROPY_UNIT;
    double others = row->distance == 0.0 ? row->rest : sum - exponential;
    double per_exponential = dy * (target_share + other_shares) / (sum * (double)CROSS_ENTROPY_UNIT);
    const float *weights = shares->smooth > 0.0 ? call->weights : NULL;
    vf a = vf_set1((float)per_exponential), b = vf_set1((float)(dy * shares->smooth));
    cross_entropy_gradient(dx, exponentials, weights, call->cols, a, b);
    dx[target] = (float)(dy * (other_shares - (target_share + other_shares) * (others / sum)));
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
    if (dx) {
        bool reduced = call->reduction != VACT_REDUCTION_NONE;
        double dy = call->dy ? (double)call->dy[reduced ? 0 : r] : 1.0;
        cross_entropy_finish(call, shares, &row, dx, target, dy * shares->scale);
    }
    return row;
}

/* The loss of a row. `rest` is R rounded to a float, `log` its log1p. */
VACT_INLINE double cross_entropy_loss(const cross_entropy_shares *shares, const cross_entropy_row *row, double log,
                                      double rest)
{
    double whole = log + (row->rest - rest) / (1.0 + rest); /* log S */
    double loss = shares->keep * row->weight * (row->distance + whole);
    return shares->smooth > 0.0 ? loss + shares->smooth * (row->spread + shares->weights_total * whole) : loss;
}

/* The losses or the gradients, or both, of up to 64 rows from `first` on. */
VACT_INLINE void cross_entropy_block(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                     size_t first, size_t count, loss_lanes *sums)
{
    cross_entropy_row row[ROW_LANES];
    float rest[ROW_LANES], log[ROW_LANES], log_lo[ROW_LANES];
    bool ignored[ROW_LANES];
    for (size_t i = 0; i < ROW_LANES; i++)
        rest[i] = 0.0f;
    for (size_t i = 0; i < count; i++) {
        size_t target = cross_entropy_target(call, first + i, &ignored[i]);
        if (ignored[i]) {
            for (size_t j = 0; call->dx && j < call->cols; j++)
                call->dx[(first + i) * call->dx_stride + j] = 0.0f;
            continue;
        }
        row[i] = cross_entropy_walk(call, shares, first + i, target);
        rest[i] = (float)row[i].rest;
    }
    if (call->loss == NULL)
        return;
    for (size_t i = 0; i < count; i += VF_LANES) {
        vf_pair pair = fast_log1p_pair(vf_load(rest + i));
        vf_store(log + i, pair.hi);
        vf_store(log_lo + i, pair.lo);
    }
    for (size_t i = 0; i < count; i++) {
        double log_rest = (double)log[i] + (double)log_lo[i];
        double loss = ignored[i] ? 0.0 : cross_entropy_loss(shares, &row[i], log_rest, (double)rest[i]);
        if (call->reduction == VACT_REDUCTION_NONE)
            call->loss[first + i] = (float)loss;
        else
            sums->lane[i] += loss;
    }
}

VACT_INLINE double cross_entropy_targets_weight(const vacti_cross_entropy_call *call)
{
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
    double divisor = mean ? cross_entropy_targets_weight(call) : 1.0;
    cross_entropy_shares shares = {1.0 - (double)call->smoothing, 0.0, 0.0, 1.0 / divisor};
    if (call->smoothing > 0.0f) {
        shares.smooth = (double)call->smoothing / (double)call->cols;
        shares.weights_total = cross_entropy_weights_total(call);
    }
    loss_lanes sums = {{0.0}};
    for (size_t first = 0; first < call->rows; first += ROW_LANES) {
        size_t count = call->rows - first < ROW_LANES ? call->rows - first : ROW_LANES;
        cross_entropy_block(call, &shares, first, count, &sums);
    }
    if (call->loss && call->reduction != VACT_REDUCTION_NONE)
        *call->loss = (float)(loss_lanes_total(&sums) / divisor);
}

#endif
