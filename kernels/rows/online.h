/*
 * softmax over blocks of columns. A row's exponentials are held relative to 2^n, n a whole number, instead of the
 * largest logit: when a later block raises n, what was summed so far, and what the caller has accumulated, is rescaled
 * by a power of two, exactly. So no error builds up over the blocks, and no exponential depends on where a block ends
 * but for its exponent. n*ln 2 is a double, subtracted as two floats.
 */
#ifndef VACT_ROWS_ONLINE_H
#define VACT_ROWS_ONLINE_H

#include "rows/softmax.h"

/* One row of a block. Returns by what the caller rescales the row's accumulated output. */
VACT_INLINE float rows_online(vact_softmax_online_f32 *state, float *dst, const float *src, size_t cols,
                              const logits_row *row)
{
    logits_pivot pivot = logits_max(src, cols, row);
    if (!logits_finite(pivot)) {
        bool nothing = pivot.hi < 0.0f;
        rows_fill(dst, cols, nothing ? 0.0f : __builtin_nanf(""));
        if (!nothing)
            state->sum = __builtin_nan("");
        return 1.0f;
    }
    double exponent = once_ceiling(((double)pivot.hi + (double)pivot.lo) * ONCE_LOG2E);
    if (state->exponent > exponent)
        exponent = state->exponent;
    float rescale = once_power_of_two(state->exponent - exponent);
    vf_pair base = rows_broadcast(rows_split(exponent * ONCE_LN2));
    row_sum sum = row_sum_zero();
    for (size_t block = 0; block < cols; block += ROW_LANES)
        for (size_t k = 0, i = block; k < ROW_VECTORS && i < cols; k++, i += VF_LANES) {
            vf_pair e = fast_exp_pair(logits_distance(logits_at(src, i, cols, row), base));
            rows_store(dst, vf_mul(e.hi, vf_set1(FAST_PAIR_UNSCALE)), i, cols);
            rows_add_pair(&sum, k, e);
        }
    state->sum = __builtin_fma(rows_total(&sum), 0x1p-96, state->sum * (double)rescale);
    state->exponent = exponent;
    return rescale;
}

#endif
