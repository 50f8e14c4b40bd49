/*
 * One row of a cross-entropy in double lanes. With l_j = -log_p[j] = log(sum e^(x - max)) + (max - x_j), a sum of terms
 * that are not negative, and q_j the weight of l_j (vact.h):
 *
 *   loss = sum q_j*l_j            dx_j = dy*(p_j*sum q - q_j), p_j = e^-l_j
 *
 * Without smoothing and probabilities one q_j alone is not 0, the target's, and there dx is dy*q*(e^-l - 1): nothing
 * cancels where p is near 1.
 */
#ifndef VACT_LOSS_F64_CROSS_ENTROPY_H
#define VACT_LOSS_F64_CROSS_ENTROPY_H

#include "rows/f64_scale.h"

typedef struct {
    const elem *x;       /* logits, `step` apart; log-probabilities with nll */
    const elem *weights; /* of the classes, null: ones */
    const elem *shares;  /* class probabilities, `step` apart; null: 1 for the target, else 0 */
    size_t step, cols, target;
    double smoothing, z_loss;
    double dy, dy_over;      /* the gradient is multiplied by dy and divided by dy_over */
    elem *dx;                /* `step` apart; null: no gradient */
    elem *log_probabilities; /* likewise */
    bool nll;
} loss_given;

typedef struct {
    vf max;
    vf_pair log;                /* log(sum e^(x - max)) */
    vf_pair one_minus_s, share; /* 1 - smoothing; smoothing/cols */
    vf_pair factor;             /* dy/over */
    const loss_given *row;
    bool one; /* the target alone has a weight */
} loss_row;

VACT_INLINE double loss_lane(vf v)
{
    double lanes[VF_LANES];
    vf_store(lanes, v);
    return lanes[0];
}

VACT_INLINE loss_row loss_row_of(const loss_given *row, row_scale scale)
{
    const vf smoothing = vf_set1(row->smoothing);
    return (loss_row){.row = row,
                      .max = vf_set1(scale.max),
                      .log = row->nll ? pair_zero() : wide_log1p(scale.rest),
                      .one_minus_s = pair_sum(vf_set1(1.0), vf_neg(smoothing)),
                      .share = pair_divide(pair_of(smoothing), pair_of(vf_set1((double)row->cols))),
                      .factor = pair_divide(pair_of(vf_set1(row->dy)), pair_of(vf_set1(row->dy_over))),
                      .one = row->shares == NULL && row->smoothing == 0.0};
}

/* l of logits x */
VACT_INLINE vf_pair loss_log(const loss_row *l, vf x)
{
    if (l->row->nll)
        return pair_of(vf_neg(x));
    const vf_pair difference = row_difference(l->max, x);
    const vm finite = vm_lt(vf_abs(difference.hi), vf_set1(__builtin_inf()));
    return pair_select(finite, pair_add(difference, l->log), pair_of(difference.hi));
}

/* q of classes with the weights w and the probabilities t */
VACT_INLINE vf_pair loss_weight(const loss_row *l, vf w, vf t)
{
    return pair_multiply_lane(pair_add(pair_multiply_lane(l->one_minus_s, t), l->share), w);
}

/* A product of which an infinity stays one. */
VACT_INLINE vf_pair loss_product(vf_pair a, vf_pair b)
{
    const vf plain = vf_mul(a.hi, b.hi);
    return pair_select(vm_lt(vf_abs(plain), vf_set1(__builtin_inf())), pair_multiply(a, b), pair_of(plain));
}

VACT_INLINE vf_pair loss_sum(vf_pair a, vf_pair b)
{
    const vf plain = vf_add(a.hi, b.hi);
    return pair_select(vm_lt(vf_abs(plain), vf_set1(__builtin_inf())), pair_add(a, b), pair_of(plain));
}

typedef struct {
    row_block x, w, t;
} loss_block;

/* Columns i to i + n: logits, weights and probabilities. */
VACT_INLINE void loss_load(loss_block *block, const loss_given *row_of, size_t i, size_t n)
{
    row_load(&block->x, (f64_row){row_of->x, row_of->step, row_of->cols, NULL}, i, n, 0.0);
    for (size_t k = 0; k < ROW_BLOCK; k++) {
        block->w.x[k] = k < n ? row_of->weights ? (double)row_of->weights[i + k] : 1.0 : 0.0;
        block->t.x[k] = k >= n                    ? 0.0
                        : row_of->shares          ? (double)row_of->shares[(i + k) * row_of->step]
                        : i + k == row_of->target ? 1.0
                                                  : 0.0;
    }
}

