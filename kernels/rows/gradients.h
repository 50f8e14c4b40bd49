/*
 * The gradients of softmax and log_softmax, from their outputs. The sums over a row run over the lanes of loop/rows.h
 * and keep the error of every product and addition. What is subtracted from dy is a hi/lo pair. So cancellation costs
 * only the digits that the sum itself lacks (2^-45 of its terms).
 */
#ifndef VACT_ROWS_GRADIENTS_H
#define VACT_ROWS_GRADIENTS_H

#include "rows/log_softmax.h"

typedef struct {
    elem *dx;
    const elem *dy, *y;
    size_t cols;
    float scale;
    const logits_row *row; /* of which elements are left out; null: none */
    const elem *x;         /* for a soft cap */
} rows_gradient;

typedef struct {
    size_t dx, dy, y;
} rows_gradient_strides;

/* dy and y of the vector at column i; 0 beyond the row. Where an element is left out y is a constant, and both are 0
 * here. Constants: `whole`, the vector is within the row; `masked`, elements are left out. */
typedef struct {
    vf dy, y;
} rows_outputs;

VACT_INLINE rows_outputs rows_outputs_at(const rows_gradient *g, size_t i, bool whole, bool masked)
{
    rows_outputs at = {whole ? elem_load(g->dy + i) : rows_load(g->dy, i, g->cols),
                       whole ? elem_load(g->y + i) : rows_load(g->y, i, g->cols)};
    if (masked) {
        const vm out = logits_left_out(i, g->cols, g->row);
        const vf zero = vf_set1(0.0f);
        at.dy = vf_select(out, zero, at.dy);
        at.y = vf_select(out, zero, at.y);
    }
    return at;
}

VACT_INLINE void rows_put(const rows_gradient *g, size_t i, vf dx, bool whole, bool masked)
{
    if (masked && g->row->cap != 0.0f)
        dx = softcap_slope(dx, g->x, i, g->cols, g->row);
    if (masked)
        dx = vf_select(logits_left_out(i, g->cols, g->row), vf_set1(0.0f), dx);
    if (whole)
        elem_store(g->dx + i, dx);
    else
        rows_store(g->dx, dx, i, g->cols);
}

/* a - b as a hi/lo pair; b is a pair too. */
VACT_INLINE vf_pair rows_difference(vf a, vf_pair b)
{
    vf_pair d = pair_sum(a, vf_neg(b.hi));
    vf low = vf_sub(d.lo, b.lo);
    vf hi = vf_add(d.hi, low);
    return (vf_pair){hi, vf_sub(low, vf_sub(hi, d.hi))};
}

/* A factor of any magnitude for exponentials that are scaled by 2^96. `after`, 1 or 2^-96, is multiplied last, so that
 * nothing overflows or underflows before the result does. */
typedef struct {
    vf_pair pair;
    vf after;
} rows_factor;

VACT_INLINE rows_factor rows_factor_of(double v)
{
    bool large = v > 0x1p20 || v < -0x1p20;
    return (rows_factor){rows_broadcast(rows_split(large ? v * 0x1p-96 : v)),
                         vf_set1(large ? 1.0f : FAST_PAIR_UNSCALE)};
}

/* Sums over a row: of dy*y, or of dy where `products`, a constant, is false -------------------------------------- */

/* Adds the vector at column i to its lanes. */
VACT_INLINE void rows_add(vf_pair *lane, const rows_gradient *g, size_t i, bool products, bool whole, bool masked)
{
    const rows_outputs at = rows_outputs_at(g, i, whole, masked);
    if (products) {
        sum_pair_add(lane, pair_product(at.dy, at.y));
    } else {
        const vf_pair s = pair_sum(lane->hi, at.dy);
        *lane = (vf_pair){s.hi, vf_add(lane->lo, s.lo)};
    }
}

static sum_factors rows_plain_factors(const void *g, size_t i, size_t n)
{
    (void)n;
    const rows_outputs at = rows_outputs_at(g, i, false, false);
    return (sum_factors){at.dy, at.y};
}

static sum_factors rows_masked_factors(const void *g, size_t i, size_t n)
{
    (void)n;
    const rows_outputs at = rows_outputs_at(g, i, false, true);
    return (sum_factors){at.dy, at.y};
}

static sum_factors rows_plain_dy(const void *g, size_t i, size_t n)
{
    (void)n;
    return (sum_factors){rows_outputs_at(g, i, false, false).dy, vf_set1(1.0f)};
}

static sum_factors rows_masked_dy(const void *g, size_t i, size_t n)
{
    (void)n;
    return (sum_factors){rows_outputs_at(g, i, false, true).dy, vf_set1(1.0f)};
}

