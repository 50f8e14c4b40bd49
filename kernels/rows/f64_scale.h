/* What the exponentials of a row in double lanes are relative to, and their sum. */
#ifndef VACT_ROWS_F64_SCALE_H
#define VACT_ROWS_F64_SCALE_H

#include "rows/f64_logits.h"

/* What a row's exponentials are relative to. */
typedef struct {
    double max, max_low; /* a hi/lo pair */
    bool of_sink;        /* the maximum is the sink */
    vf_pair rest;        /* the sum of e^(x - max) over all but one that is the maximum */
} row_scale;

/* The largest element; NaN where one is. -inf for no elements. */
VACT_INLINE double row_maximum(f64_row from)
{
    row_block block;
    vf most = vf_set1(-__builtin_inf()), nan = vf_set1(0.0);
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load(&block, from, i, n, -__builtin_inf());
        for (size_t v = 0; v < ROW_VECTORS; v++) {
            const vf x = vf_load(block.x + v * VF_LANES);
            most = vf_max(x, most);
            nan = vf_select(vm_eq(x, x), nan, x);
        }
    }
    double lanes[VF_LANES], nans[VF_LANES], max = -__builtin_inf();
    vf_store(lanes, most);
    vf_store(nans, nan);
    for (size_t k = 0; k < VF_LANES; k++) {
        max = lanes[k] > max ? lanes[k] : max;
        if (nans[k] != nans[k])
            return nans[k];
    }
    return max;
}

VACT_INLINE row_scale row_scale_of_maximum(f64_row from)
{
    row_scale scale = {0.0, 0.0, false, pair_zero()};
    if (ELEM_IS_LANE || from.options == NULL) {
        scale.max = row_maximum(from);
    } else {
        const row_largest most = row_largest_of(from);
        scale.max = most.hi;
        scale.max_low = most.lo;
        scale.of_sink = most.of_sink;
    }
    return scale;
}

/* x - max as an argument of wide_exp, exact. An infinite x has no low part. */
VACT_INLINE vf_pair row_difference(vf x, vf max)
{
    vf_pair t = pair_sum(x, vf_neg(max));
    t.lo = vf_select(vm_lt(vf_abs(t.hi), vf_set1(__builtin_inf())), t.lo, vf_set1(0.0));
    return t;
}

/* t + low where t is finite. */
VACT_INLINE vf_pair row_with_low(vf_pair t, vf low)
{
    return pair_select(vm_lt(vf_abs(t.hi), vf_set1(__builtin_inf())), pair_add_lane(t, low), t);
}

/* The same of logits, vector v of a block. */
VACT_INLINE vf_pair row_below(const row_logits *from, size_t v, const row_scale *scale)
{
    const vf_pair t = row_difference(vf_load(from->hi.x + v * VF_LANES), vf_set1(scale->max));
    if (ELEM_IS_LANE)
        return t;
    return row_with_low(t, vf_sub(vf_load(from->lo.x + v * VF_LANES), vf_set1(scale->max_low)));
}

VACT_INLINE bool row_is_finite(const row_scale *scale) { return __builtin_fabs(scale->max) < __builtin_inf(); }

VACT_NOINLINE static row_scale row_scale_of(f64_row from)
{
    row_scale scale = row_scale_of_maximum(from);
    if (!row_is_finite(&scale))
        return scale;
    row_logits block;
    row_sums sums = row_no_sums();
    bool found = scale.of_sink;
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load_logits(&block, from, i, n, -__builtin_inf());
        for (size_t k = 0; k < n && !found; k++)
            if (block.hi.x[k] == scale.max && (ELEM_IS_LANE || block.lo.x[k] == scale.max_low)) {
                found = true;
                block.hi.x[k] = -__builtin_inf();
            }
        for (size_t v = 0; v < ROW_VECTORS; v++)
            sums.of[v] = pair_add(sums.of[v], wide_plain(wide_exp(row_below(&block, v, &scale))));
    }
    scale.rest = row_total(sums);
    if (!ELEM_IS_LANE && from.options != NULL && !scale.of_sink) {
        const vf_pair t = row_difference(vf_set1((double)from.options->sink), vf_set1(scale.max));
        scale.rest = pair_add(scale.rest, wide_plain(wide_exp(row_with_low(t, vf_set1(-scale.max_low)))));
    }
    return scale;
}

#endif
