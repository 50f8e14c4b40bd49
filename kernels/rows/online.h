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
VACT_NOINLINE static double online_exponentials(float *lanes, const elem *src, size_t cols, const logits_row *row,
                                                vf_pair base)
{
    online_sum sum;
    sum.lanes = lanes;
    sum.src = src;
    sum.cols = cols;
    sum.row = row;
    sum.base = base;
    row_sum_start(&sum.sum);
    row_sums_of(&sum.sum, 1, cols, online_add, &sum);
    return row_sum_total(&sum.sum);
}

/* What e^z is relative to. */
VACT_INLINE wide_logit online_reference(double exponent)
{
    if (!once_is_whole(exponent))
        return (wide_logit){0.5 * exponent, 0.0};
    const double hi = exponent * ONCE_LN2;
    return (wide_logit){hi, __builtin_fma(exponent, ONCE_LN2_LO, __builtin_fma(exponent, ONCE_LN2, -hi))};
}

/* e^(from - to) of the references of two exponents, from <= to. */
VACT_INLINE float online_rescale(double from, double to)
{
    if (from == to)
        return 1.0f;
    if (once_is_whole(to) && (once_is_whole(from) || from < 0.0))
        return once_power_of_two(from - to);
    const double d = 0.5 * from - (once_is_whole(to) ? 0.0 : 0.5 * to);
    const vf_pair e = fast_exp_pair((vf_pair){vf_set1(d < -512.0 ? -512.0f : (float)d), vf_set1(0.0f)});
    return sum_first_lane(vf_mul(e.hi, vf_set1(FAST_PAIR_UNSCALE)));
}

VACT_INLINE float online_without_pivot(vact_softmax_online_f32 *state, elem *dst, size_t cols, double max)
{
    const bool nothing = max < 0.0;
    rows_fill(dst, cols, nothing ? 0.0f : __builtin_nanf(""));
    if (!nothing)
        state->sum = __builtin_nan("");
    return 1.0f;
}

/* Turns the exponentials, scaled by 2^96, into results, and adds their sum to the state. */
VACT_INLINE float online_end(vact_softmax_online_f32 *state, elem *dst, size_t cols, double exponent, double sum,
                             float rescale)
{
    const float *exponentials = elem_lanes(dst);
    vf more = vf_set1(0x1p20f); /* with the 2^96 from before it is the 2^116 that softmax_unscaled removes */
    for (size_t i = 0; i < cols; i += VF_LANES)
        rows_store(dst, softmax_unscaled(vf_mul(rows_load_lanes(exponentials, i, cols), more)), i, cols);
    state->sum = __builtin_fma(sum, 0x1p-96, state->sum * (double)rescale);
    state->exponent = exponent;
    return rescale;
}

VACT_NOINLINE static float online_wide_row(vact_softmax_online_f32 *state, elem *dst, const elem *src, size_t cols,
                                           const logits_row *row)
{
    const wide_logit pivot = wide_max(src, cols, row);
    if (!wide_finite(pivot.hi))
        return online_without_pivot(state, dst, cols, pivot.hi);
    double exponent = once_ceiling(pivot.hi * ONCE_LOG2E);
    if (!once_is_whole(exponent))
        exponent = 2.0 * pivot.hi;
    if (state->exponent > exponent)
        exponent = state->exponent;
    const float rescale = online_rescale(state->exponent, exponent);
    const double rest =
        wide_rest(elem_lanes(dst), src, cols, row, online_reference(exponent), !once_is_whole(exponent));
    return online_end(state, dst, cols, exponent, (1.0 + rest) * 0x1p96, rescale);
}

/* One row of a block. Returns the factor by which the caller rescales the row's accumulated output. */
VACT_INLINE float rows_online(vact_softmax_online_f32 *state, elem *dst, const elem *src, size_t cols,
                              const logits_row *row)
{
    logits_pivot pivot = logits_max(src, cols, row);
    if (pivot.hi == -__builtin_inff())
        return online_without_pivot(state, dst, cols, (double)pivot.hi);
    const bool far = state->exponent > (double)WIDE_FROM || !(__builtin_fabsf(pivot.hi) <= WIDE_FROM);
    if (__builtin_expect(far, 0))
        return online_wide_row(state, dst, src, cols, row);
    double exponent = once_ceiling(((double)pivot.hi + (double)pivot.lo) * ONCE_LOG2E);
    if (state->exponent > exponent)
        exponent = state->exponent;
    float rescale = once_power_of_two(state->exponent - exponent);
    vf_pair base = rows_broadcast(rows_split(exponent * ONCE_LN2));
    double sum = online_exponentials(elem_lanes(dst), src, cols, row, base);
    return online_end(state, dst, cols, exponent, sum, rescale);
}

#endif
