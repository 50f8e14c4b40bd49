/*
 * The gradients of softmax, log_softmax and logsumexp along the middle axis of [outer, axis, inner], with the bits that
 * rows have (rows/gradients.h, rows/logsumexp_backward.h). Vectors run across `inner` (rows/axis.h).
 */
#ifndef VACT_ROWS_AXIS_BACKWARD_H
#define VACT_ROWS_AXIS_BACKWARD_H

#include "rows/axis.h"
#include "rows/gradients.h"

/* Sums of products of two numbers that are computed from a tensor's elements ------------------------------------- */

/* The factors of element a of each column: of them one is 0 beyond the last column. */
typedef sum_factors axis_factors_fn(const void *context, size_t a);

typedef struct {
    axis_factors_fn *factors;
    const void *context;
    size_t axis;
    bool apart; /* products from 2^90 on are left out */
} axis_products;

VACT_INLINE void axis_add_product(const void *context, size_t a, vf_pair *lane)
{
    const axis_products *p = context;
    const sum_factors at = p->factors(p->context, a);
    vf_pair product = pair_product(at.a, at.b);
    if (p->apart) {
        const vm beyond = vm_le(vf_set1(0x1p90f), vf_abs(product.hi));
        product.hi = vf_select(beyond, vf_set1(0.0f), product.hi);
        product.lo = vf_select(beyond, vf_set1(0.0f), product.lo);
    }
    sum_pair_add(lane, product);
}

static void axis_products_group(axis_lanes *to, size_t first, size_t begin, size_t end, const void *products)
{
    const axis_steps steps = {axis_add_product, axis_clear, axis_keep, axis_keep};
    axis_group_of(to, first, begin, end, &steps, products);
}

VACT_INLINE bool axis_sums_are_sound(const double totals[VF_LANES])
{
    bool sound = true;
    for (size_t lane = 0; lane < VF_LANES; lane++)
        sound = sound && rows_sum_is_sound(totals[lane]);
    return sound;
}

/* sum_of_products_apart of each column whose sum is not sound. The large terms are added in the order of the axis, as
 * in rows: so they have a pass of their own. */
VACT_NOINLINE static void axis_sums_apart(double totals[VF_LANES], const axis_products *products)
{
    sum_large large[VF_LANES] = {{0.0, 0.0}};
    double others[VF_LANES];
    axis_products p = *products;
    p.apart = true;
    for (size_t a = 0; a < p.axis; a++) {
        const sum_factors at = p.factors(p.context, a);
        (void)sum_without_large(large, 1, at.a, at.b, pair_product(at.a, at.b));
    }
    axis_totals(others, axis_sum_of(p.axis, SUM_BLOCK, axis_products_group, &p));
    for (size_t lane = 0; lane < VF_LANES; lane++)
        if (!rows_sum_is_sound(totals[lane]))
            totals[lane] = others[lane] + sum_large_total(large[lane]);
}

/* Softmax and log_softmax ------------------------------------------------------------------------------------------ */

/* n <= VF_LANES adjacent columns. */
typedef struct {
    elem *dx;
    const elem *dy, *y;
    size_t axis, stride, n;
    bool products; /* softmax: the sum is that of dy*y */
} axis_gradient;

VACT_INLINE rows_outputs axis_outputs(const axis_gradient *g, size_t a)
{
    return (rows_outputs){rows_load(g->dy + a * g->stride, 0, g->n), rows_load(g->y + a * g->stride, 0, g->n)};
}

/* As in rows_add. */
VACT_INLINE void axis_add_output(const void *context, size_t a, vf_pair *lane)
{
    const axis_gradient *g = context;
    const rows_outputs at = axis_outputs(g, a);
    if (g->products) {
        sum_pair_add(lane, pair_product(at.dy, at.y));
    } else {
        const vf_pair s = pair_sum(lane->hi, at.dy);
        *lane = (vf_pair){s.hi, vf_add(lane->lo, s.lo)};
    }
}

static void axis_output_group(axis_lanes *to, size_t first, size_t begin, size_t end, const void *gradient)
{
    const axis_steps steps = {axis_add_output, axis_clear, axis_keep, axis_keep};
    const axis_gradient g = *(const axis_gradient *)gradient;
    axis_group_of(to, first, begin, end, &steps, &g);
}

static sum_factors axis_output_factors(const void *context, size_t a)
{
    const axis_gradient *g = context;
    const rows_outputs at = axis_outputs(g, a);
    return (sum_factors){at.dy, g->products ? at.y : vf_set1(1.0f)};
}

/* Doubles as a hi/lo pair. */
VACT_INLINE vf_pair axis_split(const double v[VF_LANES])
{
    float hi[VF_LANES], lo[VF_LANES];
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        const logits_pivot parts = rows_split(v[lane]);
        hi[lane] = parts.hi;
        lo[lane] = parts.lo;
    }
    return (vf_pair){vf_load(hi), vf_load(lo)};
}

