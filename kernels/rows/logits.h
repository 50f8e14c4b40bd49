/*
 * The logits of a row: scale*x + slope*bias, as hi/lo pairs. Rounding the product alone would cost more than 60 ULP of
 * the exponential of a logit of 100. Masked columns are -inf. The soft cap is apart (rows/softcap.h).
 */
#ifndef VACT_ROWS_LOGITS_H
#define VACT_ROWS_LOGITS_H

#include "loop/rows.h"
#include "math/fast/exp_pair.h"
#include "rows/logits_row.h"
#include "rows/once.h"

/* Those of n elements that the boolean mask keeps. */
VACT_INLINE vm logits_kept(const unsigned char *keep, size_t n)
{
    if (n == VF_LANES)
        return vm_bytes(keep);
    unsigned char bytes[VF_LANES] = {0};
    for (size_t k = 0; k < n; k++)
        bytes[k] = keep[k];
    return vm_bytes(bytes);
}

/* The lanes at column i that a mask leaves out: by `keep` or a bias of -inf. */
VACT_INLINE vm logits_left_out(size_t i, size_t cols, const logits_row *row)
{
    const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
    vf z = vf_set1(0.0f);
    if (row->bias != NULL)
        z = n < VF_LANES ? vf_load_partial(row->bias + i, n) : vf_load(row->bias + i);
    if (row->keep != NULL)
        z = vf_select(logits_kept(row->keep + i, n), z, vf_set1(-__builtin_inff()));
    return vm_eq(z, vf_set1(-__builtin_inff()));
}

/* The columns from c to c + n alone. */
VACT_INLINE logits_row logits_piece(const logits_row *row, size_t c, size_t n)
{
    logits_row piece = *row;
    piece.bias = row->bias ? row->bias + c : NULL;
    piece.keep = row->keep ? row->keep + c : NULL;
    piece.cols = n;
    return piece;
}

VACT_INLINE bool logits_are_elements(const logits_row *row)
{
    return row->scale == 1.0f && row->bias == NULL && row->keep == NULL;
}

/* Lanes in which an infinite z comes from a finite x and bias become NaN. */
VACT_INLINE vf logits_overflown(vf z, vf x, vf bias)
{
    const vf infinity = vf_set1(__builtin_inff());
    const vm over = vm_and(vm_le(infinity, vf_abs(z)), vm_lt(vf_max(vf_abs(x), vf_abs(bias)), infinity));
    return vf_select(over, vf_set1(__builtin_nanf("")), z);
}

/* The vector at column i < cols; -inf beyond the row. The low part of an infinite logit has no meaning. `checked`, a
 * constant: a logit that overflows is NaN. A bias of -inf is left out of the sum, whose error would be NaN, and added
 * after it. */
VACT_INLINE vf_pair logits_read(const elem *src, size_t i, size_t cols, const logits_row *row, bool checked)
{
    vf nothing = vf_set1(-__builtin_inff());
    size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
    bool whole = n == VF_LANES;
    const vf x = whole ? elem_load(src + i) : elem_load_partial(src + i, n), zero = vf_set1(0.0f);
    vf_pair z = {x, zero};
    if (row->scale != 1.0f)
        z = pair_product(z.hi, vf_set1(row->scale));
    if (row->bias == NULL) {
        z.hi = checked && row->scale != 1.0f ? logits_overflown(z.hi, x, zero) : z.hi;
    } else {
        const vf bias = whole ? vf_load(row->bias + i) : vf_load_partial(row->bias + i, n);
        const vm left_out = vm_eq(bias, nothing);
        vf_pair added = {vf_select(left_out, zero, bias), zero};
        if (row->slope != 1.0f)
            added = pair_product(added.hi, vf_set1(row->slope));
        vf_pair sum = pair_sum(z.hi, added.hi);
        vf low = vf_add(sum.lo, vf_add(z.lo, added.lo));
        vm finite = vm_lt(vf_abs(sum.hi), vf_set1(__builtin_inff()));
        z.hi = vf_select(finite, vf_add(sum.hi, low), sum.hi);
        z.lo = vf_sub(low, vf_sub(z.hi, sum.hi));
        z.hi = vf_add_where(left_out, z.hi, nothing);
        z.hi = checked ? logits_overflown(z.hi, x, bias) : z.hi;
    }
    if (row->keep != NULL)
        z.hi = vf_select(logits_kept(row->keep + i, n), z.hi, nothing);
    if (n < VF_LANES)
        z.hi = vf_keep_first(z.hi, n, nothing);
    return z;
}

VACT_INLINE vf_pair logits_at(const elem *src, size_t i, size_t cols, const logits_row *row)
{
    return logits_read(src, i, cols, row, false);
}

typedef struct {
    float hi, lo;
} logits_pivot;

VACT_INLINE bool logits_above(logits_pivot a, logits_pivot b) { return a.hi > b.hi || (a.hi == b.hi && a.lo > b.lo); }

