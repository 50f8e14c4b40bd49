/* Cross-entropy of rows whose classes are not adjacent: vectors run across `inner` (rows/axis.h), with the bits of
 * adjacent ones. */
#ifndef VACT_LOSS_CROSS_ENTROPY_COLUMNS_H
#define VACT_LOSS_CROSS_ENTROPY_COLUMNS_H

#include "loss/cross_entropy_row.h"

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
    fast_softmax_row near_row, far_row; /* 0 in lanes of the other kind */
    vf max;
    vm near;
    const axis_columns *columns;
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
    const cross_entropy_axis_rest rest = {fast_softmax_row_of_lanes(vf_select(near, max, zero)),
                                          fast_softmax_row_of_lanes(vf_select(near, zero, max)),
                                          max,
                                          near,
                                          c,
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
        max, src, shares->smooth > 0.0 || t ? call->weights : NULL, t, (float)shares->keep, (float)shares->smooth};
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

#endif
