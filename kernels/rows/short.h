/*
 * Rows of at most 64 columns, for softmax and log_softmax, with the bits that rows/exponentials.h gives. Every lane of
 * a sum has one term at most, so there are no running sums.
 *
 * Few rows are computed one by one, in registers.
 *
 * Many rows are computed in groups of VF_LANES. Each row's maximum and sum are taken over the lanes of a vector: two
 * vectors of two rows become one at each step. Half of the lanes of each change places (vf_exchange_pair), then one
 * operation serves both rows. So a group needs VF_LANES - 1 operations, where its rows one by one would need
 * log2(VF_LANES) each. It ends with a vector that has a lane for every row, and what is computed once per row is
 * computed in vectors too.
 */
#ifndef VACT_ROWS_SHORT_H
#define VACT_ROWS_SHORT_H

#include "rows/exponentials.h"

enum {
    SHORT_COLUMNS = ROW_LANES, /* at most so many */
    SHORT_GROUP = VF_LANES,    /* rows */
    SHORT_LEAST = 4            /* rows in a group; fewer are computed one by one */
};

/* Where a walk over the rows of a matrix is. `alone` rows from there on are of a group that was not near as a whole:
 * they are tried as groups of one. */
typedef struct {
    size_t row, alone;
} short_walk;

/* The rows of the next group. */
VACT_INLINE size_t short_next(const short_walk *at, size_t rows)
{
    const size_t left = rows - at->row;
    return at->alone > 0 ? 1 : left < SHORT_GROUP ? left : SHORT_GROUP;
}

VACT_INLINE void short_done(short_walk *at, size_t n)
{
    at->row += n;
    at->alone -= at->alone > 0;
}

/* After a group of n rows; `near`: it is done. False where a single row is not near. */
VACT_INLINE bool short_step(short_walk *at, size_t n, bool near)
{
    if (__builtin_expect(near, 1))
        short_done(at, n);
    else if (at->alone == 0)
        at->alone = n;
    else
        return false;
    return true;
}

/* The number of vectors of a row. In the functions below `vectors` is a constant, up to 4. */
VACT_INLINE size_t short_vectors(size_t cols) { return (cols + VF_LANES - 1) / VF_LANES; }

/* The same for rows of more than four vectors, so that compilers leave out what rows cannot have. */
VACT_INLINE size_t short_vectors_above_four(size_t cols)
{
    const size_t vectors = short_vectors(cols);
    if (vectors <= 4)
        __builtin_unreachable();
    if (vectors > ROW_VECTORS)
        __builtin_unreachable();
    return vectors;
}

/* The same for any row, where one copy of the code serves all: of 16 bits, for the size. */
VACT_INLINE size_t short_vectors_of_any(size_t cols)
{
    const size_t vectors = short_vectors(cols);
    if (vectors == 0)
        __builtin_unreachable();
    if (vectors > ROW_VECTORS)
        __builtin_unreachable();
    return vectors;
}

VACT_INLINE bool short_is_partial(size_t k, size_t cols, size_t vectors)
{
    return k + 1 == vectors && cols - k * VF_LANES < VF_LANES;
}

/* Vector k. Beyond the row it holds the first element, which changes neither the largest nor the smallest. */
VACT_INLINE vf short_load(const elem *src, size_t k, size_t cols, size_t vectors)
{
    const size_t i = k * VF_LANES;
    return short_is_partial(k, cols, vectors)
               ? vf_keep_first(elem_load_partial(src + i, cols - i), cols - i, vf_set1(elem_value(src)))
               : elem_load(src + i);
}

VACT_INLINE void short_store(elem *dst, vf y, size_t k, size_t cols, size_t vectors)
{
    if (short_is_partial(k, cols, vectors))
        elem_store_partial(dst + k * VF_LANES, y, cols - k * VF_LANES);
    else
        elem_store(dst + k * VF_LANES, y);
}

/* The exponentials of vector k: as they are stored, and as the only terms of their lanes (softmax_add). Both are 0
 * beyond the row. */
typedef struct {
    vf stored;
    vf_pair term;
} short_part;

