/* Cross-entropy of rows whose classes are not adjacent: vectors run across `inner` (rows/axis.h), with the bits of
 * adjacent ones. */
#ifndef VACT_LOSS_CROSS_ENTROPY_COLUMNS_H
#define VACT_LOSS_CROSS_ENTROPY_COLUMNS_H

#include "loss/cross_entropy_row.h"

typedef struct {
    axis_columns columns;
    const cross_entropy_distances *distances;
} cross_entropy_axis;

VACT_INLINE vf cross_entropy_axis_weight(const cross_entropy_axis *axis, size_t a)
{
    const cross_entropy_distances *of = axis->distances;
    const vf weight = vf_set1(of->weights ? of->weights[a] : 1.0f);
    if (!of->probabilities)
        return weight;
    const vf t = rows_load(of->probabilities + a * axis->columns.stride, 0, axis->columns.n);
    return cross_entropy_share(weight, t, of->keep, of->smooth);
}

VACT_INLINE sum_factors cross_entropy_axis_factors(const void *context, size_t a)
{
    const cross_entropy_axis *axis = context;
    const cross_entropy_distances *of = axis->distances;
    const vf weight = cross_entropy_axis_weight(axis, a);
    if (!of->src)
        return (sum_factors){vf_set1(1.0f), weight};
    /* Beyond the last column the distance is 0, as the maximum is. */
    return (sum_factors){cross_entropy_distance(of->max, axis_load(of->src + a * axis->columns.stride, &axis->columns)),
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

VACT_INLINE fast_softmax_parts cross_entropy_axis_parts(const cross_entropy_axis_rest *of, vf x)
{
    const vf zero = vf_set1(0.0f);
    fast_softmax_parts parts;
    if (of->all_near) {
        parts = fast_softmax_parts_near(x, of->near_row);
    } else {
        const fast_softmax_parts near = fast_softmax_parts_near(vf_select(of->near, x, zero), of->near_row);
        const fast_softmax_parts far = fast_softmax_parts_far(vf_select(of->near, zero, x), of->far_row);
        parts.power = vf_select(of->near, near.power, far.power);
        parts.rise = vf_select(of->near, near.rise, far.rise);
    }
    return parts;
}

VACT_INLINE void cross_entropy_axis_add(const void *context, size_t a, vf_pair *lane)
{
    const cross_entropy_axis_rest *of = context;
    const axis_columns *c = of->columns;
    const vf x = axis_load(c->src + a * c->stride, c);
    const vm winner = vm_eq(x, of->max);
    const vf e = cross_entropy_add_parts(lane, winner, cross_entropy_axis_parts(of, x));
    (void)e; /* elements that are no lanes have no room for it */
    if (ELEM_IS_LANE && of->store)
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

VACT_INLINE cross_entropy_axis_rest cross_entropy_axis_rest_of(const axis_columns *c, vf max, bool store)
{
    const vf zero = vf_set1(0.0f);
    const vm near = vm_le(vf_abs(max), vf_set1(0x1p8f)); /* fast_softmax_near */
    return (cross_entropy_axis_rest){fast_softmax_row_of_lanes(vf_select(near, max, zero)),
                                     fast_softmax_row_of_lanes(vf_select(near, zero, max)),
                                     max,
                                     near,
                                     c,
                                     vm_all(near),
                                     store};
}

/* The exponential alone, as it is stored: where elements have no room for lanes it is computed again. */
VACT_ONCE static vf cross_entropy_axis_value(const cross_entropy_axis_rest *of, vf x)
{
    const fast_softmax_parts parts = cross_entropy_axis_parts(of, x);
    return vf_select(vm_eq(x, of->max), vf_set1(CROSS_ENTROPY_UNIT), vf_fma(parts.power, parts.rise, parts.power));
}

/* cross_entropy_rest of each column. Stores the exponentials if `store`. */
VACT_NOINLINE static void cross_entropy_axis_rests(double rests[VF_LANES], const axis_columns *c, vf max, bool store)
{
    const cross_entropy_axis_rest rest = cross_entropy_axis_rest_of(c, max, store);
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

/* dx = e*a - q*b in columns that count, 0 in others. `exponentials`: false without e. */
VACT_NOINLINE static void cross_entropy_axis_gradient(const cross_entropy_axis *axis, vf max, bool exponentials, vf a,
                                                      vf b, vm counts)
{
    const axis_columns *c = &axis->columns;
    const vf zero = vf_set1(0.0f);
    const cross_entropy_axis_rest rest = cross_entropy_axis_rest_of(c, max, false);
    for (size_t j = 0; j < c->axis; j++) {
        elem *dx = c->dst + j * c->stride;
        vf e = zero;
        if (exponentials)
            e = ELEM_IS_LANE ? rows_load_lanes(elem_lanes(dx), 0, c->n)
                             : cross_entropy_axis_value(&rest, axis_load(c->src + j * c->stride, c));
        const vf weight = cross_entropy_axis_weight(axis, j);
        rows_store(dx, vf_select(counts, vf_fms(e, a, vf_mul(weight, b)), zero), 0, c->n);
    }
}

/* What is summed over each of n <= VF_LANES columns, from row r on, and what the targets' logits are: read before dx,
 * which may be in their place, is written. */
typedef struct {
    axis_columns columns;
    float max[VF_LANES], targets[VF_LANES];
    double spread[VF_LANES], mass[VF_LANES], rest[VF_LANES];
} cross_entropy_sums;

/* Each step is a function, so that the arrays of one do not lie below those of another. */
VACT_NOINLINE static void cross_entropy_sums_begin(cross_entropy_sums *of, const vacti_cross_entropy_call *call,
                                                   size_t r, size_t n)
{
    const size_t o = r / call->inner, i = r % call->inner, stride = call->inner;
    memset(of, 0, sizeof *of);
    of->columns = (axis_columns){cross_entropy_logits(call, o) + i, call->dx ? cross_entropy_dx(call, o) + i : NULL,
                                 call->cols, stride, n};
    vf_store(of->max, call->nll ? vf_set1(0.0f) : cross_entropy_axis_max(&of->columns));
    for (size_t lane = 0; lane < n && !call->probabilities && call->cols > 0; lane++) {
        bool ignored;
        const size_t target = cross_entropy_target(call, r + lane, &ignored);
        of->targets[lane] = elem_value(of->columns.src + target * stride + lane);
    }
}

VACT_INLINE cross_entropy_distances cross_entropy_axis_distances(const cross_entropy_sums *of,
                                                                 const vacti_cross_entropy_call *call,
                                                                 const cross_entropy_shares *shares, size_t r)
{
    const elem *t = cross_entropy_probabilities(call, r / call->inner);
    return (cross_entropy_distances){vf_load(of->max),
                                     of->columns.src,
                                     shares->smooth > 0.0 || t ? call->weights : NULL,
                                     t ? t + r % call->inner : NULL,
                                     (float)shares->keep,
                                     (float)shares->smooth};
}

VACT_NOINLINE static void cross_entropy_sums_of_shares(cross_entropy_sums *of, const vacti_cross_entropy_call *call,
                                                       const cross_entropy_shares *shares, size_t r)
{
    cross_entropy_distances distances = cross_entropy_axis_distances(of, call, shares, r);
    const cross_entropy_axis axis = {of->columns, &distances};
    cross_entropy_axis_sums(of->spread, &axis);
    distances.src = NULL;
    if (call->probabilities)
        cross_entropy_axis_sums(of->mass, &axis);
}

VACT_NOINLINE static void cross_entropy_axis_logs(const cross_entropy_sums *of, const vacti_cross_entropy_call *call,
                                                  size_t r)
{
    const axis_columns *c = &of->columns;
    const size_t o = r / call->inner, i = r % call->inner;
    elem *to = (elem *)call->log_probabilities + o * call->log_probabilities_stride + i;
    float hi[VF_LANES], minus_lo[VF_LANES];
    log_softmax_levels(hi, minus_lo, vf_add(vf_load(of->max), vf_set1(0.0f)), of->rest);
    for (size_t j = 0; j < c->axis; j++) {
        const vf x = axis_load(c->src + j * c->stride, c);
        rows_store(to + j * c->stride, log_softmax_result(x, vf_load(hi), vf_load(minus_lo)), 0, c->n);
    }
}

/* The losses and gradients, from the sums. */
VACT_NOINLINE static void cross_entropy_end_columns(cross_entropy_sums *of, const vacti_cross_entropy_call *call,
                                                    const cross_entropy_shares *shares, size_t r, loss_lanes *sums)
{
    const size_t stride = call->inner, n = of->columns.n;
    elem *dx = of->columns.dst;
    const bool rich = cross_entropy_is_rich(call), shared = call->probabilities != NULL;
    cross_entropy_row row[VF_LANES];
    bool ignored[VF_LANES];
    float a[VF_LANES] = {0.0f}, b[VF_LANES] = {0.0f}, counts[VF_LANES] = {0.0f}, at_target[VF_LANES] = {0.0f};
    for (size_t lane = 0; lane < n; lane++) {
        const size_t target = cross_entropy_target_if_any(call, r + lane, &ignored[lane]);
        row[lane] = (cross_entropy_row){0.0, 0.0, 0.0, 0.0};
        if (call->cols == 0)
            continue;
        if (!shared)
            row[lane] = (cross_entropy_row){0.0, (double)of->max[lane] - (double)of->targets[lane], 0.0,
                                            cross_entropy_weight(call, target)};
        cross_entropy_rich more = {of->mass[lane], rich && !call->nll ? log_softmax_log(of->rest[lane]) : 0.0, 0.0};
        row[lane].spread = of->spread[lane] / (double)CROSS_ENTROPY_SPREAD;
        row[lane].rest = of->rest[lane];
        if (rich)
            row[lane].spread = cross_entropy_rich_loss(call, shares, &row[lane], &more, of->max[lane]);
        if (!dx || ignored[lane])
            continue;
        if (call->z_loss != 0.0f)
            more.pull = 2.0 * (double)call->z_loss * ((double)of->max[lane] + more.log);
        double e = 0.0;
        if (!shared && !call->nll)
            e = cross_entropy_exponential(ELEM_IS_LANE ? elem_lanes(dx) : NULL, of->columns.src, target * stride + lane,
                                          of->max[lane]);
        const double dy = cross_entropy_dy(call, shares, r + lane);
        const cross_entropy_slopes slopes =
            cross_entropy_slopes_of(call, shares, &row[lane], rich ? &more : NULL, e, dy);
        a[lane] = (float)slopes.a;
        b[lane] = (float)slopes.b;
        at_target[lane] = (float)slopes.at_target;
        counts[lane] = 1.0f;
    }
    if (dx) {
        const cross_entropy_distances distances = cross_entropy_axis_distances(of, call, shares, r);
        cross_entropy_axis axis = {of->columns, &distances};
        cross_entropy_axis_gradient(&axis, vf_load(of->max), !call->nll, vf_load(a), vf_load(b),
                                    vm_lt(vf_set1(0.0f), vf_load(counts)));
    }
    for (size_t lane = 0; dx && !shared && lane < n; lane++)
        if (!ignored[lane])
            elem_put(dx + cross_entropy_target(call, r + lane, &ignored[lane]) * stride + lane, at_target[lane]);
    if (call->loss)
        cross_entropy_losses(call, shares, row, ignored, r, n, sums);
}

/* n <= VF_LANES columns, from row r on. */
VACT_NOINLINE static void cross_entropy_few_columns(const vacti_cross_entropy_call *call,
                                                    const cross_entropy_shares *shares, size_t r, size_t n,
                                                    loss_lanes *sums)
{
    cross_entropy_sums of;
    cross_entropy_sums_begin(&of, call, r, n);
    const bool twice = cross_entropy_is_twice(call, of.columns.src, of.columns.dst);
    if (call->probabilities || shares->smooth > 0.0)
        cross_entropy_sums_of_shares(&of, call, shares, r);
    if (!call->nll)
        cross_entropy_axis_rests(of.rest, &of.columns, vf_load(of.max), of.columns.dst && !twice);
    if (call->log_probabilities)
        cross_entropy_axis_logs(&of, call, r);
    if (twice)
        cross_entropy_axis_rests(of.rest, &of.columns, vf_load(of.max), true);
    cross_entropy_end_columns(&of, call, shares, r, sums);
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
