/*
 * Binary cross-entropy with logits in double lanes. log(1 + e^x) is max(x, 0) + log1p(e^-|x|), a sum of terms that are
 * not negative.
 */
#ifndef VACT_LOSS_F64_BCE_H
#define VACT_LOSS_F64_BCE_H

#include "loss/f64_rows.h"

typedef struct {
    vf_pair loss;
    vf slope;
} bce_result;

/* factor*term; 0 where the factor is 0, even if the term is infinite. */
VACT_INLINE vf_pair bce_term(vf_pair factor, vf_pair term)
{
    const vf zero = vf_set1(0.0);
    return pair_select(vm_and(vm_eq(factor.hi, zero), vm_eq(term.hi, term.hi)), pair_zero(),
                       loss_product(factor, term));
}

/* w the weight and p that of the positive term, dy the incoming gradient */
VACT_INLINE bce_result bce_of(vf x, vf t, vf p, vf w, vf_pair dy)
{
    const vf zero = vf_set1(0.0), infinity = vf_set1(__builtin_inf());
    const vf magnitude = vf_abs(x);
    const vf_pair log = wide_log1p(wide_plain(wide_exp(pair_of(vf_neg(magnitude)))));
    const vf_pair larger = pair_select(vm_lt(magnitude, infinity), pair_add_lane(log, magnitude), pair_of(magnitude));
    const vm negative = vm_lt(x, zero);
    const vf_pair of_negative = pair_sum(vf_set1(1.0), vf_neg(t)), of_positive = pair_product(p, t);
    bce_result y;
    y.loss = loss_sum(bce_term(of_negative, pair_select(negative, log, larger)),
                      bce_term(of_positive, pair_select(negative, larger, log)));
    y.loss = loss_product(y.loss, pair_of(w));
    const vf_pair below = wide_plain(wide_sigmoid(pair_of(vf_neg(magnitude))));
    const vf_pair above = pair_add_lane(pair_neg(below), vf_set1(1.0));
    vf_pair slope = loss_sum(bce_term(of_negative, pair_select(negative, below, above)),
                             pair_neg(bce_term(of_positive, pair_select(negative, above, below))));
    slope = loss_product(loss_product(slope, pair_of(w)), dy);
    y.slope = pair_round(slope);
    /* NaN where one of them is, also of a term that does not count */
    y.loss.hi = vf_or_nan(vf_or_nan(vf_or_nan(vf_or_nan(y.loss.hi, x), t), p), w);
    y.slope = vf_or_nan(vf_or_nan(vf_or_nan(vf_or_nan(y.slope, x), t), p), w);
    return y;
}

/* The value of a weight array for element i. */
VACT_INLINE double bce_weight(const elem *weights, size_t count, size_t i)
{
    return weights == NULL ? 1.0 : (double)weights[i % count];
}

typedef struct {
    row_block x, t, p, w, dy;
} bce_block;

VACT_INLINE void bce_load(bce_block *block, const vacti_bce_f64_call *call, size_t i, size_t n)
{
    const bool reduced = call->reduction != VACT_REDUCTION_NONE;
    const elem *const dy = call->dy;
    row_load(&block->x, (f64_row){call->x, 1, call->n, NULL}, i, n, 0.0);
    row_load(&block->t, (f64_row){call->targets, 1, call->n, NULL}, i, n, 0.0);
    for (size_t k = 0; k < ROW_BLOCK; k++) {
        const bool inside = k < n;
        block->p.x[k] = inside ? bce_weight(call->pos_weight, call->pos_weight_count, i + k) : 1.0;
        block->w.x[k] = inside ? bce_weight(call->weight, call->weight_count, i + k) : 0.0;
        block->dy.x[k] = inside && dy ? (double)dy[reduced ? 0 : i + k] : 1.0;
    }
}

VACT_INLINE void bce_run(const vacti_bce_f64_call *call)
{
    const bool none = call->reduction == VACT_REDUCTION_NONE;
    const double divisor = call->reduction == VACT_REDUCTION_MEAN ? (double)call->n : 1.0;
    const vf_pair over = pair_of(vf_set1(divisor));
    elem *const losses = call->loss, *const dx = call->dx;
    row_sums sums = row_no_sums();
    bce_block block;
    for (size_t i = 0, n; i < call->n; i += n) {
        n = row_left(call->n - i);
        bce_load(&block, call, i, n);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const size_t at = v * VF_LANES;
            const vf_pair dy = pair_divide(pair_of(vf_load(block.dy.x + at)), over);
            const bce_result y = bce_of(vf_load(block.x.x + at), vf_load(block.t.x + at), vf_load(block.p.x + at),
                                        vf_load(block.w.x + at), dy);
            sums.of[v] = loss_sum(sums.of[v], y.loss);
            vf_store(block.x.x + at, pair_round(y.loss));
            vf_store(block.t.x + at, y.slope);
        }
        if (losses && none)
            row_store(losses + i, 1, &block.x, n);
        if (dx)
            row_store(dx + i, 1, &block.t, n);
    }
    if (losses && !none) {
        const vf_pair total = row_total(sums);
        const loss_scalar sum = {loss_lane(total.hi), loss_lane(total.lo)};
        *losses = (elem)loss_scalar_quotient(sum, (loss_scalar){divisor, 0.0});
    }
}

#endif