VACT_INLINE short_part short_part_of(fast_eighths e, size_t k, size_t cols, size_t vectors)
{
    const vf most = vf_set1(EIGHTHS_MOST);
    if (short_is_partial(k, cols, vectors))
        e.power = vf_keep_first(e.power, cols - k * VF_LANES, vf_set1(0.0f));
    short_part part;
    part.stored = fast_eighths_value(e);
    part.term.hi = vf_sub(vf_add(most, part.stored), most);
    part.term.lo = vf_fma(e.power, e.rise, vf_sub(e.power, part.term.hi));
    return part;
}

/* sum_join for high parts that are not negative: from the larger one, two subtractions give the error. */
VACT_INLINE vf_pair short_sum(vf_pair a, vf_pair b)
{
    const vf hi = vf_add(a.hi, b.hi), large = vf_max(a.hi, b.hi), small = vf_min(a.hi, b.hi);
    return (vf_pair){hi, vf_add(vf_add(a.lo, b.lo), vf_sub(small, vf_sub(hi, large)))};
}

/* short_sum or sum_join. */
typedef vf_pair short_sum_fn(vf_pair a, vf_pair b);

VACT_INLINE void short_sum_half(vf_pair *term, size_t half, size_t vectors, short_sum_fn *sum)
{
#pragma GCC unroll 8
    for (size_t k = 0; k < half; k++)
        if (k + half < vectors)
            term[k] = sum(term[k], term[k + half]);
}

/* The first part of the tree (sum_tree), between vectors. Those that the row does not have would add 0. Here and below
 * there is no loop over the steps: compilers do not always unroll one that halves its counter. */
VACT_INLINE vf_pair short_sum_of(vf_pair *term, size_t vectors, short_sum_fn *sum)
{
    if (ROW_VECTORS >= 16)
        short_sum_half(term, 8, vectors, sum);
    if (ROW_VECTORS >= 8)
        short_sum_half(term, 4, vectors, sum);
    short_sum_half(term, 2, vectors, sum);
    short_sum_half(term, 1, vectors, sum);
    return term[0];
}

/* One row ------------------------------------------------------------------------------------------------------- */

/* The largest of all lanes, in every lane. */
VACT_INLINE vf short_max(vf max)
{
    if (VF_LANES >= 16)
        max = vf_max(max, vf_exchange(max, 8));
    if (VF_LANES >= 8)
        max = vf_max(max, vf_exchange(max, 4));
    max = vf_max(max, vf_exchange(max, 2));
    return vf_max(max, vf_exchange(max, 1));
}

/* The rest of the tree, over the lanes. */
VACT_INLINE vf_pair short_fold(vf_pair sum, size_t half)
{
    return short_sum(sum, (vf_pair){vf_exchange(sum.hi, half), vf_exchange(sum.lo, half)});
}

VACT_INLINE double short_total(vf_pair sum)
{
    if (VF_LANES >= 16)
        sum = short_fold(sum, 8);
    if (VF_LANES >= 8)
        sum = short_fold(sum, 4);
    sum = short_fold(short_fold(sum, 2), 1);
    return (double)sum_first_lane(sum.hi) + (double)sum_first_lane(sum.lo);
}

/* The elements of a row, the smallest in each lane, and the largest of all. */
typedef struct {
    vf z[ROW_VECTORS];
    vf least, max;
} short_row;

VACT_INLINE short_row short_row_of(const elem *src, size_t cols, size_t vectors)
{
    short_row row;
    row.least = row.max = row.z[0] = short_load(src, 0, cols, vectors);
#pragma GCC unroll 16
    for (size_t k = 1; k < ROW_VECTORS; k++)
        if (k < vectors) {
            row.z[k] = short_load(src, k, cols, vectors);
            row.max = vf_max(row.max, row.z[k]);
            row.least = vf_min(row.least, row.z[k]);
        } else {
            row.z[k] = row.z[0]; /* not used: so that compilers see that it is set */
        }
    row.max = short_max(row.max);
    return row;
}

/* Whether the maximum is near and all logits are close to it (SOFTMAX_CLOSE). If one is NaN it may be either. */
VACT_INLINE bool short_is_close(const short_row *row)
{
    const vm near = vm_le(vf_abs(row->max), vf_set1(SOFTMAX_NEAR));
    return vm_all(vm_and(near, vm_le(vf_sub(row->max, vf_set1(SOFTMAX_CLOSE)), row->least)));
}

/*
 * softmax_near for such a row, with the same bits. The origin of a row only adds a whole number to t: no product of a
 * logit with 8*log2(e) lies halfway between two. So the logits are reduced while the maximum is still being found, and
 * then the number is added.
 */
