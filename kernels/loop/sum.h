/*
 * Sums over rows, the same bits on every instruction set. No operation's mathematics.
 *
 * A sum has 64 virtual lanes, lane = column mod 64. Each lane adds its columns in order and is a hi/lo pair: Knuth's
 * two-sum keeps the error of every addition in lo. One float stops counting when it has grown, so after every 32
 * columns of a lane (SUM_BLOCK) the pair moves to the lane's long sum, three floats of which the first two keep their
 * errors too, and each is small beside the one before. Then one fixed tree halves the lanes: 32, 16, 8, 4, 2, 1. A lane
 * without a column holds 0.
 *
 * In a block lo stays below 16 ULP of hi, and its own additions lose 2^-39 of the block's terms at the most, seldom
 * 2^-42. The long sum loses about 2^-72 of its largest value per block, where its last float is rounded. So a sum is
 * within 2^-40 of the sum of its terms' magnitudes, at any length (tests/test_sums.c; ./dev sums).
 */
#ifndef VACT_LOOP_SUM_H
#define VACT_LOOP_SUM_H

#include <stdbool.h>

#include "math/common/pair.h"

enum {
    ROW_LANES = 64,
    ROW_VECTORS = ROW_LANES / VF_LANES,
    SUM_BLOCK = 32 * ROW_LANES /* columns */
};

/* A number of any length as three floats: lo is about an ULP of hi at the most, and tail an ULP of lo. If they could
 * grow, tail would lose digits: with equal blocks 2^-30 of the sum after 2^17. */
typedef struct {
    vf hi, lo, tail;
} sum_long;

VACT_INLINE void sum_long_add(sum_long *sum, vf_pair v)
{
    const vf_pair high = pair_sum(sum->hi, v.hi), low = pair_sum(sum->lo, v.lo), mid = pair_sum(low.hi, high.lo);
    const vf_pair pair = pair_sum(high.hi, mid.hi);
    const vf_pair rest = pair_sum(pair.lo, vf_add(sum->tail, vf_add(low.lo, mid.lo)));
    *sum = (sum_long){pair.hi, rest.hi, rest.lo};
}

/* As a pair whose parts do not overlap. */
VACT_INLINE vf_pair sum_long_pair(sum_long sum)
{
    const vf_pair pair = pair_sum(sum.hi, sum.lo);
    return (vf_pair){pair.hi, vf_add(pair.lo, sum.tail)};
}

VACT_INLINE void sum_pair_add(vf_pair *sum, vf_pair v)
{
    const vf_pair s = pair_sum(sum->hi, v.hi);
    *sum = (vf_pair){s.hi, vf_add(vf_add(sum->lo, s.lo), v.lo)};
}

/* Two lanes become one. Symmetric in its operands. */
VACT_INLINE vf_pair sum_join(vf_pair a, vf_pair b)
{
    const vf_pair s = pair_sum(a.hi, b.hi);
    return (vf_pair){s.hi, vf_add(vf_add(a.lo, b.lo), s.lo)};
}

/* The lanes of a running sum. */
typedef struct {
    vf_pair lane[ROW_VECTORS];
    bool is_long;
    sum_long whole[ROW_VECTORS]; /* of the blocks before this one; only if is_long */
} row_sum;

VACT_INLINE void row_sum_start(row_sum *sum)
{
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum->lane[k] = (vf_pair){vf_set1(0.0f), vf_set1(0.0f)};
    sum->is_long = false;
}

/* Adds v to the lanes of vector k. */
VACT_INLINE void row_sum_add(row_sum *sum, size_t k, vf v)
{
    const vf_pair s = pair_sum(sum->lane[k].hi, v);
    sum->lane[k] = (vf_pair){s.hi, vf_add(sum->lane[k].lo, s.lo)};
}

VACT_INLINE void row_sum_add_pair(row_sum *sum, size_t k, vf_pair v) { sum_pair_add(&sum->lane[k], v); }

/* Adds v, a vector of 0 and 1: exact in a block. */
VACT_INLINE void row_count_add(row_sum *count, size_t k, vf v) { count->lane[k].hi = vf_add(count->lane[k].hi, v); }

/* The end of a block. */
VACT_INLINE void row_sum_end_block(row_sum *sum)
{
    const vf zero = vf_set1(0.0f);
    for (size_t k = 0; k < ROW_VECTORS; k++) {
        if (sum->is_long)
            sum_long_add(&sum->whole[k], sum->lane[k]);
        else
            sum->whole[k] = (sum_long){sum->lane[k].hi, sum->lane[k].lo, zero};
        sum->lane[k] = (vf_pair){zero, zero};
    }
    sum->is_long = true;
}

