/*
 * softmax: e^(x_i - max) / sum_j e^(x_j - max) per row.
 *
 * Three passes: the maximum; the exponentials up to a factor (math/fast/softmax.h), stored in dst and summed; the
 * product with the reciprocal of the sum, carried as hi + lo so that it rounds as a division would.
 *
 * The sum runs over the 64 lanes of loop/rows.h, four columns of a lane at a time: (a + b) + (c + d), then that added
 * to the lane with the error kept in lo. The lanes start at 2^28, more than any four exponentials, so that the error
 * of that sum is exact in two operations; at the end 2^28 is taken off again, exactly.
 *
 * In rows of few columns the errors of the terms do not average out: there the exponentials enter the sum as hi + lo
 * (rows/softmax.h), at most 1.5 ULP in sampled rows, at twice the time of an element.
 */
#ifndef VACT_ACT_FAST_SOFTMAX_H
#define VACT_ACT_FAST_SOFTMAX_H

#include "loop/rows.h"
#include "math/fast/softmax.h"
#include "rows/softmax.h"

typedef vf softmax_exponential_fn(vf x, fast_softmax_row row);

#define SOFTMAX_START 0x1p28f

enum {
    SOFTMAX_FOLD = 128, /* columns of a lane */
    SOFTMAX_FEW = 256   /* columns */
};

VACT_INLINE void softmax_add_four(row_sum *sum, size_t k, vf a, vf b, vf c, vf d)
{
    vf four = vf_add(vf_add(a, b), vf_add(c, d));
    vf s = vf_add(sum->hi[k], four);
    sum->lo[k] = vf_add(sum->lo[k], vf_sub(four, vf_sub(s, sum->hi[k])));
    sum->hi[k] = s;
}

/* What small terms have left in lo goes to hi, before there is so much of it that lo itself loses digits. */
VACT_INLINE void softmax_fold(row_sum *sum)
{
    for (size_t k = 0; k < ROW_VECTORS; k++) {
        vf s = vf_add(sum->hi[k], sum->lo[k]);
        sum->lo[k] = vf_sub(sum->lo[k], vf_sub(s, sum->hi[k]));
        sum->hi[k] = s;
    }
}

VACT_INLINE vf softmax_store(float *dst, const float *src, fast_softmax_row row, softmax_exponential_fn *exponential)
{
    vf e = exponential(vf_load(src), row);
    vf_store(dst, e);
    return e;
}

/* The vector at column i of a row that may end before or in it: 0 for what is not there. */
VACT_INLINE vf softmax_store_rest(float *dst, const float *src, size_t i, size_t cols, fast_softmax_row row,
                                  softmax_exponential_fn *exponential)
{
    if (i >= cols)
        return vf_set1(0.0f);
    if (cols - i >= VF_LANES)
        return softmax_store(dst + i, src + i, row, exponential);
    vf e = exponential(vf_load_partial(src + i, cols - i), row);
    vf_store_partial(dst + i, e, cols - i);
    return vf_keep_first(e, cols - i, vf_set1(0.0f));
}

VACT_INLINE row_total softmax_exponentials(float *dst, const float *src, size_t cols, fast_softmax_row row,
                                           softmax_exponential_fn *exponential)
{
    row_sum sum;
    for (size_t k = 0; k < ROW_VECTORS; k++) {
        sum.hi[k] = vf_set1(SOFTMAX_START);
        sum.lo[k] = vf_set1(0.0f);
    }
    size_t i = 0;
    for (; cols - i >= 4 * ROW_LANES; i += 4 * ROW_LANES) {
        if (i % (SOFTMAX_FOLD * ROW_LANES) == 0)
            softmax_fold(&sum);
        for (size_t k = 0; k < ROW_VECTORS; k++) {
            size_t at = i + k * VF_LANES;
            vf a = softmax_store(dst + at, src + at, row, exponential);
            vf b = softmax_store(dst + at + ROW_LANES, src + at + ROW_LANES, row, exponential);
            vf c = softmax_store(dst + at + 2 * ROW_LANES, src + at + 2 * ROW_LANES, row, exponential);
            vf d = softmax_store(dst + at + 3 * ROW_LANES, src + at + 3 * ROW_LANES, row, exponential);
            softmax_add_four(&sum, k, a, b, c, d);
        }
    }
    for (size_t k = 0; k < ROW_VECTORS && i + k * VF_LANES < cols; k++) {
        size_t at = i + k * VF_LANES;
        vf a = softmax_store_rest(dst, src, at, cols, row, exponential);
        vf b = softmax_store_rest(dst, src, at + ROW_LANES, cols, row, exponential);
        vf c = softmax_store_rest(dst, src, at + 2 * ROW_LANES, cols, row, exponential);
        vf d = softmax_store_rest(dst, src, at + 3 * ROW_LANES, cols, row, exponential);
        softmax_add_four(&sum, k, a, b, c, d);
    }
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum.hi[k] = vf_sub(sum.hi[k], vf_set1(SOFTMAX_START));
    return row_sum_total(&sum);
}

/* e/sum in the form (e*hi + e*lo)*2^-100, hi + lo = 2^100/sum: no product but a result that is so is subnormal. */
typedef struct {
    vf hi, lo;
} softmax_reciprocal;

VACT_INLINE softmax_reciprocal softmax_reciprocal_of(row_total total)
{
    vf one = vf_set1(0x1p100f), hi = vf_set1(total.hi), lo = vf_set1(total.lo);
    vf_pair sum = pair_sum(hi, lo);
    softmax_reciprocal reciprocal;
    reciprocal.hi = vf_div(one, sum.hi);
    vf residual = vf_fnma(reciprocal.hi, sum.lo, vf_fnma(reciprocal.hi, sum.hi, one));
    reciprocal.lo = vf_div(residual, sum.hi);
    return reciprocal;
}

VACT_INLINE vf softmax_share(vf e, softmax_reciprocal reciprocal)
{
    return vf_mul(vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo)), vf_set1(0x1p-100f));
}

VACT_INLINE void softmax_row(float *dst, const float *src, size_t cols)
{
    if (cols < SOFTMAX_FEW) {
        const logits_row plain = {1.0f, NULL, NULL, cols, false};
        rows_softmax_of(dst, src, cols, &plain, logits_plain_at);
        return;
    }
    float max = row_max(src, cols);
    fast_softmax_row row = fast_softmax_row_of(max);
    row_total total = fast_softmax_near(max) ? softmax_exponentials(dst, src, cols, row, fast_softmax_exponential)
                                             : softmax_exponentials(dst, src, cols, row, fast_softmax_exponential_far);
    softmax_reciprocal reciprocal = softmax_reciprocal_of(total);
    size_t i = 0;
    for (; cols - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, softmax_share(vf_load(dst + i), reciprocal));
    if (i < cols)
        vf_store_partial(dst + i, softmax_share(vf_load_partial(dst + i, cols - i), reciprocal), cols - i);
}

#endif
