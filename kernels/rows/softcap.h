/*
 * The soft cap of logits: c*tanh(z/c), z = scale*x or, after the mask, scale*x + slope*bias. softmax and log_softmax
 * first store the capped logits in dst, as floats, and go on from there as from elements. In units of 2^-24*c a capped
 * logit errs by 0.45 for the rounding of z (d tanh(q) = q*(1 - tanh(q)^2)*dq/q, at most 0.448 there), and by up to 1.41
 * in softcap_by_table, 1.13 in softcap_forward: below the 2 that vact.h grants.
 */
#ifndef VACT_ROWS_SOFTCAP_H
#define VACT_ROWS_SOFTCAP_H

#include "act/fast/softcap.h"
#include "math/fast/gradient.h"
#include "rows/logits.h"
#include "rows/softcap_table.h"

VACT_INLINE vact_params_f32 softcap_params(const logits_row *row)
{
    vact_params_f32 params = {{0.0f}};
    params.v[0] = row->cap;
    return params;
}

/* z in the lanes that are not `exact`, where a product overflows or is so much larger than c that a pair of floats
 * would lose digits of their difference. */
VACT_NOINLINE static vf_pair softcap_far_sum(vf x, vf bias, const logits_row *row, vf_pair z, vm exact)
{
    float xs[VF_LANES], biases[VF_LANES], hi[VF_LANES], lo[VF_LANES];
    vf_store(xs, x);
    vf_store(biases, bias);
    for (size_t k = 0; k < VF_LANES; k++) {
        const logits_pivot parts =
            rows_split((double)xs[k] * (double)row->scale + (double)biases[k] * (double)row->slope);
        hi[k] = parts.hi;
        lo[k] = parts.lo;
    }
    return (vf_pair){vf_select(exact, z.hi, vf_load(hi)), vf_select(exact, z.lo, vf_load(lo))};
}

/* z of the vector at column i. A bias of -inf counts as 0. */
VACT_INLINE vf_pair softcap_argument(const elem *src, size_t i, size_t cols, const logits_row *row)
{
    const vf x = rows_load(src, i, cols), zero = vf_set1(0.0f);
    const vf_pair product = pair_product(x, vf_set1(row->scale));
    if (!row->cap_after)
        return (vf_pair){product.hi, vf_select(vm_lt(vf_abs(product.hi), vf_set1(FLT_MAX)), product.lo, zero)};
    vf bias = rows_load_lanes(row->bias, i, cols);
    bias = vf_select(vm_eq(bias, vf_set1(-__builtin_inff())), zero, bias);
    const vf_pair added = pair_product(bias, vf_set1(row->slope)), sum = pair_sum(product.hi, added.hi);
    const vf low = vf_add(sum.lo, vf_add(product.lo, added.lo)), hi = vf_add(sum.hi, low);
    const vf_pair z = {hi, vf_sub(low, vf_sub(hi, sum.hi))};
    const vf most = vf_set1(row->cap < FLT_MAX * 0x1p-20f ? row->cap * 0x1p20f : FLT_MAX);
    const vm exact = vm_and(vm_le(vf_abs(product.hi), most), vm_le(vf_abs(added.hi), most));
    return __builtin_expect(vm_all(exact), 1) ? z : softcap_far_sum(x, bias, row, z, exact);
}

/* The capped logit, -inf where the bias of a sum is. */
VACT_INLINE vf softcap_value(const elem *src, size_t i, size_t cols, const logits_row *row,
                             const vact_params_f32 *params)
{
    const vf nothing = vf_set1(-__builtin_inff());
    const vf y = softcap_forward(softcap_argument(src, i, cols, row).hi, params);
    return row->cap_after ? vf_select(vm_eq(rows_load_lanes(row->bias, i, cols), nothing), nothing, y) : y;
}

VACT_NOINLINE static vf softcap_at(const elem *src, size_t i, size_t cols, const logits_row *row)
{
    const vact_params_f32 params = softcap_params(row);
    return softcap_value(src, i, cols, row, &params);
}

typedef enum { SOFTCAP_SCALED, SOFTCAP_BIASED, SOFTCAP_SLOPED, SOFTCAP_ANY } softcap_kind;

