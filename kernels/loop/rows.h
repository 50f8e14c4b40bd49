/*
 * How rows are walked and reduced. No operation's mathematics.
 *
 * A sum has 64 virtual lanes, lane = column mod 64. Each lane adds its columns in order and is a hi/lo pair: Knuth's
 * two-sum keeps the error of every addition. Then one fixed tree halves the lanes: 32, 16, 8, 4, 2, 1. A lane without a
 * column holds 0. So the bits of a sum depend on the row alone, not on the vector width, and its error stays near half
 * an ULP for any number of columns.
 */
#ifndef VACT_LOOP_ROWS_H
#define VACT_LOOP_ROWS_H

#include "math/common/pair.h"

enum { ROW_LANES = 64, ROW_VECTORS = ROW_LANES / VF_LANES };

typedef void act_row_fn(elem *dst, const elem *src, size_t cols);

VACT_INLINE void loop_rows(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols,
                           act_row_fn *row)
{
    for (size_t r = 0; r < rows; r++)
        row(dst + r * dst_stride, src + r * src_stride, cols);
}

VACT_INLINE float row_first_lane(vf v)
{
    float lanes[VF_LANES];
    vf_store(lanes, v);
    return lanes[0];
}

/* The smallest and the largest element. Where the row has a NaN they may be anything: its result is NaN anyway. */
typedef struct {
    float min, max;
} row_range;

VACT_INLINE row_range row_range_of(const elem *src, size_t cols)
{
    vf highest = vf_set1(__builtin_inff()), lowest = vf_set1(-__builtin_inff());
    vf min[4] = {highest, highest, highest, highest}, max[4] = {lowest, lowest, lowest, lowest};
    size_t i = 0;
    for (; cols - i >= 4 * VF_LANES; i += 4 * VF_LANES)
        for (size_t k = 0; k < 4; k++) {
            vf x = elem_load(src + i + k * VF_LANES);
            min[k] = vf_min(min[k], x);
            max[k] = vf_max(max[k], x);
        }
    for (; cols - i >= VF_LANES; i += VF_LANES) {
        min[0] = vf_min(min[0], elem_load(src + i));
        max[0] = vf_max(max[0], elem_load(src + i));
    }
    if (i < cols) {
        vf x = elem_load_partial(src + i, cols - i);
        min[1] = vf_min(min[1], vf_keep_first(x, cols - i, highest));
        max[1] = vf_max(max[1], vf_keep_first(x, cols - i, lowest));
    }
    vf small = vf_min(vf_min(min[0], min[1]), vf_min(min[2], min[3]));
    vf large = vf_max(vf_max(max[0], max[1]), vf_max(max[2], max[3]));
    for (size_t half = VF_LANES / 2; half >= 1; half /= 2) {
        small = vf_min(small, vf_exchange(small, half));
        large = vf_max(large, vf_exchange(large, half));
    }
    return (row_range){row_first_lane(small), row_first_lane(large)};
}

VACT_INLINE float row_max(const elem *src, size_t cols) { return row_range_of(src, cols).max; }

/* The lanes of a running sum. */
typedef struct {
    vf hi[ROW_VECTORS], lo[ROW_VECTORS];
} row_sum;

VACT_INLINE row_sum row_sum_zero(void)
{
    row_sum sum;
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum.hi[k] = sum.lo[k] = vf_set1(0.0f);
    return sum;
}

/* Adds v, a vector of 0 and 1, to the lanes of vector k: exact up to 2^24 per lane, that is 2^30 columns. */
VACT_INLINE void row_count_add(row_sum *count, size_t k, vf v) { count->hi[k] = vf_add(count->hi[k], v); }

/* Adds v to the lanes of vector k. */
VACT_INLINE void row_sum_add(row_sum *sum, size_t k, vf v)
{
    vf_pair s = pair_sum(sum->hi[k], v);
    sum->hi[k] = s.hi;
    sum->lo[k] = vf_add(sum->lo[k], s.lo);
}

typedef struct {
    float hi, lo;
} row_total;

/* The tree over the lanes: first between vectors, then within the last one. A two-sum is symmetric in its operands, so
 * every lane of that vector ends with the total. */
VACT_INLINE row_total row_sum_total(const row_sum *sum)
{
    row_sum tree;
    for (size_t k = 0; k < ROW_VECTORS; k++) {
        tree.hi[k] = sum->hi[k];
        tree.lo[k] = sum->lo[k];
    }
    for (size_t half = ROW_VECTORS / 2; half >= 1; half /= 2)
        for (size_t k = 0; k < half; k++) {
            vf_pair s = pair_sum(tree.hi[k], tree.hi[k + half]);
            tree.hi[k] = s.hi;
            tree.lo[k] = vf_add(vf_add(tree.lo[k], tree.lo[k + half]), s.lo);
        }
    vf hi = tree.hi[0], lo = tree.lo[0];
    for (size_t half = VF_LANES / 2; half >= 1; half /= 2) {
        vf_pair s = pair_sum(hi, vf_exchange(hi, half));
        lo = vf_add(vf_add(lo, vf_exchange(lo, half)), s.lo);
        hi = s.hi;
    }
    return (row_total){row_first_lane(hi), row_first_lane(lo)};
}

#endif