/* The larger of two vectors of pairs, lane by lane. A NaN counts as +inf: either one decides the row's result. */
VACT_INLINE vf_pair logits_larger(vf_pair best, vf_pair z)
{
    vf hi = vf_select(vm_eq(z.hi, z.hi), z.hi, vf_set1(__builtin_inff()));
    vm above = vm_or(vm_lt(best.hi, hi), vm_and(vm_eq(best.hi, hi), vm_lt(best.lo, z.lo)));
    return (vf_pair){vf_select(above, hi, best.hi), vf_select(above, z.lo, best.lo)};
}

VACT_INLINE vf_pair logits_checked(const elem *src, size_t i, size_t cols, const logits_row *row)
{
    return logits_read(src, i, cols, row, true);
}

/* The largest logit. +inf for a row with a NaN, and where a logit overflows (rows/wide.h). Never -0, which would show
 * in the sign of a zero result. */
VACT_NOINLINE static logits_pivot logits_max(const elem *src, size_t cols, const logits_row *row)
{
    vf_pair a = {vf_set1(-__builtin_inff()), vf_set1(0.0f)};
#pragma GCC unroll 1
    for (size_t i = 0; i < cols; i += VF_LANES)
        a = logits_larger(a, logits_checked(src, i, cols, row));
    float hi[VF_LANES], lo[VF_LANES];
    vf_store(hi, a.hi);
    vf_store(lo, a.lo);
    logits_pivot best = {hi[0], lo[0]};
    for (size_t lane = 1; lane < VF_LANES; lane++)
        if (logits_above((logits_pivot){hi[lane], lo[lane]}, best))
            best = (logits_pivot){hi[lane], lo[lane]};
    best.hi += 0.0f;
    return best;
}

/* A number so far below the pivot that the exponential of their distance is 0. */
VACT_INLINE vf logits_least(vf pivot)
{
    return vf_sub(pivot, vf_fma(vf_abs(pivot), vf_set1(0x1p-20f), vf_set1(1024.0f)));
}

/* z - pivot as a hi/lo pair, and -512 where it would be less: the exponential is 0 there. That includes -inf, whose
 * difference would have NaN as its error. */
VACT_INLINE vf_pair logits_distance(vf_pair z, vf_pair pivot)
{
    vf least = vf_set1(-512.0f);
    vf_pair d = pair_sum(vf_max(logits_least(pivot.hi), z.hi), vf_neg(pivot.hi));
    vf low = vf_add(d.lo, vf_sub(z.lo, pivot.lo));
    low = vf_select(vm_lt(least, d.hi), low, vf_set1(0.0f));
    vf bounded = vf_max(least, d.hi);
    vf hi = vf_add(bounded, low);
    return (vf_pair){hi, vf_sub(low, vf_sub(hi, bounded))};
}

/* The larger of the largest logit and the sink. +inf where the sink is NaN. Never -0. */
VACT_INLINE logits_pivot logits_join(logits_pivot pivot, float sink)
{
    const logits_pivot joined = {sink + 0.0f, 0.0f};
    if (sink != sink)
        return (logits_pivot){__builtin_inff(), 0.0f};
    return logits_above(joined, pivot) ? joined : pivot;
}

/* Where the pivot is infinite the differences mean nothing; the caller decides the row's result. */
VACT_INLINE bool logits_finite(logits_pivot pivot) { return pivot.hi - pivot.hi == 0.0f; }

/* The vector at column i < cols. */
VACT_INLINE vf rows_load(const elem *src, size_t i, size_t cols)
{
    return cols - i < VF_LANES ? elem_load_partial(src + i, cols - i) : elem_load(src + i);
}

VACT_INLINE void rows_store(elem *dst, vf v, size_t i, size_t cols)
{
    if (cols - i < VF_LANES)
        elem_store_partial(dst + i, v, cols - i);
    else
        elem_store(dst + i, v);
}

VACT_NOINLINE static void rows_fill(elem *dst, size_t cols, float value)
{
    for (size_t i = 0; i < cols; i += VF_LANES)
        rows_store(dst, vf_set1(value), i, cols);
}

/* The same for lanes in memory. */
VACT_INLINE vf rows_load_lanes(const float *src, size_t i, size_t cols)
{
    return cols - i < VF_LANES ? vf_load_partial(src + i, cols - i) : vf_load(src + i);
}

VACT_INLINE void rows_store_lanes(float *dst, vf v, size_t i, size_t cols)
{
    if (cols - i < VF_LANES)
        vf_store_partial(dst + i, v, cols - i);
    else
        vf_store(dst + i, v);
}

/* A double as two floats. The low part is 0 where the double is infinite or NaN. */
VACT_INLINE logits_pivot rows_split(double v)
{
    float hi = (float)v;
    double rest = v - (double)hi;
    return (logits_pivot){hi, rest - rest == 0.0 ? (float)rest : 0.0f};
}

/* Apart: with one lane Clang would subtract such pairs as halves of a register, whatever its other half holds. */
VACT_INLINE vf_pair rows_broadcast(logits_pivot p)
{
    return (vf_pair){vf_apart(vf_set1(p.hi)), vf_apart(vf_set1(p.lo))};
}

#endif
