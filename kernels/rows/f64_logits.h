/*
 * The logits of a row in double lanes, as hi/lo pairs: the elements, or with options scale*x + slope*bias with a soft
 * cap before or after the bias. Of floats both products are exact, and so is their sum but for what a pair loses.
 */
#ifndef VACT_ROWS_F64_LOGITS_H
#define VACT_ROWS_F64_LOGITS_H

#include "rows/f64_row.h"

typedef struct {
    row_block hi, lo; /* lo: only where elements are no lanes */
} row_logits;

/* A low part of an infinity or NaN is 0. */
VACT_INLINE void row_put_pair(row_logits *z, size_t v, vf_pair p)
{
    const vm finite = vm_lt(vf_abs(p.hi), vf_set1(__builtin_inf()));
    vf_store(z->hi.x + v * VF_LANES, p.hi);
    vf_store(z->lo.x + v * VF_LANES, vf_select(finite, p.lo, vf_set1(0.0)));
}

VACT_INLINE vf_pair row_pair(const row_logits *z, size_t v)
{
    return (vf_pair){vf_load(z->hi.x + v * VF_LANES), vf_load(z->lo.x + v * VF_LANES)};
}

/* c*tanh(z/c). Beyond 2^300, which no logit of finite floats is, the quotient's low part would be NaN. */
VACT_NOINLINE static void row_cap(row_logits *z, double c)
{
    const vf cap = vf_set1(c), most = vf_set1(0x1p300);
    for (size_t v = 0; v < ROW_VECTORS; v++) {
        vf_pair p = row_pair(z, v);
        p = pair_select(vm_lt(most, vf_abs(p.hi)), pair_of(vf_copysign(most, p.hi)), p);
        row_put_pair(z, v, pair_multiply_lane(wide_tanh(pair_divide(p, pair_of(cap))), cap));
    }
}

/* Elements i and on, n of them, with the options of the row. */
VACT_NOINLINE static void row_make_logits(row_logits *z, const logits_row *row, size_t i, size_t n)
{
    row_block added;
    const vf scale = vf_set1((double)row->scale);
    const bool cap = row->cap != 0.0f, capped_after = cap && row->cap_after;
    for (size_t k = 0; k < ROW_BLOCK; k++) {
        const double bias = k < n && row->bias != NULL ? (double)row->bias[i + k] : 0.0;
        added.x[k] = bias == -__builtin_inf() ? 0.0 : bias * (double)row->slope;
    }
    for (size_t v = 0; v < ROW_VECTORS; v++)
        row_put_pair(z, v, pair_of(vf_mul(vf_load(z->hi.x + v * VF_LANES), scale)));
    if (cap && !capped_after)
        row_cap(z, (double)row->cap);
    for (size_t v = 0; v < ROW_VECTORS; v++) {
        const vf bias = vf_load(added.x + v * VF_LANES);
        vf_pair p = row_pair(z, v);
        const vf plain = vf_add(p.hi, bias);
        p = pair_select(vm_lt(vf_abs(plain), vf_set1(__builtin_inf())), pair_add_lane(p, bias), pair_of(plain));
        row_put_pair(z, v, p);
    }
    if (capped_after)
        row_cap(z, (double)row->cap);
    for (size_t k = 0; k < ROW_BLOCK; k++)
        if (k >= n || (row->keep != NULL && row->keep[i + k] == 0) ||
            (row->bias != NULL && row->bias[i + k] == -__builtin_inff())) {
            z->hi.x[k] = -__builtin_inf();
            z->lo.x[k] = 0.0;
        }
}

/* Elements i and on, n of them; `fill` in the places beyond, or -inf with options. */
VACT_INLINE void row_load_logits(row_logits *to, f64_row from, size_t i, size_t n, double fill)
{
    const bool plain = ELEM_IS_LANE || from.options == NULL;
    row_load(&to->hi, from, i, n, plain ? fill : 0.0); /* an infinity times a scale of 0 would be invalid */
    if (!ELEM_IS_LANE)
        memset(&to->lo, 0, sizeof to->lo);
    if (!plain)
        row_make_logits(to, from.options, i, n);
}

typedef struct {
    double hi, lo;
    bool of_sink;
} row_largest;

VACT_INLINE bool row_is_above(double hi, double lo, const row_largest *most)
{
    return hi > most->hi || (hi == most->hi && lo > most->lo);
}

/* The largest logit or the sink, whichever is the larger; NaN where an element or the sink is. An element of +inf
 * counts more than such a sink. */
VACT_NOINLINE static row_largest row_largest_of(f64_row from)
{
    row_logits block;
    row_largest most = {-__builtin_inf(), 0.0, false};
    for (size_t i = 0, n; i < from.cols; i += n) {
        n = row_left(from.cols - i);
        row_load_logits(&block, from, i, n, 0.0);
        for (size_t k = 0; k < n; k++) {
            if (block.hi.x[k] != block.hi.x[k])
                return (row_largest){block.hi.x[k], 0.0, false};
            if (row_is_above(block.hi.x[k], block.lo.x[k], &most))
                most = (row_largest){block.hi.x[k], block.lo.x[k], false};
        }
    }
    const double sink = (double)from.options->sink;
    return sink != sink || row_is_above(sink, 0.0, &most) ? (row_largest){sink, 0.0, true} : most;
}

#endif
