/*
 * softmax of rows with options, at the speed of plain rows or nearly so. It serves rows whose largest logit is near 0
 * (softmax_is_near) and that have an everyday scale, slope and range; the others are left to softmax_any_row.
 *
 * The exponential of z = scale*x + slope*bias is reduced from its terms, so that no z is needed as a pair of floats.
 * With m the whole number nearest to 8*z/ln 2 and C1 + C2 = ln(2)/8:
 *
 *   d = bias - m*C1             rounded
 *   rest = bias - (d + m*C1)    what that lost, exact
 *   r = scale*x + d - m*C2 + rest
 *
 * C1 has 12 bits, so that m*C1 is a multiple of 2^-15 and, for |m| <= 2^13, a float. Where |scale*x| < 511, d + m*C1 is
 * a float: |d| < 512, so the last bit of d is at most 2^-15, and the sum, which is within 2^-16 of the bias, is a
 * multiple of it. scale*x + d is of the size of r, 0.06 at most, and so is rounded by 2^-29. Without a bias d is -m*C1.
 * So an exponential has the error of softmax_near and 0.1*2^-24, and a result at most 2 ULP (softmax.h).
 */
#ifndef VACT_ROWS_MASKED_H
#define VACT_ROWS_MASKED_H

#include "rows/softmax.h"

/* docs/approximations/exp_eighths.py */
#define MASKED_C1 0x1.62ep-4f
#define MASKED_C2 0x1.0bfbe8p-18f

/* A bias that makes less counts as this: with |scale*x| < 511 such a logit is far below any that is near 0. */
#define MASKED_LEAST (-1024.0f)

/* scale*|x| in a row with a bias. */
#define MASKED_MOST 511.0f

/* Logits below this have no share in a row whose largest one is near. */
#define MASKED_NOTHING (-512.0f)

/* Rows with a scale alone, with `keep` too, and with a bias: constants, each with loops of its own. */
typedef enum { MASKED_SCALED, MASKED_KEPT, MASKED_BIASED } masked_kind;

VACT_INLINE masked_kind masked_kind_of(const logits_row *row)
{
    return row->bias != NULL ? MASKED_BIASED : row->keep != NULL ? MASKED_KEPT : MASKED_SCALED;
}

/* Columns i to i + n - 1. The lanes beyond are kept, with x = 0. */
typedef struct {
    vf x, bias, bias_low;
    vm kept;
} masked_terms;

VACT_INLINE bool masked_has_keep(const logits_row *row, masked_kind kind)
{
    return kind == MASKED_KEPT || (kind == MASKED_BIASED && row->keep != NULL);
}

/* x and the bias are 0 where `keep` leaves out. What a row does not have is not set. */
VACT_INLINE masked_terms masked_terms_at(const elem *src, size_t i, size_t n, const logits_row *row, masked_kind kind)
{
    masked_terms at;
    const bool keep = masked_has_keep(row, kind);
    at.x = rows_load(src, i, i + n);
    if (keep) {
        at.kept = logits_kept(row->keep + i, n);
        at.x = vf_where(at.kept, at.x);
    }
    if (kind == MASKED_BIASED) {
        at.bias = rows_load_lanes(row->bias, i, i + n);
        if (keep)
            at.bias = vf_where(at.kept, at.bias);
        at.bias = vf_max(vf_set1(MASKED_LEAST / row->slope), at.bias);
        if (row->slope != 1.0f) {
            const vf_pair product = pair_product(at.bias, vf_set1(row->slope));
            at.bias = product.hi;
            at.bias_low = product.lo;
        }
    }
    return at;
}

typedef struct {
    float max;  /* of the logits that are kept */
    float min;  /* at most the least of them; with a bias, of those that may have a share */
    bool usual; /* the options and the terms of the logits are of an everyday size */
} masked_range;

typedef struct {
    vf max, min;
    vi most; /* of |x|, in a row with a bias */
} masked_lanes;

