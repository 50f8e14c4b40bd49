/*
 * The gradients of the operations over rows, from their outputs. The sums over a row run over the lanes of loop/rows.h
 * and keep the error of every product and addition. What is subtracted from dy is a hi/lo pair. So cancellation costs
 * only the digits that the sum itself lacks (2^-45 of its terms).
 */
#ifndef VACT_ROWS_GRADIENTS_H
#define VACT_ROWS_GRADIENTS_H

#include "rows/logits.h"

typedef struct {
    elem *dx;
    const elem *dy, *y;
    size_t cols;
    float scale;
} rows_gradient;

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

typedef struct {
    row_products sum;
    const rows_gradient *of;
} rows_gradient_sum;

VACT_INLINE void rows_add_dy_y(void *context, size_t i, size_t n, size_t k)
{
    rows_gradient_sum *to = context;
    (void)n; /* lanes beyond the row are 0 */
    row_products_add(&to->sum, k, rows_load(to->of->dy, i, to->of->cols), rows_load(to->of->y, i, to->of->cols));
}

VACT_INLINE void rows_add_dy(void *context, size_t i, size_t n, size_t k)
{
    rows_gradient_sum *to = context;
    (void)n;
    row_terms_add(&to->sum, k, rows_load(to->of->dy, i, to->of->cols));
}

VACT_INLINE double rows_gradient_total(const rows_gradient *g, row_add_fn *add)
{
    rows_gradient_sum to = {row_products_zero(), g};
    row_sums_of(&to.sum.below, 1, g->cols, add, &to);
    return row_products_total(&to.sum);
}

/* softmax: dx = scale*y*(dy - sum_j dy_j*y_j) */
VACT_INLINE void rows_softmax_backward(const rows_gradient *g)
{
    vf_pair dot = rows_broadcast(rows_split(rows_gradient_total(g, rows_add_dy_y)));
    vf scale = vf_set1(g->scale);
    for (size_t i = 0; i < g->cols; i += VF_LANES) {
        vf y = rows_load(g->y, i, g->cols);
        vf_pair rest = rows_difference(rows_load(g->dy, i, g->cols), dot);
        vf_pair product = pair_product(rest.hi, y);
        vf low = vf_fma(rest.lo, y, product.lo);
        rows_store(g->dx, rows_scaled(product.hi, low, scale), i, g->cols);
    }
}

/* log_softmax: dx = scale*(dy - e^y*sum_j dy_j) */
VACT_INLINE void rows_log_softmax_backward(const rows_gradient *g)
{
    rows_factor total = rows_factor_of(rows_gradient_total(g, rows_add_dy));
    vf scale = vf_set1(g->scale), zero = vf_set1(0.0f);
    for (size_t i = 0; i < g->cols; i += VF_LANES) {
        vf_pair share = fast_exp_pair((vf_pair){rows_load(g->y, i, g->cols), zero});
        vf_pair product = pair_product(share.hi, total.pair.hi);
        product.lo = vf_fma(share.hi, total.pair.lo, vf_fma(share.lo, total.pair.hi, product.lo));
        product.hi = vf_fma(product.hi, total.after, zero);
        product.lo = vf_fma(product.lo, total.after, zero);
        vf_pair rest = rows_difference(rows_load(g->dy, i, g->cols), product);
        rows_store(g->dx, rows_scaled(rest.hi, rest.lo, scale), i, g->cols);
    }
}

/* logsumexp: dx = scale*dy*e^(scale*x - y), with one dy and one y per row. */
VACT_INLINE void rows_logsumexp_backward(elem *dx, float dy, const elem *x, float y, size_t cols, float scale)
{
    logits_row row = {scale, NULL, NULL, cols, false};
    vf_pair base = {vf_set1(y), vf_set1(0.0f)};
    rows_factor slope = rows_factor_of((double)dy * (double)scale);
    for (size_t i = 0; i < cols; i += VF_LANES) {
        vf_pair e = fast_exp_pair(logits_distance(logits_at(x, i, cols, &row), base));
        vf product = vf_fma(e.hi, slope.pair.lo, vf_mul(e.lo, slope.pair.hi));
        product = vf_fma(e.hi, slope.pair.hi, product);
        rows_store(dx, vf_mul(product, slope.after), i, cols);
    }
}

#endif
