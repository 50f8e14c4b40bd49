/*
 * softmax over blocks of columns. A row's exponentials are relative to 2^n, n a whole number, instead of the largest
 * logit. When a later block raises n, the sum so far, and what the caller has accumulated, is rescaled by a power of
 * two, which is exact. So no error builds up over the blocks, and where a block ends changes only the exponents of the
 * exponentials. n*ln 2 is a double, subtracted as two floats.
 */
#ifndef VACT_ROWS_ONLINE_H
#define VACT_ROWS_ONLINE_H

#include "rows/softmax.h"

typedef struct {
    row_sum sum;
    float *lanes;
    const elem *src;
    size_t cols;
    const logits_row *row;
    vf_pair base;
} online_sum;

VACT_INLINE void online_add(void *context, size_t i, size_t n, size_t k)
{
    online_sum *to = context;
    vf_pair e = fast_exp_pair(logits_distance(logits_at(to->src, i, to->cols, to->row), to->base));
    (void)n; /* lanes beyond the row are -inf, and add 0 */
    rows_store_lanes(to->lanes, e.hi, i, to->cols);
    row_sum_add_pair(&to->sum, k, e);
}

/* Stores the exponentials, scaled by 2^96, and returns their sum. */
VACT_INLINE double online_exponentials(float *lanes, const elem *src, size_t cols, const logits_row *row, vf_pair base)
{
    online_sum sum = {row_sum_zero(), lanes, src, cols, row, base};
    row_sums_of(&sum.sum, 1, cols, online_add, &sum);
    return row_sum_total(&sum.sum);
}

/* One row of a block. Returns the factor by which the caller rescales the row's accumulated output. */
VACT_INLINE float rows_online(vact_softmax_online_f32 *state, elem *dst, const elem *src, size_t cols,
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
    float *exponentials = elem_lanes(dst);
    double sum = online_exponentials(exponentials, src, cols, row, base);
    vf more = vf_set1(0x1p20f); /* with the 2^96 from before it is the 2^116 that softmax_unscaled removes */
    for (size_t i = 0; i < cols; i += VF_LANES)
        rows_store(dst, softmax_unscaled(vf_mul(rows_load_lanes(exponentials, i, cols), more)), i, cols);
    state->sum = __builtin_fma(sum, 0x1p-96, state->sum * (double)rescale);
    state->exponent = exponent;
    return rescale;
}

#endif
