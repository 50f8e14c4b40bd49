/*
 * The gradients of the operations over rows, from their outputs. The sums over a row run over the lanes of loop/rows.h
 * and keep the error of every product and addition. What is subtracted from dy is a hi/lo pair. So cancellation costs
 * only the digits that the sum itself lacks (2^-45 of its terms).
 */
#ifndef VACT_ROWS_GRADIENTS_H
#define VACT_ROWS_GRADIENTS_H

#include "rows/wide.h"

typedef struct {
    elem *dx;
    const elem *dy, *y;
    size_t cols;
    float scale;
    const logits_row *row; /* of which elements are left out; null: none */
} rows_gradient;

typedef struct {
    size_t dx, dy, y;
} rows_gradient_strides;

/* dy and y of the vector at column i; 0 beyond the row. Where an element is left out y is a constant, and both are 0
 * here. `masked`, a constant: elements are left out. */
typedef struct {
    vf dy, y;
} rows_outputs;

VACT_INLINE rows_outputs rows_outputs_at(const rows_gradient *g, size_t i, bool masked)
{
    rows_outputs at = {rows_load(g->dy, i, g->cols), rows_load(g->y, i, g->cols)};
    if (masked) {
        const vm out = logits_left_out(i, g->cols, g->row);
        const vf zero = vf_set1(0.0f);
        at.dy = vf_select(out, zero, at.dy);
        at.y = vf_select(out, zero, at.y);
    }
    return at;
}

VACT_INLINE void rows_put(const rows_gradient *g, size_t i, vf dx, bool masked)
{
    if (masked)
        dx = vf_select(logits_left_out(i, g->cols, g->row), vf_set1(0.0f), dx);
    rows_store(g->dx, dx, i, g->cols);
}

/* scale*(hi + lo), rounded once unless the result is subnormal. */
VACT_INLINE vf rows_scaled(vf hi, vf lo, vf scale) { return vf_fma(hi, scale, vf_mul(lo, scale)); }

/* a - b as a hi/lo pair; b is a pair too. */
VACT_INLINE vf_pair rows_difference(vf a, vf_pair b)
{
    vf_pair d = pair_sum(a, vf_neg(b.hi));
    vf low = vf_sub(d.lo, b.lo);
    vf hi = vf_add(d.hi, low);
    return (vf_pair){hi, vf_sub(low, vf_sub(hi, d.hi))};
}

/* A factor of any magnitude for exponentials that are scaled by 2^96. `after`, 1 or 2^-96, is multiplied last, so that
 * nothing overflows or underflows before the result does. */
typedef struct {
    vf_pair pair;
    vf after;
} rows_factor;

VACT_INLINE rows_factor rows_factor_of(double v)
{
    bool large = v > 0x1p20 || v < -0x1p20;
    return (rows_factor){rows_broadcast(rows_split(large ? v * 0x1p-96 : v)),
                         vf_set1(large ? 1.0f : FAST_PAIR_UNSCALE)};
}

VACT_INLINE sum_factors rows_dy_y(const rows_gradient *g, size_t i, bool masked)
{
    const rows_outputs at = rows_outputs_at(g, i, masked);
    return (sum_factors){at.dy, at.y};
}

VACT_INLINE sum_factors rows_dy_one(const rows_gradient *g, size_t i, bool masked)
{
    return (sum_factors){rows_outputs_at(g, i, masked).dy, vf_set1(1.0f)};
}

/* For sum_of_products. */
static sum_factors rows_plain_dy_y(const void *g, size_t i, size_t n)
{
    (void)n;
    return rows_dy_y(g, i, false);
}

VACT_INLINE void rows_plain_dy_y_add(void *context, size_t i, size_t n, size_t k)
{
    (void)n;
    sum_products *to = context;
    sum_add_product(to, k, rows_dy_y(to->context, i, false));
}

static sum_factors rows_masked_dy_y(const void *g, size_t i, size_t n)
{
    (void)n;
    return rows_dy_y(g, i, true);
}

VACT_INLINE void rows_masked_dy_y_add(void *context, size_t i, size_t n, size_t k)
{
    (void)n;
    sum_products *to = context;
    sum_add_product(to, k, rows_dy_y(to->context, i, true));
}

static sum_factors rows_plain_dy(const void *g, size_t i, size_t n)
{
    (void)n;
    return rows_dy_one(g, i, false);
}

VACT_INLINE void rows_plain_dy_add(void *context, size_t i, size_t n, size_t k)
{
    (void)n;
    sum_products *to = context;
    sum_add_product(to, k, rows_dy_one(to->context, i, false));
}

static sum_factors rows_masked_dy(const void *g, size_t i, size_t n)
{
    (void)n;
    return rows_dy_one(g, i, true);
}

VACT_INLINE void rows_masked_dy_add(void *context, size_t i, size_t n, size_t k)
{
    (void)n;
    sum_products *to = context;
    sum_add_product(to, k, rows_dy_one(to->context, i, true));
}

/*
 * What is subtracted from dy may leave the range of floats, or the difference may, though dx does not. Then dx comes
 * out infinite or NaN. Such a vector is computed again with both multiplied by 2^-40, which rounds nothing that counts
 * there, and the result by 2^40.
 */
#define ROWS_DOWN 0x1p-40f

VACT_INLINE bool rows_is_large(vf dx) { return vm_any(vm_outside(dx, 0.0f, 0x1.fffffep+127f)); }

