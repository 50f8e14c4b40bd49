/* The sums over a row that cross-entropy needs: of the exponentials without one winner, and of q_j*(max - x_j) and q_j
 * (loss/cross_entropy.h says what these are). */
#ifndef VACT_LOSS_CROSS_ENTROPY_SUMS_H
#define VACT_LOSS_CROSS_ENTROPY_SUMS_H

#include "math/fast/softmax.h"
#include "rows/axis_backward.h"

/* e^0 as math/fast/softmax.h gives it, and so the scale of all exponentials. */
#define CROSS_ENTROPY_UNIT 0x1p24f
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

/* The exponential alone, as it is stored. Of the maximum `rise` is 0. */
VACT_INLINE vf cross_entropy_value(vf x, fast_softmax_row row, cross_entropy_parts_fn *parts_of)
{
    const fast_softmax_parts parts = parts_of(x, row);
    return vf_fma(parts.power, parts.rise, parts.power);
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

VACT_ONCE static double cross_entropy_rest(float *lanes, const elem *src, size_t cols, float max)
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
    vf max;
    const elem *src; /* null: ones in place of the distances */
    const float *weights;
    const elem *probabilities; /* null: the weights alone */
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
        weight = cross_entropy_share(weight, rows_load(of->probabilities, i, i + n), of->keep, of->smooth);
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
    sum_products to;
    to.context = distances;
    row_sum_start(&to.sum);
    row_sums_rolled(&to.sum, 1, cols, cross_entropy_add_rich, &to);
    return row_sum_total_apart(&to.sum);
}

/* rich: a constant. */
VACT_INLINE double cross_entropy_sum(const cross_entropy_distances *distances, size_t cols, bool rich)
{
    const double sum = rich ? cross_entropy_near_rich(distances, cols) : cross_entropy_near_spread(distances, cols);
    return __builtin_fabs(sum) < 0x1p100 ? sum : sum_of_products_apart(cols, cross_entropy_distance_of, distances);
}

VACT_INLINE double cross_entropy_spread(const elem *src, const float *weights, size_t cols, vf max)
{
    const cross_entropy_distances distances = {max, src, weights, NULL, 0.0f, 0.0f};
    return cross_entropy_sum(&distances, cols, false) / (double)CROSS_ENTROPY_SPREAD;
}

#endif