/* The sum again, with the large terms apart. */
VACT_NOINLINE static double rows_sum_apart(const rows_gradient *g, bool products, bool masked)
{
    if (products)
        return sum_of_products_apart(g->cols, masked ? rows_masked_factors : rows_plain_factors, g);
    return sum_of_products_apart(g->cols, masked ? rows_masked_dy : rows_plain_dy, g);
}

VACT_INLINE bool rows_sum_is_sound(double total) { return __builtin_fabs(total) < 0x1p100; }

/* The lanes are apart from the sums of blocks, so that they stay in registers. */
VACT_INLINE double rows_lanes_sum(const rows_gradient *g, bool products, bool masked)
{
    const vf_pair nothing = {vf_set1(0.0f), vf_set1(0.0f)};
    vf_pair lane[ROW_VECTORS];
    row_sum blocks;
    for (size_t k = 0; k < ROW_VECTORS; k++)
        lane[k] = nothing;
    size_t i = 0;
    while (i < g->cols) {
        if (__builtin_expect(i > 0, 0)) {
            for (size_t k = 0; k < ROW_VECTORS; k++) {
                blocks.lane[k] = lane[k];
                lane[k] = nothing;
            }
            blocks.is_long = i > SUM_BLOCK;
            row_sum_end_block_apart(&blocks);
        }
        const size_t end = g->cols - i <= SUM_BLOCK ? g->cols : i + SUM_BLOCK;
        for (; end - i >= ROW_LANES; i += ROW_LANES)
            for (size_t k = 0; k < ROW_VECTORS; k++)
                rows_add(&lane[k], g, i + k * VF_LANES, products, true, masked);
        for (size_t k = 0; k < ROW_VECTORS && i < end; k++, i += VF_LANES)
            rows_add(&lane[k], g, i, products, false, masked);
    }
    if (__builtin_expect(g->cols <= SUM_BLOCK, 1))
        return sum_tree_total(lane);
    for (size_t k = 0; k < ROW_VECTORS; k++)
        blocks.lane[k] = lane[k];
    return row_sum_long_total(&blocks);
}

typedef struct {
    row_sum sum;
    const rows_gradient *g;
    bool products;
} rows_masked_sum;

VACT_INLINE void rows_masked_add(void *context, size_t i, size_t n, size_t k)
{
    rows_masked_sum *to = context;
    (void)n;
    rows_add(&to->sum.lane[k], to->g, i, to->products, false, true);
}

VACT_NOINLINE static double rows_masked_lanes_sum(const rows_gradient *g, bool products)
{
    rows_masked_sum to;
    to.g = g;
    to.products = products;
    row_sum_start(&to.sum);
    row_sums_rolled(&to.sum, 1, g->cols, rows_masked_add, &to);
    return row_sum_total_apart(&to.sum);
}

VACT_INLINE double rows_total(const rows_gradient *g, bool products, bool masked)
{
    const double total = masked ? rows_masked_lanes_sum(g, products) : rows_lanes_sum(g, products, false);
    return __builtin_expect(rows_sum_is_sound(total), 1) ? total : rows_sum_apart(g, products, masked);
}

/* Results -------------------------------------------------------------------------------------------------------- */

/*
 * What is subtracted from dy may leave the range of floats, or the difference may, though dx does not. Then dx comes
 * out infinite or NaN. Such lanes are computed again with both multiplied by 2^-40, which rounds nothing that counts
 * there, and the result by 2^40. (In others a small dy would lose digits.)
 */
#define ROWS_DOWN 0x1p-40f

VACT_INLINE vm rows_large(vf dx) { return vm_outside(dx, 0.0f, 0x1.fffffep+127f); }

VACT_INLINE bool rows_one_is_large(const vf dx[4])
{
    const vi a = vi_max(vf_bits(vf_abs(dx[0])), vf_bits(vf_abs(dx[1])));
    const vi b = vi_max(vf_bits(vf_abs(dx[2])), vf_bits(vf_abs(dx[3])));
    return vm_any(rows_large(vf_of_bits(vi_max(a, b))));
}

/* What the results of a row need. */
typedef struct {
    double total;
    vf_pair dot;     /* total, for softmax */
    rows_factor sum; /* total, for log_softmax */
    vf scale;
} rows_slope;

/* The gradient of a vector. `unit`, a constant: the scale is 1. */
typedef vf rows_slope_fn(rows_outputs at, const rows_slope *slope, bool unit);
typedef vf rows_slope_large_fn(rows_outputs at, double total, vf scale);