/* scale*y*(dy - dot) */
VACT_INLINE vf rows_softmax_slope(rows_outputs at, vf_pair dot, vf scale)
{
    const vf_pair rest = rows_difference(at.dy, dot);
    const vf_pair product = pair_product(rest.hi, at.y);
    return rows_scaled(product.hi, vf_fma(rest.lo, at.y, product.lo), scale);
}

VACT_NOINLINE static vf rows_softmax_slope_large(rows_outputs at, double dot, vf scale)
{
    const vf down = vf_set1(ROWS_DOWN);
    at.dy = vf_mul(at.dy, down);
    return vf_mul(rows_softmax_slope(at, rows_broadcast(rows_split(dot * (double)ROWS_DOWN)), scale),
                  vf_set1(1.0f / ROWS_DOWN));
}

/* softmax: dx = scale*y*(dy - sum_j dy_j*y_j) */
VACT_INLINE void rows_softmax_backward(const rows_gradient *g, bool masked)
{
    const rows_gradient copy = *g; /* of which sum_of_products passes the address on */
    const double total = masked ? sum_of_products(g->cols, rows_masked_dy_y_add, rows_masked_dy_y, &copy)
                                : sum_of_products(g->cols, rows_plain_dy_y_add, rows_plain_dy_y, &copy);
    const vf_pair dot = rows_broadcast(rows_split(total));
    const vf scale = vf_set1(g->scale);
    for (size_t i = 0; i < g->cols; i += VF_LANES) {
        const rows_outputs at = rows_outputs_at(g, i, masked);
        vf dx = rows_softmax_slope(at, dot, scale);
        if (__builtin_expect(rows_is_large(dx), 0))
            dx = rows_softmax_slope_large(at, total, scale);
        rows_put(g, i, dx, masked);
    }
}

/* scale*(dy - e^y*sum) */
VACT_INLINE vf rows_log_softmax_slope(rows_outputs at, rows_factor sum, vf scale)
{
    const vf zero = vf_set1(0.0f);
    const vf_pair share = fast_exp_pair((vf_pair){at.y, zero});
    vf_pair product = pair_product(share.hi, sum.pair.hi);
    product.lo = vf_fma(share.hi, sum.pair.lo, vf_fma(share.lo, sum.pair.hi, product.lo));
    product.hi = vf_fma(product.hi, sum.after, zero);
    product.lo = vf_fma(product.lo, sum.after, zero);
    const vf_pair rest = rows_difference(at.dy, product);
    return rows_scaled(rest.hi, rest.lo, scale);
}

VACT_NOINLINE static vf rows_log_softmax_slope_large(rows_outputs at, double sum, vf scale)
{
    at.dy = vf_mul(at.dy, vf_set1(ROWS_DOWN));
    const vf dx = rows_log_softmax_slope(at, rows_factor_of(sum * (double)ROWS_DOWN), scale);
    return vf_mul(dx, vf_set1(1.0f / ROWS_DOWN));
}

/* log_softmax: dx = scale*(dy - e^y*sum_j dy_j) */
VACT_INLINE void rows_log_softmax_backward(const rows_gradient *g, bool masked)
{
    const rows_gradient copy = *g;
    const double total = masked ? sum_of_products(g->cols, rows_masked_dy_add, rows_masked_dy, &copy)
                                : sum_of_products(g->cols, rows_plain_dy_add, rows_plain_dy, &copy);
    const rows_factor sum = rows_factor_of(total);
    const vf scale = vf_set1(g->scale);
    for (size_t i = 0; i < g->cols; i += VF_LANES) {
        const rows_outputs at = rows_outputs_at(g, i, masked);
        vf dx = rows_log_softmax_slope(at, sum, scale);
        if (__builtin_expect(rows_is_large(dx), 0))
            dx = rows_log_softmax_slope_large(at, total, scale);
        rows_put(g, i, dx, masked);
    }
}

/* The vector at column i of e^(z - y), scaled by 2^96. y is -inf where nothing flows. */
VACT_INLINE vf_pair rows_share(const elem *x, size_t i, size_t cols, const logits_row *row, vf_pair y, bool large)
{
    const vf_pair z = logits_checked(x, i, cols, row);
    vf_pair d = logits_distance(z, y);
    const bool far = large || vm_any(vm_outside(z.hi, 0.0f, __builtin_inff()));
    if (__builtin_expect(far, 0)) {
        const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
        d = wide_distances(x, i, n, row, (wide_logit){(double)sum_first_lane(y.hi), 0.0}, false);
    }
    return fast_exp_pair(d);
}

/* logsumexp: dx = scale*dy*e^(z - y), with one dy and one y per row. Where y is -inf, no element has a share: dx is 0
 * where dy is 0 or the element is left out, else NaN. */
VACT_INLINE void rows_logsumexp_backward(elem *dx, float dy, const elem *x, float y, size_t cols, const logits_row *row)
{
    const vf_pair base = {vf_set1(y), vf_set1(0.0f)};
    const bool nothing = y == -__builtin_inff(), large = wide_is_needed(y, row);
    const rows_factor slope = rows_factor_of((double)dy * (double)row->scale);
    for (size_t i = 0; i < cols; i += VF_LANES) {
        vf product = vf_set1(dy == 0.0f ? 0.0f : __builtin_nanf(""));
        if (!nothing) {
            const vf_pair e = rows_share(x, i, cols, row, base, large);
            product = vf_fma(e.hi, slope.pair.lo, vf_mul(e.lo, slope.pair.hi));
            product = vf_mul(vf_fma(e.hi, slope.pair.hi, product), slope.after);
        }
        if (row->masked)
            product = vf_select(logits_left_out(i, cols, row), vf_set1(0.0f), product);
        rows_store(dx, product, i, cols);
    }
}

#endif
