/* The gradient of logsumexp, from its input and its output: dx = scale*dy*e^(z - y). */
#ifndef VACT_ROWS_LOGSUMEXP_BACKWARD_H
#define VACT_ROWS_LOGSUMEXP_BACKWARD_H

#include "rows/gradients.h"

/* The vector at column i of e^(z - y), scaled by 2^96. y is -inf where nothing flows. */
VACT_INLINE vf_pair rows_share(const elem *x, size_t i, size_t cols, const logits_row *row, vf_pair y, bool large)
{
    const vf_pair z = logits_checked(x, i, cols, row);
    vf_pair d = logits_distance(z, y);
    const vm far = vm_outside(z.hi, 0.0f, __builtin_inff());
    if (__builtin_expect(large || vm_any(far), 0)) {
        const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
        const vf_pair wide = wide_distances(x, i, n, row, (wide_logit){(double)sum_first_lane(y.hi), 0.0}, false);
        d = large ? wide : (vf_pair){vf_select(far, wide.hi, d.hi), vf_select(far, wide.lo, d.lo)};
    }
    return fast_exp_pair(d);
}

/* logsumexp: dx = scale*dy*e^(z - y), with one dy and one y per row. Where y is -inf, no element has a share: dx is 0
 * where dy is 0 or the element is left out, else NaN. */
VACT_NOINLINE static void rows_logsumexp_backward(elem *whole, float dy, const elem *x, float y, const logits_row *row)
{
    elem *const dx = whole + row->first;
    const size_t cols = row->cols;
    x += row->first;
    const vf_pair base = {vf_set1(y), vf_set1(0.0f)};
    const bool nothing = y == -__builtin_inff(), capped = row->cap != 0.0f, large = capped || wide_is_needed(y, row);
    const rows_factor slope = rows_factor_of((double)dy * (double)row->scale);
    for (size_t i = 0; i < cols; i += VF_LANES) {
        vf product = vf_set1(dy == 0.0f ? 0.0f : __builtin_nanf(""));
        if (row->sink == __builtin_inff()) {
            product = vf_set1(0.0f * dy);
        } else if (!nothing) {
            const vf_pair e = rows_share(x, i, cols, row, base, large);
            product = vf_fma(e.hi, slope.pair.lo, vf_mul(e.lo, slope.pair.hi));
            product = vf_mul(vf_fma(e.hi, slope.pair.hi, product), slope.after);
        }
        if (capped && row->sink != __builtin_inff())
            product = softcap_slope(product, x, i, cols, row);
        if (row->masked)
            product = vf_select(logits_left_out(i, cols, row), vf_set1(0.0f), product);
        rows_store(dx, product, i, cols);
    }
    rows_fill(whole, row->first, 0.0f);
    rows_fill(dx + cols, row->length - row->first - cols, 0.0f);
}

#endif