VACT_INLINE float sum_first_lane(vf v)
{
    float lanes[VF_LANES];
    vf_store(lanes, v);
    return lanes[0];
}

/* hi + lo, or hi where it is infinite or NaN: lo means nothing then. */
VACT_INLINE double sum_total(float hi, float lo) { return (double)hi + (hi - hi == 0.0f ? (double)lo : 0.0); }

VACT_INLINE void sum_tree_half(vf_pair *tree, size_t half)
{
    for (size_t k = 0; k < half; k++)
        tree[k] = sum_join(tree[k], tree[k + half]);
}

VACT_INLINE vf_pair sum_fold(vf_pair sum, size_t half)
{
    return sum_join(sum, (vf_pair){vf_exchange(sum.hi, half), vf_exchange(sum.lo, half)});
}

/* The tree over the lanes: first between vectors, then within the last one. A two-sum is symmetric in its operands, so
 * every lane of that vector ends with the total. There is no loop over the steps: compilers do not always unroll one
 * that halves its counter. */
VACT_INLINE vf_pair sum_tree(const vf_pair *lanes)
{
    enum { HALF = ROW_VECTORS / 2 };
    vf_pair tree[HALF]; /* not a copy of the lanes: GCC would make it by a string instruction, of 40 cycles a row */
    for (size_t k = 0; k < HALF; k++)
        tree[k] = sum_join(lanes[k], lanes[k + HALF]);
    for (size_t half = HALF / 2; half >= 8; half /= 2)
        sum_tree_half(tree, half);
    if (HALF >= 8)
        sum_tree_half(tree, 4);
    if (HALF >= 4)
        sum_tree_half(tree, 2);
    sum_tree_half(tree, 1);
    vf_pair total = tree[0];
    if (VF_LANES >= 16)
        total = sum_fold(total, 8);
    if (VF_LANES >= 8)
        total = sum_fold(total, 4);
    if (VF_LANES >= 4)
        total = sum_fold(sum_fold(total, 2), 1);
    return total;
}

VACT_INLINE double sum_tree_total(const vf_pair *lanes)
{
    const vf_pair total = sum_tree(lanes);
    return sum_total(sum_first_lane(total.hi), sum_first_lane(total.lo));
}

/* The same for sums that are finite or NaN. */
VACT_INLINE double sum_tree_finite(const vf_pair *lanes)
{
    const vf_pair total = sum_tree(lanes);
    return (double)sum_first_lane(total.hi) + (double)sum_first_lane(total.lo);
}

VACT_NOINLINE static double row_sum_long_total(row_sum *sum)
{
    for (size_t k = 0; k < ROW_VECTORS; k++) {
        sum_long_add(&sum->whole[k], sum->lane[k]);
        sum->lane[k] = sum_long_pair(sum->whole[k]);
    }
    return sum_tree_total(sum->lane);
}

VACT_NOINLINE __attribute__((unused)) static void row_sum_end_block_apart(row_sum *sum) { row_sum_end_block(sum); }

VACT_INLINE double row_sum_total(const row_sum *sum)
{
    if (__builtin_expect(sum->is_long, 0)) {
        row_sum copy = *sum; /* of which the function gets the address: so the lanes stay in registers elsewhere */
        return row_sum_long_total(&copy);
    }
    return sum_tree_total(sum->lane);
}

/* One copy, for lanes that are in memory. */
VACT_NOINLINE __attribute__((unused)) static double row_sum_total_apart(row_sum *sum)
{
    return sum->is_long ? row_sum_long_total(sum) : sum_tree_total(sum->lane);
}

/* Adds columns i to i + n - 1, n <= VF_LANES, to the lanes of vector k of the sums in `context`. */
typedef void row_add_fn(void *context, size_t i, size_t n, size_t k);

/* Adds all columns of a row by `add`, and ends the blocks of the `count` sums, with the lanes in memory: less code, for
 * what is seldom done or slow by itself. */
VACT_INLINE void row_sums_rolled(row_sum *sums, size_t count, size_t cols, row_add_fn *add, void *context)
{
#pragma GCC unroll 1
    for (size_t i = 0, k = 0; i < cols; i += VF_LANES, k = k + 1 < ROW_VECTORS ? k + 1 : 0) {
        if (__builtin_expect(i > 0 && i % SUM_BLOCK == 0, 0))
            for (size_t s = 0; s < count; s++)
                row_sum_end_block_apart(&sums[s]);
        add(context, i, cols - i < VF_LANES ? cols - i : VF_LANES, k);
    }
}