/* rows_factor_of of each. */
VACT_INLINE rows_factor axis_factor_of(const double v[VF_LANES])
{
    double scaled[VF_LANES];
    float after[VF_LANES];
    for (size_t lane = 0; lane < VF_LANES; lane++) {
        const bool large = v[lane] > 0x1p20 || v[lane] < -0x1p20;
        scaled[lane] = large ? v[lane] * 0x1p-96 : v[lane];
        after[lane] = large ? 1.0f : FAST_PAIR_UNSCALE;
    }
    return (rows_factor){axis_split(scaled), vf_load(after)};
}

VACT_ONCE static void axis_slope_of(rows_slope *slope, const double totals[VF_LANES], bool products)
{
    slope->total = 0.0; /* not used */
    slope->scale = vf_set1(1.0f);
    slope->sum = products ? (rows_factor){axis_split(totals), slope->scale} : axis_factor_of(totals);
    slope->dot = slope->sum.pair;
}

VACT_INLINE vf axis_result(rows_outputs at, const rows_slope *slope, bool products)
{
    return products ? rows_softmax_slope(at, slope, true) : rows_log_softmax_slope(at, slope, true);
}

/* As rows_softmax_slope_large and rows_log_softmax_slope_large. */
VACT_NOINLINE static vf axis_result_large(rows_outputs at, const double totals[VF_LANES], bool products)
{
    double down[VF_LANES];
    for (size_t lane = 0; lane < VF_LANES; lane++)
        down[lane] = totals[lane] * (double)ROWS_DOWN;
    at.dy = vf_mul(at.dy, vf_set1(ROWS_DOWN));
    rows_slope slope;
    axis_slope_of(&slope, down, products);
    return vf_mul(axis_result(at, &slope, products), vf_set1(1.0f / ROWS_DOWN));
}

VACT_NOINLINE static void axis_backward_columns(const axis_gradient *given)
{
    const axis_gradient here = *given, *const g = &here;
    double totals[VF_LANES];
    axis_totals(totals, axis_sum_of(g->axis, SUM_BLOCK, axis_output_group, given));
    if (__builtin_expect(!axis_sums_are_sound(totals), 0))
        axis_sums_apart(totals, &(axis_products){axis_output_factors, given, g->axis, true});
    rows_slope slope;
    axis_slope_of(&slope, totals, g->products);
    for (size_t a = 0; a < g->axis; a++) {
        const rows_outputs at = axis_outputs(g, a);
        vf dx = axis_result(at, &slope, g->products);
        const vm large = vm_outside(dx, 0.0f, 0x1.fffffep+127f);
        if (__builtin_expect(vm_any(large), 0))
            dx = vf_select(large, axis_result_large(at, totals, g->products), dx);
        rows_store(g->dx + a * g->stride, dx, 0, g->n);
    }
}

VACT_INLINE void axis_backward(elem *dx, const elem *dy, const elem *y, size_t outer, size_t axis, size_t inner,
                               bool products)
{
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i += VF_LANES) {
            const size_t at = o * axis * inner + i, n = inner - i < VF_LANES ? inner - i : VF_LANES;
            axis_backward_columns(&(axis_gradient){dx + at, dy + at, y + at, axis, inner, n, products});
        }
}

/* Logsumexp -------------------------------------------------------------------------------------------------------- */

/* dx = dy*e^(x - y), with one dy and one y per column, as in rows_logsumexp_backward. */
VACT_INLINE void axis_logsumexp_backward(elem *dx, const float *dy, const elem *x, const float *y, size_t outer,
                                         size_t axis, size_t inner)
{
    const vf zero = vf_set1(0.0f), nothing = vf_set1(-__builtin_inff());
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i += VF_LANES) {
            const size_t n = inner - i < VF_LANES ? inner - i : VF_LANES, first = o * axis * inner + i;
            const vf slopes = rows_load_lanes(dy + o * inner + i, 0, n);
            const vf outputs = rows_load_lanes(y + o * inner + i, 0, n);
            float each[VF_LANES];
            double wide[VF_LANES];
            vf_store(each, slopes);
            for (size_t lane = 0; lane < VF_LANES; lane++)
                wide[lane] = (double)each[lane];
            rows_slope slope;
            axis_slope_of(&slope, wide, false);
            const rows_factor factor = slope.sum;
            const vm empty = vm_eq(outputs, nothing);
            const vf_pair base = {vf_select(empty, zero, outputs), zero};
            const vf of_empty = vf_select(vm_eq(slopes, zero), zero, vf_set1(__builtin_nanf("")));
            for (size_t a = 0; a < axis; a++) {
                const size_t at = first + a * inner;
                const vf_pair e = fast_exp_pair(logits_distance((vf_pair){rows_load(x + at, 0, n), zero}, base));
                vf product = vf_fma(e.hi, factor.pair.lo, vf_mul(e.lo, factor.pair.hi));
                product = vf_mul(vf_fma(e.hi, factor.pair.hi, product), factor.after);
                rows_store(dx + at, vf_select(empty, of_empty, product), 0, n);
            }
        }
}

#endif