/* The sums of q_j*l_j and of q_j. */
VACT_NOINLINE static vf_pair loss_total(const loss_row *l, vf_pair *weight)
{
    const loss_given *r = l->row;
    if (l->one) {
        *weight = pair_of(vf_set1(r->weights ? (double)r->weights[r->target] : 1.0));
        return loss_product(*weight, loss_log(l, vf_set1((double)r->x[r->target * r->step])));
    }
    loss_block block;
    row_sums losses = row_no_sums(), weights = row_no_sums();
    for (size_t i = 0, n; i < r->cols; i += n) {
        n = row_left(r->cols - i);
        loss_load(&block, r, i, n);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const size_t at = v * VF_LANES;
            const vf x = vf_load(block.x.x + at);
            vf_pair q = loss_weight(l, vf_load(block.w.x + at), vf_load(block.t.x + at));
            if (at >= n) /* beyond the row: nothing, whatever the logit 0 stands for */
                continue;
            vf_pair term = loss_product(q, loss_log(l, x));
            if (at + VF_LANES > n) {
                const vf zero = vf_set1(0.0);
                q = (vf_pair){vf_keep_first(q.hi, n - at, zero), vf_keep_first(q.lo, n - at, zero)};
                term = (vf_pair){vf_keep_first(term.hi, n - at, zero), vf_keep_first(term.lo, n - at, zero)};
            }
            losses.of[v] = loss_sum(losses.of[v], term);
            weights.of[v] = pair_add(weights.of[v], q);
        }
    }
    *weight = row_total(weights);
    return row_total(losses);
}

/* dx of columns, q their weights and `all` the sum of q and of 2*z_loss*logsumexp */
VACT_INLINE vf loss_slope(const loss_row *l, vf_pair logs, vf_pair q, vf_pair all)
{
    vf_pair slope = pair_neg(q);
    if (!l->row->nll)
        slope = pair_add(pair_multiply(wide_plain(wide_exp(pair_neg(logs))), all), slope);
    return pair_round(pair_multiply(slope, l->factor));
}

/* dx of the target where it alone has a weight. */
VACT_INLINE double loss_slope_of_target(const loss_row *l, vf_pair weight, vf_pair more)
{
    const loss_given *r = l->row;
    const vf_pair logs = loss_log(l, vf_set1((double)r->x[r->target * r->step]));
    if (r->nll)
        return loss_lane(pair_round(pair_neg(pair_multiply(weight, l->factor))));
    const vm far = vm_lt(vf_set1(700.0), logs.hi);
    const vf_pair less = wide_expm1(pair_select(far, pair_of(vf_set1(-700.0)), pair_neg(logs))); /* p - 1 */
    vf_pair slope = pair_multiply(weight, less);
    slope = pair_add(slope, pair_multiply(pair_add_lane(less, vf_set1(1.0)), more));
    return loss_lane(pair_round(pair_multiply(slope, l->factor)));
}

/* Gradient and log-probabilities. `weight` is the sum of q, `more` what the z-loss adds to it. */
VACT_NOINLINE static void loss_slopes(const loss_row *l, vf_pair weight, vf_pair more)
{
    const loss_given *r = l->row;
    const double of_target = l->one && r->dx ? loss_slope_of_target(l, weight, more) : 0.0;
    const vf_pair all = pair_add(weight, more);
    loss_block block;
    for (size_t i = 0, n; i < r->cols; i += n) {
        n = row_left(r->cols - i);
        loss_load(&block, r, i, n);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const size_t at = v * VF_LANES;
            const vf_pair logs = loss_log(l, vf_load(block.x.x + at));
            const vf_pair q = l->one ? pair_zero() : loss_weight(l, vf_load(block.w.x + at), vf_load(block.t.x + at));
            vf_store(block.w.x + at, vf_neg(pair_round(logs)));
            vf_store(block.x.x + at, loss_slope(l, logs, q, all));
        }
        if (l->one && r->target - i < n)
            block.x.x[r->target - i] = of_target;
        if (r->dx)
            row_store(r->dx + i * r->step, r->step, &block.x, n);
        if (r->log_probabilities)
            row_store(r->log_probabilities + i * r->step, r->step, &block.w, n);
    }
}

/* The loss as hi + lo; the gradient and log-probabilities where they are asked for. */
VACT_NOINLINE static void loss_of_row(double loss[2], const loss_given *r)
{
    const f64_row logits = {r->x, r->step, r->cols, NULL};
    const row_scale scale = r->nll ? (row_scale){0.0, 0.0, false, pair_zero()} : row_scale_of(logits);
    if (!row_is_finite(&scale)) {
        for (size_t k = 0; k < r->cols; k++) {
            if (r->dx)
                r->dx[k * r->step] = (elem)__builtin_nan("");
            if (r->log_probabilities)
                r->log_probabilities[k * r->step] = (elem)__builtin_nan("");
        }
        loss[0] = __builtin_nan(""), loss[1] = 0.0;
        return;
    }
    const loss_row l = loss_row_of(r, scale);
    vf_pair weight, total = loss_total(&l, &weight), more = pair_zero();
    if (r->z_loss != 0.0) {
        const vf z = vf_set1(r->z_loss);
        const vf_pair lse = pair_add_lane(l.log, l.max);
        total = loss_sum(total, pair_multiply_lane(pair_multiply(lse, lse), z));
        more = pair_multiply_lane(pair_multiply_lane(lse, z), vf_set1(2.0));
    }
    loss[0] = loss_lane(total.hi), loss[1] = loss_lane(total.lo);
    if (r->dx || r->log_probabilities)
        loss_slopes(&l, weight, more);
}

#endif
