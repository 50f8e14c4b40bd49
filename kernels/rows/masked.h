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

VACT_INLINE void masked_range_add(masked_lanes *to, const elem *src, size_t i, size_t cols, const logits_row *row)
{
    const vf highest = vf_set1(__builtin_inff()), lowest = vf_set1(-__builtin_inff()), scale = vf_set1(row->scale);
    const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
    const masked_terms at = masked_terms_at(src, i, n, row, MASKED_BIASED);
    to->most = vi_max(to->most, vf_bits(vf_abs(at.x)));
    vf z = vf_fma(at.x, scale, at.bias);
    vf low = vf_select(vm_le(vf_set1(MASKED_NOTHING), z), z, highest);
    if (row->keep != NULL) /* `low` may be the 0 of a lane that is left out: then rows are near, not close */
        z = vf_select(at.kept, z, lowest);
    if (n < VF_LANES) {
        z = vf_keep_first(z, n, lowest);
        low = vf_keep_first(low, n, highest);
    }
    to->max = vf_max(to->max, z);
    to->min = vf_min(to->min, low);
}

VACT_INLINE masked_lanes masked_range_lanes(const elem *src, const logits_row *row)
{
    const vf highest = vf_set1(__builtin_inff()), lowest = vf_set1(-__builtin_inff());
    masked_lanes a = {lowest, highest, vi_set1(0)}, b = a;
    size_t i = 0;
    for (; row->cols - i >= 2 * VF_LANES; i += 2 * VF_LANES) {
        masked_range_add(&a, src, i, i + VF_LANES, row);
        masked_range_add(&b, src, i + VF_LANES, i + 2 * VF_LANES, row);
    }
    for (; i < row->cols; i += VF_LANES)
        masked_range_add(&a, src, i, row->cols, row);
    return (masked_lanes){vf_max(a.max, b.max), vf_min(a.min, b.min), vi_max(a.most, b.most)};
}

/* The bytes of four vectors at column i < cols. Those beyond the row are left out. */
VACT_INLINE void masked_kept_four(vk *kept, size_t i, const logits_row *row)
{
    unsigned char bytes[4 * VF_LANES] = {0};
    const bool whole = row->cols - i >= sizeof bytes;
    if (!whole)
        memcpy(bytes, row->keep + i, row->cols - i);
    vk_bytes_of_four(whole ? row->keep + i : bytes, kept);
}

/* Of the elements that are kept. */
VACT_NOINLINE static row_range masked_kept_range(const elem *src, const logits_row *row)
{
    const vf highest = vf_set1(__builtin_inff()), lowest = vf_set1(-__builtin_inff());
    vf min = highest, max = lowest;
    for (size_t i = 0; i < row->cols; i += VF_LANES) {
        const size_t n = row->cols - i < VF_LANES ? row->cols - i : VF_LANES;
        const vm kept = logits_kept(row->keep + i, n);
        const vf x = rows_load(src, i, row->cols);
        min = vf_min(min, vf_select(kept, x, highest));
        max = vf_max(max, vf_select(kept, x, lowest));
    }
    return row_range_of_lanes(min, max);
}

/* The same and 0: in each element that is left out there is a 0. */
VACT_INLINE row_range masked_kept_range_from_zero(const elem *src, const logits_row *row)
{
    const vf zero = vf_set1(0.0f);
    vf min[4] = {zero, zero, zero, zero}, max[4] = {zero, zero, zero, zero};
    vk kept[4];
    size_t i = 0;
    for (; row->cols - i >= 4 * VF_LANES; i += 4 * VF_LANES) {
        vk_bytes_of_four(row->keep + i, kept);
        for (size_t k = 0; k < 4; k++) {
            const vf x = vf_kept(kept[k], elem_load(src + i + k * VF_LANES));
            max[k] = vf_max(max[k], x);
            min[k] = vf_min(min[k], x);
        }
    }
    if (i < row->cols) {
        vk rest[4];
        masked_kept_four(rest, i, row);
        for (size_t k = 0; k < 4 && i < row->cols; k++, i += VF_LANES) {
            const vf x = vf_kept(rest[k], rows_load(src, i, row->cols));
            max[0] = vf_max(max[0], x); /* not [k]: arrays would go to memory */
            min[0] = vf_min(min[0], x);
        }
    }
    return row_range_of_lanes(vf_min(vf_min(min[0], min[1]), vf_min(min[2], min[3])),
                              vf_max(vf_max(max[0], max[1]), vf_max(max[2], max[3])));
}

/* Most rows have a positive logit: then the maximum is right, and the minimum is at most the least. It is apart,
 * and called with the row that is no copy, so that the copy in masked_range_of stays in registers: 4 % of the time of
 * rows with a bias. */