/* z as one rounding of the exact sum where one of its products is by 1. Else of a pair (softcap_argument). */
VACT_INLINE softcap_kind softcap_kind_of(const logits_row *row)
{
    if (!row->cap_after)
        return SOFTCAP_SCALED;
    return row->slope == 1.0f ? SOFTCAP_BIASED : row->scale == 1.0f ? SOFTCAP_SLOPED : SOFTCAP_ANY;
}

/* The vector at column i, capped. A sum in which the bias is -inf is computed for nothing. */
VACT_INLINE void softcap_vector(elem *dst, const elem *src, size_t i, size_t cols, const logits_row *row,
                                const softcap_table *table, softcap_kind kind)
{
    const vf x = rows_load(src, i, cols), scale = vf_set1(row->scale), nothing = vf_set1(-__builtin_inff());
    if (kind == SOFTCAP_SCALED) {
        rows_store(dst, softcap_by_table(vf_mul(x, scale), table), i, cols);
        return;
    }
    const vf bias = rows_load_lanes(row->bias, i, cols);
    const vf z = kind == SOFTCAP_BIASED   ? vf_fma(x, scale, bias)
                 : kind == SOFTCAP_SLOPED ? vf_fma(bias, vf_set1(row->slope), x)
                                          : softcap_argument(src, i, cols, row).hi;
    rows_store(dst, vf_select(vm_eq(bias, nothing), nothing, softcap_by_table(z, table)), i, cols);
}

VACT_INLINE void softcap_vectors(elem *dst, const elem *src, const logits_row *row, const softcap_table *table,
                                 softcap_kind kind)
{
    const softcap_table here = *table;
    size_t i = 0;
    for (; row->cols - i >= VF_LANES; i += VF_LANES)
        softcap_vector(dst, src, i, i + VF_LANES, row, &here, kind);
    if (i < row->cols)
        softcap_vector(dst, src, i, row->cols, row, &here, kind);
}

/* Stores the capped logits of a row in dst, from where it goes on: returns the row that is left to do. */
VACT_NOINLINE static logits_row softcap_row(elem *dst, const elem *src, const logits_row *row,
                                            const softcap_table *table)
{
    const logits_row here = *row;
    if (__builtin_expect(!table->usual, 0))
        for (size_t i = 0; i < here.cols; i += VF_LANES)
            rows_store(dst, softcap_at(src, i, here.cols, &here), i, here.cols);
    else
        switch (softcap_kind_of(&here)) {
        case SOFTCAP_SCALED: softcap_vectors(dst, src, &here, table, SOFTCAP_SCALED); break;
        case SOFTCAP_BIASED: softcap_vectors(dst, src, &here, table, SOFTCAP_BIASED); break;
        case SOFTCAP_SLOPED: softcap_vectors(dst, src, &here, table, SOFTCAP_SLOPED); break;
        default: softcap_vectors(dst, src, &here, table, SOFTCAP_ANY);
        }
    logits_row rest = here;
    rest.scale = 1.0f;
    rest.cap = 0.0f;
    if (here.cap_after)
        rest.bias = NULL;
    return rest;
}

/* dx*(1 - tanh(z/c)^2) of the vector at column i, as in act/backward/softcap.h, with the low part of z. */
VACT_NOINLINE static vf softcap_slope(vf dx, const elem *src, size_t i, size_t cols, const logits_row *row)
{
    const vact_params_f32 params = softcap_params(row);
    const softcap_scaled scaled = softcap_scaled_of(&params);
    const vf inverse = vf_set1(scaled.inverse), c = vf_set1(scaled.c);
    const vf_pair z = softcap_argument(src, i, cols, row);
    const vf t = softcap_magnitude(z.hi, scaled, 0.5f * 175.5f), q = vf_mul(t, inverse);
    const vm inside = vm_lt(t, vf_set1(0.5f * 175.5f * scaled.c));
    const vf low = vf_where(inside, vf_flip_sign(z.lo, z.hi));
    const vf twice_lo = vf_mul(vf_fma(low, vf_set1(scaled.scale), vf_fnma(q, c, t)), vf_add(inverse, inverse));
    const gradient_power y = gradient_bell_of(dx, vf_max(vf_set1(0x1p-40f), vf_add(q, q)), twice_lo);
    return gradient_value_down((gradient_power){y.value, vf_add(y.shifted, vf_set1(2.0f))});
}

#endif