VACT_INLINE void masked_range_add(masked_lanes *to, const elem *src, size_t i, size_t cols, const logits_row *row,
                                  masked_kind kind)
{
    const vf highest = vf_set1(__builtin_inff()), lowest = vf_set1(-__builtin_inff()), scale = vf_set1(row->scale);
    const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
    const masked_terms at = masked_terms_at(src, i, n, row, kind);
    vf z, low;
    if (kind == MASKED_BIASED) {
        to->most = vi_max(to->most, vf_bits(vf_abs(at.x)));
        z = vf_fma(at.x, scale, at.bias);
        low = vf_select(vm_le(vf_set1(MASKED_NOTHING), z), z, highest);
    } else {
        low = z = vf_mul(at.x, scale);
    }
    if (masked_has_keep(row, kind)) /* `low` may be the 0 of a lane that is left out: then rows are near, not close */
        z = vf_select(at.kept, z, lowest);
    if (n < VF_LANES) {
        z = vf_keep_first(z, n, lowest);
        low = vf_keep_first(low, n, highest);
    }
    to->max = vf_max(to->max, z);
    to->min = vf_min(to->min, low);
}

VACT_INLINE masked_lanes masked_range_lanes(const elem *src, const logits_row *row, masked_kind kind)
{
    const vf highest = vf_set1(__builtin_inff()), lowest = vf_set1(-__builtin_inff());
    masked_lanes a = {lowest, highest, vi_set1(0)}, b = a;
    size_t i = 0;
    for (; row->cols - i >= 2 * VF_LANES; i += 2 * VF_LANES) {
        masked_range_add(&a, src, i, i + VF_LANES, row, kind);
        masked_range_add(&b, src, i + VF_LANES, i + 2 * VF_LANES, row, kind);
    }
    for (; i < row->cols; i += VF_LANES)
        masked_range_add(&a, src, i, row->cols, row, kind);
    return (masked_lanes){vf_max(a.max, b.max), vf_min(a.min, b.min), vi_max(a.most, b.most)};
}

/* Where the row has a NaN, max and min may be anything, as in row_range_of. */
VACT_NOINLINE static masked_range masked_range_of(const elem *src, const logits_row *whole)
{
    const logits_row row = *whole;
    const masked_kind kind = masked_kind_of(&row);
    const float scale = __builtin_fabsf(row.scale);
    if (!(scale <= 0x1p60f) || (kind == MASKED_SCALED && scale == 0.0f) || /* times an infinity is NaN */
        (kind == MASKED_BIASED && !(row.slope >= 0x1p-60f && row.slope <= 1.0f)))
        return (masked_range){0.0f, 0.0f, false};
    if (kind == MASKED_SCALED) {
        const row_range range = row_range_of(src, row.cols);
        const float a = range.max * row.scale, b = range.min * row.scale;
        return row.scale < 0.0f ? (masked_range){b, a, true} : (masked_range){a, b, true};
    }
    masked_lanes lanes =
        kind == MASKED_KEPT ? masked_range_lanes(src, &row, MASKED_KEPT) : masked_range_lanes(src, &row, MASKED_BIASED);
    /* the bits of a NaN are above those of numbers */
    const vm usual = vm_le(vf_of_bits(lanes.most), vf_set1(MASKED_MOST / (scale > 0x1p-100f ? scale : 0x1p-100f)));
    for (size_t half = VF_LANES / 2; half >= 1; half /= 2) {
        lanes.min = vf_min(lanes.min, vf_exchange(lanes.min, half));
        lanes.max = vf_max(lanes.max, vf_exchange(lanes.max, half));
    }
    return (masked_range){sum_first_lane(lanes.max), sum_first_lane(lanes.min), vm_all(usual)};
}

VACT_INLINE fast_eighths masked_parts(const elem *src, size_t i, size_t cols, const softmax_place *place,
                                      masked_kind kind)
{
    const logits_row *row = place->row;
    const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
    const vf scale = vf_set1(row->scale), rate = vf_set1(8.0f * MATH_LOG2E), zero = vf_set1(0.0f);
    const vf c1 = vf_set1(MASKED_C1), c2 = vf_set1(MASKED_C2);
    const vf least = vf_add(place->max.hi, vf_set1(SOFTMAX_LEAST));
    const masked_terms at = masked_terms_at(src, i, n, row, kind);
    fast_eighths_reduced reduced;
    vf z = zero;
    if (kind == MASKED_BIASED) {
        z = vf_fma(at.x, scale, at.bias);
        reduced.t = vf_fma(z, rate, place->origin);
        const vf m = vf_sub(reduced.t, place->origin), d = vf_fnma(m, c1, at.bias);
        vf rest = vf_sub(at.bias, vf_fma(m, c1, d));
        if (row->slope != 1.0f)
            rest = vf_add(rest, at.bias_low);
        reduced.r = vf_add(vf_fnma(m, c2, vf_fma(at.x, scale, d)), rest);
    } else {
        vf x = at.x;
        if (!place->close) {
            z = vf_mul(x, scale);
            x = vf_select(vm_lt(z, least), zero, x);
        }
        reduced.t = vf_fma(x, vf_set1(row->scale * (8.0f * MATH_LOG2E)), place->origin);
        const vf m = vf_sub(reduced.t, place->origin);
        reduced.r = vf_fnma(m, c2, vf_fms(x, scale, vf_mul(m, c1)));
    }
    fast_eighths e = fast_eighths_of(reduced);
    if (masked_has_keep(row, kind))
        e.power = vf_where(at.kept, e.power);
    if (kind == MASKED_BIASED || !place->close)
        e.power = vf_select(vm_lt(z, least), zero, e.power);
    return e;
}