VACT_NOINLINE static row_range masked_kept_bounds(const elem *src, const logits_row *whole)
{
    const logits_row row = *whole;
    const row_range range = masked_kept_range_from_zero(src, &row);
    const bool positive = row.scale > 0.0f ? range.max > 0.0f : range.min < 0.0f;
    return __builtin_expect(positive, 1) ? range : masked_kept_range(src, whole);
}

/* Where the row has a NaN, max and min may be anything, as in row_range_of. */
VACT_NOINLINE static masked_range masked_range_of(const elem *src, const logits_row *whole)
{
    const logits_row row = *whole;
    const masked_kind kind = masked_kind_of(&row);
    const float scale = __builtin_fabsf(row.scale);
    if (!(scale <= 0x1p60f) || (kind != MASKED_BIASED && scale == 0.0f) || /* times an infinity is NaN */
        (kind == MASKED_BIASED && !(row.slope >= 0x1p-60f && row.slope <= 1.0f)))
        return (masked_range){0.0f, 0.0f, false};
    if (kind != MASKED_BIASED) {
        const row_range range = kind == MASKED_KEPT ? masked_kept_bounds(src, whole) : row_range_of(src, row.cols);
        const float a = range.max * row.scale, b = range.min * row.scale;
        return row.scale < 0.0f ? (masked_range){b, a, true} : (masked_range){a, b, true};
    }
    masked_lanes lanes = masked_range_lanes(src, &row);
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

/* For rows without a scale, such as those with a soft cap: as softmax_parts_near, but 0 where that is next to 0. */
VACT_INLINE fast_eighths masked_near_parts(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    const vf x = softmax_load(src, i, cols, place->max.hi);
    fast_eighths e = softmax_near(x, place->max.hi, place->origin);
    e.power = vf_where(vm_lt(vf_add(place->max.hi, vf_set1(SOFTMAX_LEAST)), x), e.power); /* `rise` keeps a NaN */
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
VACT_ONCE static double masked_scaled_sum(float *lanes, const elem *src, const logits_row *whole, float max, bool close)
{
    const logits_row row = *whole;
    softmax_place place = softmax_place_near(max, &row);
    if (ELEM_IS_LANE && row.scale == 1.0f)
        return close ? softmax_exponentials(lanes, src, row.cols, &place, softmax_parts_close)
                     : softmax_exponentials(lanes, src, row.cols, &place, masked_near_parts);
    place.close = ELEM_IS_LANE && close;
    return softmax_exponentials(lanes, src, row.cols, &place, masked_scaled_parts);
}

/* `unit`, a constant: the scale is 1. */
VACT_INLINE fast_eighths masked_close_part(vf x, vk kept, const softmax_place *place, bool unit)
{
    x = vf_kept(kept, x);
    const float scale = place->row->scale;
    fast_eighths_reduced reduced;
    if (unit) {
        reduced = fast_eighths_reduce(x, place->origin);
    } else {
        reduced.t = vf_fma(x, vf_set1(scale * (8.0f * MATH_LOG2E)), place->origin);
        const vf m = vf_sub(reduced.t, place->origin), c1 = vf_set1(MASKED_C1);
        reduced.r = vf_fnma(m, vf_set1(MASKED_C2), vf_fms(x, vf_set1(scale), vf_mul(m, c1)));
    }
    fast_eighths e = fast_eighths_of(reduced);
    e.power = vf_kept(kept, e.power);
    return e;
}

/* As softmax_exponentials, with the masks of four vectors at a time. For rows whose elements that are kept are close to
 * the maximum. */
VACT_INLINE double masked_close_exponentials(float *lanes, const elem *src, const softmax_place *place, bool unit)
{
    const logits_row *row = place->row;
    const size_t cols = row->cols;
    row_sum sum;
    vf_pair lane[ROW_VECTORS];
    for (size_t k = 0; k < ROW_VECTORS; k++)
        softmax_begin(&lane[k]);
    size_t i = 0;
    while (i < cols) {
        if (__builtin_expect(i > 0 && i % SOFTMAX_LONG == 0, 0)) {
            softmax_lengthen(&sum, lane, i == SOFTMAX_LONG);
            for (size_t k = 0; k < ROW_VECTORS; k++)
                softmax_begin(&lane[k]);
        }
        for (size_t k = 0; i > 0 && k < ROW_VECTORS; k++)
            softmax_fold(&lane[k]);
        const size_t end = cols - i < SOFTMAX_FOLD ? cols : i + SOFTMAX_FOLD;
        for (; end - i >= ROW_LANES; i += ROW_LANES)
            for (size_t k = 0; k < ROW_VECTORS; k += 4) {
                vk kept[4];
                vk_bytes_of_four(row->keep + i + k * VF_LANES, kept);
#pragma GCC unroll 4
                for (size_t j = 0; j < 4; j++) {
                    const size_t at = i + (k + j) * VF_LANES;
                    const fast_eighths e = masked_close_part(elem_load(src + at), kept[j], place, unit);
                    vf_store(lanes + at, softmax_add(&lane[k + j], e));
                }
            }
        vk kept[4];
        for (size_t k = 0; k < ROW_VECTORS && i < end; k++, i += VF_LANES) {
            if (k % 4 == 0)
                masked_kept_four(kept, i, row);
            const vf x = rows_load(src, i, cols);
            rows_store_lanes(lanes, softmax_add(&lane[k], masked_close_part(x, kept[k % 4], place, unit)), i, cols);
        }
    }
    for (size_t k = 0; k < ROW_VECTORS; k++)
        softmax_end(&lane[k]);
    if (__builtin_expect(cols <= SOFTMAX_LONG, 1))
        return sum_tree_finite(lane);
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum.lane[k] = lane[k];
    return row_sum_long_total(&sum);
}

VACT_NOINLINE static double masked_close_sum(float *lanes, const elem *src, const logits_row *whole, float max)
{
    const logits_row row = *whole;
    const softmax_place place = softmax_place_near(max, &row);
    return row.scale == 1.0f ? masked_close_exponentials(lanes, src, &place, true)
                             : masked_close_exponentials(lanes, src, &place, false);
}

VACT_ONCE static double masked_kept_sum(float *lanes, const elem *src, const logits_row *whole, float max)
{
    const logits_row row = *whole;
    const softmax_place place = softmax_place_near(max, &row);
    return softmax_exponentials(lanes, src, row.cols, &place, masked_kept_parts);
}

VACT_ONCE static double masked_biased_sum(float *lanes, const elem *src, const logits_row *whole, float max)
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
    const double sum = kind == MASKED_BIASED   ? masked_biased_sum(lanes, src, row, max)
                       : kind == MASKED_SCALED ? masked_scaled_sum(lanes, src, row, max, close)
                       : ELEM_IS_LANE && close ? masked_close_sum(lanes, src, row, max)
                                               : masked_kept_sum(lanes, src, row, max);
    return sum + softmax_sink(&place, true);
}

/* A row whose exponentials are computed; no columns: none. */
typedef struct {
    elem *dst;
    size_t cols;
    double sum;
    bool close;
    float *lanes; /* the exponentials; not dst where elements are no floats */
} masked_begun;

/* softmax_quotient, at its usual speed where e is 0, too. */
VACT_INLINE vf masked_quotient(vf e, vf_pair reciprocal)
{
    const vf p = vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo));
    if (__builtin_expect(vm_any(vm_and(vm_lt(vf_set1(0.0f), p), vm_lt(p, vf_set1(0x1p-10f)))), 0))
        return softmax_unscaled(p);
    return vf_mul(p, vf_set1(0x1p-116f));
}

