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

#include "loss/cross_entropy_columns.h"

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
        if (ignored[i] && call->dx)
            rows_fill(cross_entropy_dx(call, r), call->cols, 0.0f);
    }
    if (call->loss)
        cross_entropy_losses(call, shares, row, ignored, first, count, sums);
}

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

/* Apart: its arrays do not lie below those of columns. */
VACT_NOINLINE static void cross_entropy_rows(const vacti_cross_entropy_call *call, const cross_entropy_shares *shares,
                                             loss_lanes *sums)
{
    for (size_t first = 0; first < call->rows; first += ROW_LANES) {
        size_t count = call->rows - first < ROW_LANES ? call->rows - first : ROW_LANES;
        cross_entropy_block(call, shares, first, count, sums);
    }
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
    if (call->inner > 1)
        cross_entropy_columns(call, &shares, &sums);
    else
        cross_entropy_rows(call, &shares, &sums);
    if (call->loss && call->reduction != VACT_REDUCTION_NONE)
        *call->loss = (float)(loss_lanes_total(&sums) / divisor);
}

#endif