VACT_INLINE fast_eighths masked_scaled_parts(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    return masked_parts(src, i, cols, place, MASKED_SCALED);
}

VACT_INLINE fast_eighths masked_kept_parts(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    return masked_parts(src, i, cols, place, MASKED_KEPT);
}

VACT_INLINE fast_eighths masked_biased_parts(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    return masked_parts(src, i, cols, place, MASKED_BIASED);
}

/* These store the exponentials and return their sum. */
VACT_NOINLINE static double masked_scaled_sum(float *lanes, const elem *src, const logits_row *whole, float max,
                                              bool close)
{
    const logits_row row = *whole;
    softmax_place place = softmax_place_near(max, &row);
    place.close = close;
    return softmax_exponentials(lanes, src, row.cols, &place, masked_scaled_parts);
}

VACT_NOINLINE static double masked_kept_sum(float *lanes, const elem *src, const logits_row *whole, float max,
                                            bool close)
{
    const logits_row row = *whole;
    softmax_place place = softmax_place_near(max, &row);
    place.close = close;
    return softmax_exponentials(lanes, src, row.cols, &place, masked_kept_parts);
}

VACT_NOINLINE static double masked_biased_sum(float *lanes, const elem *src, const logits_row *whole, float max)
{
    const logits_row row = *whole;
    const softmax_place place = softmax_place_near(max, &row);
    return softmax_exponentials(lanes, src, row.cols, &place, masked_biased_parts);
}

/* With the sink. */
VACT_INLINE double masked_sum(float *lanes, const elem *src, const logits_row *row, float max, bool close)
{
    const softmax_place place = softmax_place_near(max, row);
    const masked_kind kind = masked_kind_of(row);
    const double sum = kind == MASKED_BIASED ? masked_biased_sum(lanes, src, row, max)
                       : kind == MASKED_KEPT ? masked_kept_sum(lanes, src, row, max, close)
                                             : masked_scaled_sum(lanes, src, row, max, close);
    return sum + softmax_sink(&place, true);
}

/* A row whose exponentials are in dst; no columns: none. */
typedef struct {
    elem *dst;
    size_t cols;
    double sum;
    bool close;
} masked_begun;

VACT_NOINLINE static void masked_end(const masked_begun *row)
{
    const float *exponentials = elem_lanes(row->dst);
    if (row->cols == 0)
        return;
    if (row->close)
        softmax_quotients(row->dst, exponentials, row->cols, softmax_scaled_reciprocal(row->sum, 1.0),
                          softmax_close_quotient, false);
    else
        softmax_quotients(row->dst, exponentials, row->cols, softmax_reciprocal_of_sum(row->sum), softmax_quotient,
                          false);
}

/* Begins a row and ends the one before it: so the chains of scalars between the passes of one overlap with the passes
 * of the other. A soft cap's results have been stored (rows/softcap.h). */
VACT_INLINE void masked_softmax_row(elem *dst, const elem *src, const logits_row *row, masked_begun *begun)
{
    const masked_range range = masked_range_of(src, row);
    const float max = logits_join((logits_pivot){range.max, 0.0f}, row->sink).hi;
    masked_end(begun);
    *begun = (masked_begun){dst, 0, 0.0, max - range.min <= SOFTMAX_CLOSE};
    if (__builtin_expect(range.usual && softmax_is_near(max), 1)) {
        begun->sum = masked_sum(elem_lanes(dst), src, row, max, begun->close);
        begun->cols = row->cols;
    } else {
        softmax_any_row(dst, src, row->cols, row);
    }
}

#endif