VACT_INLINE vi short_shift_of(vf max)
{
    const vf most = vf_set1(0x1.8p23f + 8.0f * 64.0f + 6.0f); /* as in fast_eighths_origin */
    return vi_sub(vf_bits(most), vf_bits(vf_fma(max, vf_set1(8.0f * MATH_LOG2E), vf_set1(0x1.8p23f))));
}

VACT_INLINE fast_eighths short_exponential(vf z, vi shift)
{
    fast_eighths_reduced x = fast_eighths_reduce(z, vf_set1(0x1.8p23f));
    x.t = vf_of_bits(vi_add(vf_bits(x.t), shift));
    return fast_eighths_of(x);
}

/* Groups of rows ------------------------------------------------------------------------------------------------ */

/* A group of n rows of one matrix. */
typedef struct {
    const elem *src;
    size_t stride, n, cols;
} short_rows;

/* Vectors of each row: maxima, or the high and the low parts of sums. */
typedef struct {
    float hi[SHORT_GROUP][VF_LANES], lo[SHORT_GROUP][VF_LANES];
} short_lanes;

VACT_INLINE void short_max_half(vf *v, size_t half)
{
#pragma GCC unroll 8
    for (size_t r = 0; r < half; r++) {
        vf_exchange_pair(&v[r], &v[r + half], half);
        v[r] = vf_max(v[r], v[r + half]);
    }
}

/* The largest lane of each row. Apart, as what follows: so there is one copy. */
VACT_NOINLINE static vf short_max_of(const short_lanes *lanes)
{
    vf v[SHORT_GROUP];
#pragma GCC unroll 16
    for (size_t r = 0; r < SHORT_GROUP; r++)
        v[r] = vf_load(lanes->hi[r]);
    if (SHORT_GROUP >= 16)
        short_max_half(v, 8);
    if (SHORT_GROUP >= 8)
        short_max_half(v, 4);
    if (SHORT_GROUP >= 4) {
        short_max_half(v, 2);
        short_max_half(v, 1);
    }
    return v[0];
}

VACT_INLINE void short_totals_half(vf_pair *v, size_t half, short_sum_fn *sum)
{
#pragma GCC unroll 8
    for (size_t r = 0; r < half; r++) {
        vf_exchange_pair(&v[r].hi, &v[r + half].hi, half);
        vf_exchange_pair(&v[r].lo, &v[r + half].lo, half);
        v[r] = sum(v[r], v[r + half]);
    }
}

/* From the first `group` rows of lanes, eight at most. */
VACT_INLINE vf_pair short_totals_of(const short_lanes *lanes, size_t group, short_sum_fn *sum)
{
    vf_pair v[SHORT_GROUP];
#pragma GCC unroll 16
    for (size_t r = 0; r < group; r++)
        v[r] = (vf_pair){vf_load(lanes->hi[r]), vf_load(lanes->lo[r])};
    if (group >= 8)
        short_totals_half(v, 4, sum);
    if (SHORT_GROUP >= 4) {
        short_totals_half(v, 2, sum);
        short_totals_half(v, 1, sum);
    }
    return v[0];
}

/* The sum of each row: the rest of the tree. As doubles, from sums of each kind. Of sixteen rows the first step is done
 * in place: in registers, which are too few, copies would lie on the stack beside the buffers of the group. */
VACT_INLINE void short_doubles(double *totals, short_lanes *lanes, short_sum_fn *sum)
{
    const size_t group = SHORT_GROUP >= 16 ? SHORT_GROUP / 2 : SHORT_GROUP;
    float hi[VF_LANES], lo[VF_LANES];
#pragma GCC unroll 2
    for (size_t r = group; r < SHORT_GROUP; r++) {
        vf_pair a = {vf_load(lanes->hi[r - group]), vf_load(lanes->lo[r - group])};
        vf_pair b = {vf_load(lanes->hi[r]), vf_load(lanes->lo[r])};
        vf_exchange_pair(&a.hi, &b.hi, 8);
        vf_exchange_pair(&a.lo, &b.lo, 8);
        a = sum(a, b);
        vf_store(lanes->hi[r - group], a.hi);
        vf_store(lanes->lo[r - group], a.lo);
    }
    const vf_pair all = short_totals_of(lanes, group, sum);
    vf_store(hi, all.hi);
    vf_store(lo, all.lo);
    for (size_t r = 0; r < VF_LANES; r++)
        totals[r] = sum_total(hi[r], lo[r]);
}