/* The same. k is a constant in each call once the inner loop is unrolled, so the lanes stay in registers. */
VACT_INLINE void row_sums_of(row_sum *sums, size_t count, size_t cols, row_add_fn *add, void *context)
{
    size_t i = 0;
    while (i < cols) {
        const size_t end = cols - i <= SUM_BLOCK ? cols : i + SUM_BLOCK;
        for (; i < end; i += ROW_LANES)
            for (size_t k = 0; k < ROW_VECTORS && i + k * VF_LANES < end; k++) {
                const size_t at = i + k * VF_LANES;
                add(context, at, end - at < VF_LANES ? end - at : VF_LANES, k);
            }
        for (size_t s = 0; i < cols && s < count; s++)
            row_sum_end_block(&sums[s]);
    }
}

/*
 * Terms that may leave the range of floats though their sum does not. Those from 2^90 on are rare: they are added
 * apart, one by one in the order of the columns, as doubles that keep their errors.
 */
typedef struct {
    double hi, lo;
} sum_large;

VACT_INLINE bool sum_has_large(vf product) { return vm_any(vm_le(vf_set1(0x1p90f), vf_abs(product))); }

VACT_INLINE double sum_large_total(sum_large large)
{
    return large.hi - large.hi == 0.0 ? large.hi + large.lo : large.hi;
}

VACT_INLINE void sum_large_add(sum_large *large, double v)
{
    const double sum = large->hi + v, part = sum - large->hi;
    large->lo += (large->hi - (sum - part)) + (v - part);
    large->hi = sum;
}

/* Adds the large ones of the products a*b, in lane k to large[k*step]. Returns the others, 0 in the lanes of those. */
VACT_NOINLINE static vf_pair sum_without_large(sum_large *large, size_t step, vf a, vf b, vf_pair product)
{
    float left[VF_LANES], right[VF_LANES], products[VF_LANES];
    vf_store(left, a);
    vf_store(right, b);
    vf_store(products, product.hi);
    for (size_t k = 0; k < VF_LANES; k++)
        if (__builtin_fabsf(products[k]) >= 0x1p90f)
            sum_large_add(&large[k * step], (double)left[k] * (double)right[k]);
    const vm beyond = vm_le(vf_set1(0x1p90f), vf_abs(product.hi));
    const vf zero = vf_set1(0.0f);
    return (vf_pair){vf_select(beyond, zero, product.hi), vf_select(beyond, zero, product.lo)};
}

/* The sum of the products a*b of two rows. */
typedef struct {
    vf a, b;
} sum_factors;

/* The factors of columns i to i + n - 1; one of them is 0 in the other lanes. */
typedef sum_factors sum_factors_fn(const void *context, size_t i, size_t n);

typedef struct {
    row_sum sum;
    const void *context;
} sum_products;

VACT_INLINE void sum_add_product(sum_products *to, size_t k, sum_factors at)
{
    row_sum_add_pair(&to->sum, k, pair_product(at.a, at.b));
}

/* The same products, with those from 2^90 on apart. */
typedef struct {
    row_sum sum;
    const void *context;
    sum_factors_fn *factors;
    sum_large *large;
} sum_products_apart;

VACT_INLINE void sum_add_product_apart(void *context, size_t i, size_t n, size_t k)
{
    sum_products_apart *to = context;
    const sum_factors at = to->factors(to->context, i, n);
    row_sum_add_pair(&to->sum, k, sum_without_large(to->large, 0, at.a, at.b, pair_product(at.a, at.b)));
}

VACT_NOINLINE __attribute__((unused)) static double sum_of_products_apart(size_t cols, sum_factors_fn *factors,
                                                                          const void *context)
{
    sum_products_apart to;
    sum_large large = {0.0, 0.0};
    to.context = context;
    to.factors = factors;
    to.large = &large;
    row_sum_start(&to.sum);
    row_sums_rolled(&to.sum, 1, cols, sum_add_product_apart, &to);
    return row_sum_total_apart(&to.sum) + sum_large_total(large);
}

/* `add` adds the same factors by sum_add_product. A total that is not below 2^100, or NaN, must be computed again by
 * sum_of_products_apart: not below this function, whose lanes would stay on the stack. */
VACT_INLINE double sum_of_products(size_t cols, row_add_fn *add, const void *context)
{
    sum_products to;
    to.context = context;
    row_sum_start(&to.sum);
    row_sums_of(&to.sum, 1, cols, add, &to);
    return row_sum_total(&to.sum);
}

#endif