/* An operation: a constant. */
typedef struct {
    bool products; /* the sum is that of dy*y */
    void (*begin)(rows_slope *slope);
    rows_slope_fn *slope;
    rows_slope_large_fn *large;
} rows_kind;

VACT_INLINE rows_slope rows_slope_of(const rows_gradient *g, double total, rows_kind kind)
{
    rows_slope slope;
    slope.total = total;
    slope.scale = vf_set1(g->scale);
    kind.begin(&slope);
    return slope;
}

/* scale*(hi + lo), rounded once unless the result is subnormal. */
VACT_INLINE vf rows_scaled(vf hi, vf lo, vf scale, bool unit)
{
    return unit ? vf_add(vf_apart(hi), lo) : vf_fma(hi, scale, vf_mul(lo, scale));
}

/* softmax: dx = scale*y*(dy - sum_j dy_j*y_j) */
VACT_INLINE void rows_softmax_begin(rows_slope *slope) { slope->dot = rows_broadcast(rows_split(slope->total)); }

VACT_INLINE vf rows_softmax_slope(rows_outputs at, const rows_slope *slope, bool unit)
{
    const vf_pair rest = rows_difference(at.dy, slope->dot);
    const vf_pair product = pair_product(rest.hi, at.y);
    return rows_scaled(product.hi, vf_fma(rest.lo, at.y, product.lo), slope->scale, unit);
}

VACT_NOINLINE static vf rows_softmax_slope_large(rows_outputs at, double dot, vf scale)
{
    const vf down = vf_set1(ROWS_DOWN);
    at.dy = vf_mul(at.dy, down);
    rows_slope slope;
    slope.dot = rows_broadcast(rows_split(dot * (double)ROWS_DOWN));
    slope.scale = scale;
    return vf_mul(rows_softmax_slope(at, &slope, false), vf_set1(1.0f / ROWS_DOWN));
}

/* log_softmax: dx = scale*(dy - e^y*sum_j dy_j) */
VACT_INLINE void rows_log_softmax_begin(rows_slope *slope) { slope->sum = rows_factor_of(slope->total); }

VACT_INLINE vf rows_log_softmax_slope(rows_outputs at, const rows_slope *slope, bool unit)
{
    const vf zero = vf_set1(0.0f);
    const rows_factor sum = slope->sum;
    const vf_pair share = fast_exp_pair((vf_pair){at.y, zero});
    vf_pair product = pair_product(share.hi, sum.pair.hi);
    product.lo = vf_fma(share.hi, sum.pair.lo, vf_fma(share.lo, sum.pair.hi, product.lo));
    product.hi = vf_fma(product.hi, sum.after, zero);
    product.lo = vf_fma(product.lo, sum.after, zero);
    const vf_pair rest = rows_difference(at.dy, product);
    return rows_scaled(rest.hi, rest.lo, slope->scale, unit);
}

VACT_NOINLINE static vf rows_log_softmax_slope_large(rows_outputs at, double sum, vf scale)
{
    at.dy = vf_mul(at.dy, vf_set1(ROWS_DOWN));
    rows_slope slope;
    slope.sum = rows_factor_of(sum * (double)ROWS_DOWN);
    slope.scale = scale;
    return vf_mul(rows_log_softmax_slope(at, &slope, false), vf_set1(1.0f / ROWS_DOWN));
}

#define ROWS_SOFTMAX ((rows_kind){true, rows_softmax_begin, rows_softmax_slope, rows_softmax_slope_large})
#define ROWS_LOG_SOFTMAX                                                                                               \
    ((rows_kind){false, rows_log_softmax_begin, rows_log_softmax_slope, rows_log_softmax_slope_large})

VACT_INLINE vf rows_result(const rows_gradient *g, size_t i, const rows_slope *slope, rows_kind kind, bool whole,
                           bool masked, bool unit)
{
    const rows_outputs at = rows_outputs_at(g, i, whole, masked);
    const vf dx = kind.slope(at, slope, unit);
    const vm large = rows_large(dx);
    if (__builtin_expect(vm_any(large), 0))
        return vf_select(large, kind.large(at, slope->total, slope->scale), dx);
    return dx;
}

/* How results are stored: past the caches, and then the rows at `dy` and `y`, which are read soon, are prefetched
 * unless they are null. */
typedef struct {
    bool stream;
    const elem *dy, *y;
} rows_storing;

VACT_INLINE void rows_prefetch(const elem *row, size_t i)
{
    for (size_t k = 0; row && k < 4 * VF_LANES; k += LOOP_LINE)
        __builtin_prefetch(row + i + k);
}

/* Four vectors have one test for large results. Where elements are left out, or with one lane, there are no fours:
 * smaller code. */
