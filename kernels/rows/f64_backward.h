/* The gradients of softmax, log_softmax and logsumexp over rows of doubles, from their outputs. */
#ifndef VACT_ROWS_F64_BACKWARD_H
#define VACT_ROWS_F64_BACKWARD_H

#include "rows/f64_row.h"

/* The sum of dy, or of dy*y, over a row. */
VACT_NOINLINE static vf_pair row_sum_of_slopes(f64_row dy, f64_row y, bool times_y)
{
    row_block slopes, outputs;
    row_sums sums = row_no_sums();
    for (size_t i = 0, n; i < dy.cols; i += n) {
        n = row_left(dy.cols - i);
        row_load(&slopes, dy, i, n, 0.0);
        if (times_y)
            row_load(&outputs, y, i, n, 0.0);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const vf slope = vf_load(slopes.x + v * VF_LANES);
            const vf_pair term = times_y ? pair_product(slope, vf_load(outputs.x + v * VF_LANES)) : pair_of(slope);
            sums.of[v] = pair_add(sums.of[v], term);
        }
    }
    return row_total(sums);
}

/* scale*y*(dy - sum dy*y) */
VACT_INLINE vf row_softmax_slope(vf dy, vf y, vf_pair sum, vf scale)
{
    const vf_pair difference = pair_add_lane(pair_neg(sum), dy);
    return pair_round(pair_multiply(difference, pair_product(y, scale)));
}

/* scale*(dy - e^y*sum dy); with e^-inf and any sum, scale*dy */
VACT_INLINE vf row_log_softmax_slope(vf dy, vf y, vf_pair sum, vf scale)
{
    const vf_pair share = pair_multiply(wide_plain(wide_exp(pair_of(y))), sum);
    return pair_round(pair_multiply_lane(pair_add_lane(pair_neg(share), dy), scale));
}

VACT_INLINE void row_backward(double *dx, size_t step, f64_row dy, f64_row y, double scale, bool log)
{
    const vf_pair sum = row_sum_of_slopes(dy, y, !log);
    const vf factor = vf_set1(scale);
    row_block slopes, outputs;
    for (size_t i = 0, n; i < dy.cols; i += n) {
        n = row_left(dy.cols - i);
        row_load(&slopes, dy, i, n, 0.0);
        row_load(&outputs, y, i, n, 0.0);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const vf slope = vf_load(slopes.x + v * VF_LANES), output = vf_load(outputs.x + v * VF_LANES);
            vf_store(slopes.x + v * VF_LANES, log ? row_log_softmax_slope(slope, output, sum, factor)
                                                  : row_softmax_slope(slope, output, sum, factor));
        }
        row_store(dx + i * step, step, &slopes, n);
    }
}

vacti_rows_backward_f64_fn KERNEL(softmax_backward), KERNEL(log_softmax_backward);
vacti_logsumexp_backward_f64_fn KERNEL(logsumexp_backward);

void KERNEL(softmax_backward)(double *dx, size_t dx_row, const double *dy, size_t dy_row, const double *y, size_t y_row,
                              size_t step, size_t rows, size_t cols, double scale)
{
    for (size_t r = 0; r < rows; r++)
        row_backward(dx + r * dx_row, step, (f64_row){dy + r * dy_row, step, cols, NULL},
                     (f64_row){y + r * y_row, step, cols, NULL}, scale, false);
}

void KERNEL(log_softmax_backward)(double *dx, size_t dx_row, const double *dy, size_t dy_row, const double *y,
                                  size_t y_row, size_t step, size_t rows, size_t cols, double scale)
{
    for (size_t r = 0; r < rows; r++)
        row_backward(dx + r * dx_row, step, (f64_row){dy + r * dy_row, step, cols, NULL},
                     (f64_row){y + r * y_row, step, cols, NULL}, scale, true);
}

/* scale*dy*e^(scale*x - y). Where y is -inf, 0*dy. */
VACT_NOINLINE static void row_logsumexp_backward(double *dx, f64_row x, double dy, double y, double scale)
{
    const vf factor = vf_set1(scale), slope = vf_set1(dy), output = vf_set1(y), infinity = vf_set1(__builtin_inf());
    const vm none = vm_eq(output, vf_neg(infinity));
    row_block block;
    for (size_t i = 0, n; i < x.cols; i += n) {
        n = row_left(x.cols - i);
        row_load(&block, x, i, n, 0.0);
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const vf logit = vf_load(block.x + v * VF_LANES);
            vf_pair t = pair_add_lane(pair_product(logit, factor), vf_neg(output));
            /* of an infinite logit, or one so large that the product has no low part */
            const vf plain = vf_sub(vf_mul(logit, factor), output);
            const vm finite = vm_lt(vf_abs(vf_add(t.hi, t.lo)), infinity);
            t = pair_select(finite, t, pair_of(plain));
            const wide share = wide_multiply(wide_exp(t), wide_of_pair(pair_product(factor, slope)));
            const vf result = wide_round(share);
            const vf nothing = vf_select(vm_eq(slope, vf_set1(0.0)), vf_set1(0.0), vf_set1(__builtin_nan("")));
            vf_store(block.x + v * VF_LANES, vf_select(none, nothing, result));
        }
        row_store(dx + i * x.step, x.step, &block, n);
    }
}

void KERNEL(logsumexp_backward)(double *dx, size_t dx_row, const double *dy, const double *x, size_t x_row,
                                const double *y, size_t step, size_t rows, size_t cols, double scale)
{
    for (size_t r = 0; r < rows; r++)
        row_logsumexp_backward(dx + r * dx_row, (f64_row){x + r * x_row, step, cols, NULL}, dy[r], y[r], scale);
}

#endif