VACT_ONCE static void masked_end(const masked_begun *row)
{
    const float *exponentials = row->lanes;
    if (row->cols == 0)
        return;
    if (row->close)
        softmax_quotients(row->dst, exponentials, row->cols, softmax_scaled_reciprocal(row->sum, 1.0),
                          softmax_close_quotient, false);
    else
        softmax_quotients(row->dst, exponentials, row->cols, softmax_reciprocal_of_sum(row->sum), masked_quotient,
                          false);
}

/* A row of which the buffer holds a piece. */
VACT_NOINLINE static void masked_row_twice(elem *dst, const elem *src, const logits_row *row, float max, bool close,
                                           float *lanes)
{
    masked_begun at = {dst, 0, masked_sum(NULL, src, row, max, close), close, lanes};
    for (size_t c = 0; c < row->cols; c += at.cols) {
        at.dst = dst + c;
        at.cols = rows_piece(c, row->cols);
        const logits_row piece = logits_piece(row, c, at.cols);
        (void)masked_sum(lanes, src + c, &piece, max, close);
        masked_end(&at);
    }
}

/* Begins a row and ends the one before it: so the chains of scalars between the passes of one overlap with the passes
 * of the other. A soft cap's results have been stored (rows/softcap.h), or the row is wide. */
VACT_INLINE void masked_softmax_row(elem *dst, const elem *src, const logits_row *row, masked_begun *begun)
{
    const masked_range range = masked_range_of(src, row);
    const float max = logits_join((logits_pivot){range.max, 0.0f}, row->sink).hi;
    masked_end(begun);
    float *const lanes = ELEM_IS_LANE ? elem_lanes(dst) : begun->lanes;
    *begun = (masked_begun){dst, 0, 0.0, max - range.min <= SOFTMAX_CLOSE, lanes};
    if (__builtin_expect(!range.usual || !softmax_is_near(max) || row->cap != 0.0f, 0)) {
        softmax_any_row(dst, src, row->cols, row, lanes);
    } else if (rows_are_whole(row->cols)) {
        begun->sum = masked_sum(lanes, src, row, max, begun->close);
        begun->cols = row->cols;
    } else {
        masked_row_twice(dst, src, row, max, begun->close, lanes);
    }
}

#endif