VACT_INLINE void rows_results(const rows_gradient *g, double total, rows_kind kind, bool masked, bool unit,
                              rows_storing storing)
{
    const rows_slope slope = rows_slope_of(g, total, kind);
    size_t i = 0;
    for (; LOOP_BY_FOURS && !masked && g->cols - i >= 4 * VF_LANES; i += 4 * VF_LANES) {
        vf dx[4];
        for (size_t k = 0; k < 4; k++)
            dx[k] = kind.slope(rows_outputs_at(g, i + k * VF_LANES, true, false), &slope, unit);
        if (__builtin_expect(rows_one_is_large(dx), 0))
            for (size_t k = 0; k < 4; k++)
                dx[k] = rows_result(g, i + k * VF_LANES, &slope, kind, true, false, unit);
        if (storing.stream) {
            rows_prefetch(storing.dy, i);
            rows_prefetch(storing.y, i);
            for (size_t k = 0; k < 4; k++)
                elem_stream(g->dx + i + k * VF_LANES, dx[k]);
        } else {
            for (size_t k = 0; k < 4; k++)
                rows_put(g, i + k * VF_LANES, dx[k], true, false);
        }
    }
    for (; i < g->cols; i += VF_LANES)
        rows_put(g, i, rows_result(g, i, &slope, kind, false, masked, unit), false, masked);
}

VACT_INLINE rows_gradient rows_gradient_at(const rows_gradient *first, const rows_gradient_strides *strides, size_t r)
{
    rows_gradient g = *first;
    g.dx += r * strides->dx;
    g.dy += r * strides->dy;
    g.y += r * strides->y;
    return g;
}

/* The parts of a row, apart: so each operation has one copy of each. They copy what they get the address of, which a
 * store to dx might change as far as the compiler knows. */
typedef double rows_total_fn(const rows_gradient *g);
typedef void rows_results_fn(const rows_gradient *g, double total, const rows_storing *storing);

VACT_NOINLINE static double rows_softmax_total(const rows_gradient *g) { return rows_total(g, true, false); }

VACT_NOINLINE static double rows_log_softmax_total(const rows_gradient *g) { return rows_total(g, false, false); }

/* For a scale of 1, and not streamed. */
VACT_ONCE static void rows_softmax_unit_results(const rows_gradient *g, double total, const rows_storing *storing)
{
    const rows_gradient here = *g;
    (void)storing;
    rows_results(&here, total, ROWS_SOFTMAX, false, true, (rows_storing){false, NULL, NULL});
}

VACT_ONCE static void rows_softmax_results(const rows_gradient *g, double total, const rows_storing *storing)
{
    const rows_gradient here = *g;
    rows_results(&here, total, ROWS_SOFTMAX, false, false, *storing);
}

VACT_ONCE static void rows_log_softmax_results(const rows_gradient *g, double total, const rows_storing *storing)
{
    const rows_gradient here = *g;
    rows_results(&here, total, ROWS_LOG_SOFTMAX, false, false, *storing);
}

/* Whether results are streamed (rows_stream). */
VACT_INLINE bool rows_gradient_streams(const rows_gradient *first, const rows_gradient_strides *strides, size_t rows)
{
    const elem *from = first->dx == first->y ? first->y : first->dy;
    return rows_stream(&(rows_plain){first->dx, strides->dx, from, strides->dy, rows, first->cols});
}

/* Rows of which no element is left out. Of two rows that fit in the first-level cache, the sum of the second is begun
 * before the results of the first: it ends with a chain of operations of two hundred cycles. */
VACT_INLINE void rows_plain_backward(const rows_gradient *first, const rows_gradient_strides *strides, size_t rows,
                                     bool stream, rows_total_fn *total_of, rows_results_fn *results)
{
    const size_t begun = first->cols <= ROWS_FLOATS; /* rows */
    double next = 0.0;
    for (size_t r = 0; r < rows; r++) {
        const rows_gradient g = rows_gradient_at(first, strides, r);
        const double total = r > 0 && begun > 0 ? next : total_of(&g);
        if (begun > 0 && r + 1 < rows) {
            const rows_gradient after = rows_gradient_at(first, strides, r + 1);
            next = total_of(&after);
        }
        rows_storing storing = {stream, NULL, NULL};
        if (stream && rows - r > begun + 1 && first->cols <= ROWS_PREFETCHED) {
            const rows_gradient unread = rows_gradient_at(first, strides, r + 1 + begun);
            storing = (rows_storing){stream, unread.dy, unread.y};
        }
        results(&g, total, &storing);
    }
    if (stream)
        vf_stream_end();
}

#endif
