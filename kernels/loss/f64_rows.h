/* A whole cross-entropy in double lanes, row by row. A reduced loss is a sum of hi/lo pairs in the order of the rows.
 */
#ifndef VACT_LOSS_F64_ROWS_H
#define VACT_LOSS_F64_ROWS_H

#include "loss/f64_cross_entropy.h"

typedef struct {
    double hi, lo;
} loss_scalar;

/* An infinite or NaN sum has no low part. */
VACT_INLINE loss_scalar loss_scalar_sum(loss_scalar a, double hi, double lo)
{
    const double total = a.hi + hi, seen = total - a.hi;
    if (!(__builtin_fabs(total) < __builtin_inf()))
        return (loss_scalar){total, 0.0};
    const double low = (a.hi - (total - seen)) + (hi - seen) + a.lo + lo;
    return (loss_scalar){total + low, low - ((total + low) - total)};
}

/* a/b, rounded once and corrected by the remainder. */
VACT_INLINE double loss_scalar_quotient(loss_scalar a, loss_scalar b)
{
    const double first = a.hi / b.hi;
    const double rest = __builtin_fma(-first, b.hi, a.hi) + a.lo - first * b.lo;
    return __builtin_fabs(rest) < __builtin_inf() ? first + rest / b.hi : first;
}

VACT_INLINE int64_t loss_target(const vacti_cross_entropy_f64_call *call, size_t r)
{
    return call->wide ? ((const int64_t *)call->targets)[r] : ((const int32_t *)call->targets)[r];
}

VACT_INLINE bool loss_is_ignored(const vacti_cross_entropy_f64_call *call, size_t r)
{
    return call->targets != NULL && loss_target(call, r) == call->ignore_index;
}

/* What the mean divides by. */
VACT_INLINE loss_scalar loss_divisor(const vacti_cross_entropy_f64_call *call)
{
    const elem *weights = call->weights;
    loss_scalar total = {0.0, 0.0};
    if (call->probabilities)
        return (loss_scalar){(double)call->rows, 0.0};
    for (size_t r = 0; r < call->rows; r++)
        if (!loss_is_ignored(call, r))
            total = loss_scalar_sum(total, weights ? (double)weights[loss_target(call, r)] : 1.0, 0.0);
    return total;
}

/* Row r. An ignored one has no loss and no gradient, but log-probabilities. */
VACT_INLINE loss_scalar loss_run_row(const vacti_cross_entropy_f64_call *call, size_t r, double over)
{
    const size_t block = r / call->inner, at = r % call->inner;
    const bool ignored = loss_is_ignored(call, r), none = call->reduction == VACT_REDUCTION_NONE;
    const elem *const shares = call->probabilities, *const dy = call->dy;
    elem *const dx = call->dx ? (elem *)call->dx + block * call->dx_stride + at : NULL, *const logs =
                                                                                            call->log_probabilities;
    const loss_given row = {.x = (const elem *)call->logits + block * call->stride + at,
                            .weights = call->weights,
                            .shares = shares ? shares + block * call->probabilities_stride + at : NULL,
                            .step = call->inner,
                            .cols = call->cols,
                            .target = call->targets && !ignored ? (size_t)loss_target(call, r) : 0,
                            .smoothing = call->smoothing,
                            .z_loss = call->z_loss,
                            .dy = dy ? (double)dy[none ? r : 0] : 1.0,
                            .dy_over = over,
                            .dx = ignored ? NULL : dx,
                            .log_probabilities = logs ? logs + block * call->log_probabilities_stride + at : NULL,
                            .nll = call->nll};
    double loss[2];
    if (!ignored || logs)
        loss_of_row(loss, &row);
    if (!ignored)
        return (loss_scalar){loss[0], loss[1]};
    for (size_t k = 0; dx && k < call->cols; k++)
        dx[k * call->inner] = (elem)0.0;
    return (loss_scalar){0.0, 0.0};
}

VACT_INLINE void loss_run(const vacti_cross_entropy_f64_call *call)
{
    const bool none = call->reduction == VACT_REDUCTION_NONE, mean = call->reduction == VACT_REDUCTION_MEAN;
    const loss_scalar divisor = mean ? loss_divisor(call) : (loss_scalar){1.0, 0.0};
    loss_scalar total = {0.0, 0.0};
    elem *const losses = call->loss;
    for (size_t r = 0; r < call->rows; r++) {
        const loss_scalar loss = loss_run_row(call, r, divisor.hi);
        if (losses && none)
            losses[r] = (elem)loss_scalar_sum((loss_scalar){0.0, 0.0}, loss.hi, loss.lo).hi;
        else
            total = loss_scalar_sum(total, loss.hi, loss.lo);
    }
    if (losses && !none)
        *losses = (elem)(mean ? loss_scalar_quotient(total, divisor) : total.hi);
}

#endif