VACT_NOINLINE static void short_totals(double *totals, short_lanes *lanes) { short_doubles(totals, lanes, short_sum); }

/* The same where high parts may be negative. */
VACT_NOINLINE static void short_signed_totals(double *totals, short_lanes *lanes)
{
    short_doubles(totals, lanes, sum_join);
}

/* What fills a group that has fewer rows. */
VACT_INLINE void short_fill(short_lanes *lanes, size_t n, float hi)
{
#pragma GCC unroll 1
    for (size_t r = n; r < SHORT_GROUP; r++) {
        vf_store(lanes->hi[r], vf_set1(hi));
        vf_store(lanes->lo[r], vf_set1(0.0f));
    }
}

/* The maximum of each row, 0 for those that the group lacks. */
VACT_INLINE vf short_maxima(short_lanes *lanes, const short_rows *rows, size_t vectors)
{
    const elem *src = rows->src;
#pragma GCC unroll 1
    for (size_t r = 0; r < rows->n; r++, src += rows->stride) {
        vf max = short_load(src, 0, rows->cols, vectors);
#pragma GCC unroll 16
        for (size_t k = 1; k < ROW_VECTORS; k++)
            if (k < vectors)
                max = vf_max(max, short_load(src, k, rows->cols, vectors));
        vf_store(lanes->hi[r], max);
    }
    short_fill(lanes, rows->n, 0.0f);
    return short_max_of(lanes);
}

VACT_INLINE bool short_are_near(vf max) { return vm_all(vm_le(vf_abs(max), vf_set1(SOFTMAX_NEAR))); }

/* No share is subnormal, nor what it is made of, if all exponentials are at least so large. They are, if all logits are
 * close to their maxima. */
#define SHORT_LEAST_EXPONENTIAL 64.0f

/* The sum of each row, from the maxima; 1 for those that the group lacks. The exponentials go to `stored`, whole
 * vectors one after the other, unless it is null. Then *close tells whether all are at least SHORT_LEAST_EXPONENTIAL.
 */
VACT_INLINE void short_sums(double *totals, short_lanes *lanes, float *stored, bool *close, const short_rows *rows,
                            vf max, size_t vectors)
{
    float bottom[VF_LANES], origin[VF_LANES];
    vf_store(bottom, vf_add(max, vf_set1(SOFTMAX_LEAST)));
    vf_store(origin, fast_eighths_origin(max));
    vf least = vf_set1(SHORT_LEAST_EXPONENTIAL);
    const elem *src = rows->src;
#pragma GCC unroll 1
    for (size_t r = 0; r < rows->n; r++, src += rows->stride) {
        vf_pair term[ROW_VECTORS];
        vf row_least = vf_set1(SHORT_LEAST_EXPONENTIAL);
#pragma GCC unroll 16
        for (size_t k = 0; k < ROW_VECTORS; k++)
            if (k < vectors) {
                const vf z = vf_max(vf_set1(bottom[r]), short_load(src, k, rows->cols, vectors));
                const fast_eighths parts = fast_eighths_of(fast_eighths_reduce(z, vf_set1(origin[r])));
                const short_part part = short_part_of(parts, k, rows->cols, vectors);
                term[k] = part.term;
                if (stored) {
                    vf_store(stored + (r * vectors + k) * VF_LANES, part.stored);
                    /* The least comes second: so a NaN, which makes its own row NaN, does not hide other rows. */
                    const vf e = short_is_partial(k, rows->cols, vectors)
                                     ? vf_keep_first(part.stored, rows->cols - k * VF_LANES, row_least)
                                     : part.stored;
                    row_least = vf_min(e, row_least);
                }
            } else {
                term[k] = (vf_pair){least, least}; /* not used: so that compilers see that it is set */
            }
        least = vf_min(row_least, least);
        const vf_pair sum = short_sum_of(term, vectors, short_sum);
        vf_store(lanes->hi[r], sum.hi);
        vf_store(lanes->lo[r], sum.lo);
    }
    *close = vm_all(vm_le(vf_set1(SHORT_LEAST_EXPONENTIAL), least));
    short_fill(lanes, rows->n, 1.0f);
    short_totals(totals, lanes);
}

#endif
