/*
 * The exponentials of a row of logits (rows/logits.h) and their sum. The exponentials are relative to the row's maximum
 * and multiplied by 2^64*1.088. softmax, log_softmax and logsumexp share this code, in rows and in columns
 * (rows/axis.h).
 *
 * The sum runs over the 64 lanes of loop/sum.h. It adds each exponential as it was before it was rounded for storing,
 * so that rounding does not enter the sum. The error that remains in the sum is below 0.1*2^-24 of it.
 */
#ifndef VACT_ROWS_EXPONENTIALS_H
#define VACT_ROWS_EXPONENTIALS_H

#include "loop/walk.h"
#include "math/fast/exp_eighths.h"
#include "math/fast/subnormal.h"
#include "rows/logits.h"

/* The functions of one vector, which rows and columns share. --------------------------------------------------- */

/* A logit further below the maximum counts as this far below it: its share is 0. */
#define SOFTMAX_LEAST (-125.0f)

/* A maximum of at most this magnitude need not be subtracted from the logits. For a larger one the reduction would lose
 * digits, so it is subtracted first. */
#define SOFTMAX_NEAR 256.0f

/* Where all logits are within this distance of the maximum, no share and no product is subnormal, for up to 2^31
 * columns. */
#define SOFTMAX_CLOSE 40.0f

VACT_INLINE bool softmax_is_near(float max) { return max >= -SOFTMAX_NEAR && max <= SOFTMAX_NEAR; }

/* The exponential of z where the maximum is near 0 (softmax_is_near). */
VACT_INLINE fast_eighths softmax_near(vf z, vf max, vf origin)
{
    return fast_eighths_of(fast_eighths_reduce(vf_max(vf_add(max, vf_set1(SOFTMAX_LEAST)), z), origin));
}

VACT_INLINE fast_eighths softmax_far(vf_pair z, vf_pair max, vf origin)
{
    vf_pair d = logits_distance(z, max);
    fast_eighths_reduced x = fast_eighths_reduce(vf_max(vf_set1(SOFTMAX_LEAST), d.hi), origin);
    x.r = vf_add(x.r, d.lo);
    return fast_eighths_of(x);
}

/* p*2^-116, rounded once. An addition rounds a subnormal result to a multiple of 2^-149, at the speed of normal
 * numbers. With logits of +-100 every second element is subnormal. */
VACT_INLINE vf softmax_unscaled(vf p)
{
    vf unscale = vf_set1(0x1p-116f), least = vf_set1(0x1p-10f);
    vm low = vm_lt(p, least);
    if (__builtin_expect(vm_any(low), 0)) {
        vf in_units = vf_fma(vf_min(least, p), vf_set1(0x1p33f), vf_set1(0x1p23f)); /* a large p would overflow */
        return fast_subnormal_where(low, in_units, vf_mul(vf_max(least, p), unscale));
    }
    return vf_mul(p, unscale);
}

/*
 * Adds e to lane sums that began at EIGHTHS_MOST. No term is larger than that, so two operations give the exact error
 * of the addition. It goes to lo, together with what rounding e to `stored` lost. Returns e rounded.
 */
VACT_INLINE vf softmax_add(vf_pair *lane, fast_eighths e)
{
    vf stored = fast_eighths_value(e);
    vf s = vf_add(lane->hi, stored);
    vf rest = vf_sub(e.power, vf_sub(s, lane->hi));
    lane->lo = vf_add(lane->lo, vf_fma(e.power, e.rise, rest));
    lane->hi = s;
    return stored;
}

/* Moves lo into hi before every 16th term of a lane. This keeps lo small, so that it holds the digits of terms that are
 * too small for hi. */
#define SOFTMAX_FOLD ((size_t)16 * ROW_LANES)

VACT_INLINE void softmax_fold(vf_pair *lane)
{
    vf s = vf_add(lane->hi, lane->lo);
    lane->lo = vf_sub(lane->lo, vf_sub(s, lane->hi));
    lane->hi = s;
}

/* Columns until the lanes move to the long sum (loop/sum.h): a multiple of SOFTMAX_FOLD. */
#define SOFTMAX_LONG ((size_t)64 * SOFTMAX_FOLD)

/* The lanes as they begin, and without what they begin with. */
VACT_INLINE void softmax_begin(vf_pair *lane) { *lane = (vf_pair){vf_set1(EIGHTHS_MOST), vf_set1(0.0f)}; }

VACT_INLINE void softmax_end(vf_pair *lane) { lane->hi = vf_sub(lane->hi, vf_set1(EIGHTHS_MOST)); }

VACT_INLINE vm softmax_is_winner(vf_pair z, vf_pair max) { return vm_and(vm_eq(z.hi, max.hi), vm_eq(z.lo, max.lo)); }

/* Rows ---------------------------------------------------------------------------------------------------------- */

/* A row whose maximum is known. */
typedef struct {
    vf origin;
    vf_pair max;
    const logits_row *row;
    const elem *ahead; /* a row to be read soon, or null */
    elem *results;     /* a row to be written soon, or null */
    bool close;        /* rows/masked.h */
} softmax_place;

/* For a near maximum. Plain rows only. */
VACT_INLINE softmax_place softmax_place_near(float max, const logits_row *row)
{
    return (softmax_place){fast_eighths_origin(vf_set1(max)), {vf_set1(max), vf_set1(0.0f)}, row, NULL, NULL, false};
}

/* For any maximum. */
VACT_INLINE softmax_place softmax_place_far(logits_pivot max, const logits_row *row)
{
    return (softmax_place){fast_eighths_origin(vf_set1(0.0f)), rows_broadcast(max), row, NULL, NULL, false};
}

typedef fast_eighths softmax_parts_fn(const elem *src, size_t i, size_t cols, const softmax_place *place);

/* The vector at column i, full or partial. Lanes beyond the row hold the maximum; their exponentials are left out of
 * the sum. */
VACT_INLINE vf softmax_load(const elem *src, size_t i, size_t cols, vf max)
{
    return cols - i >= VF_LANES ? elem_load(src + i)
                                : vf_keep_first(elem_load_partial(src + i, cols - i), cols - i, max);
}

/* For plain rows with a near maximum and no logit more than SOFTMAX_CLOSE below it. Gives the same results as
 * softmax_parts_near. */
VACT_INLINE fast_eighths softmax_parts_close(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    return fast_eighths_of(fast_eighths_reduce(softmax_load(src, i, cols, place->max.hi), place->origin));
}

VACT_INLINE fast_eighths softmax_parts_near(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    return softmax_near(softmax_load(src, i, cols, place->max.hi), place->max.hi, place->origin);
}

VACT_INLINE fast_eighths softmax_parts_far(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    return softmax_far(logits_at(src, i, cols, place->row), place->max, place->origin);
}

/* The same for plain rows. */
VACT_INLINE fast_eighths softmax_parts_far_plain(const elem *src, size_t i, size_t cols, const softmax_place *place)
{
    vf x = rows_load(src, i, cols);
    if (cols - i < VF_LANES)
        x = vf_keep_first(x, cols - i, vf_set1(-__builtin_inff()));
    return softmax_far((vf_pair){x, vf_set1(0.0f)}, place->max, place->origin);
}

/* One vector, at column i < cols; it may be the tail of the row. */
VACT_INLINE void softmax_rest(float *lanes, const elem *src, size_t i, size_t cols, const softmax_place *place,
                              softmax_parts_fn *parts_at, vf_pair *lane)
{
    fast_eighths e = parts_at(src, i, cols, place);
    if (cols - i < VF_LANES)
        e.power = vf_keep_first(e.power, cols - i, vf_set1(0.0f));
    vf stored = softmax_add(lane, e);
    if (lanes)
        rows_store_lanes(lanes, stored, i, cols);
}

/* Prefetches the line at element i of the rows that come next, because memory is idle while exponentials are computed.
 * There is one prefetch after each vector. The barriers keep it so: the compiler would put four in a row, with which
 * softmax and log_softmax of 1024 columns from memory take 1.6 of the time on AVX-512. */
VACT_INLINE void softmax_prefetch(const softmax_place *place, size_t i)
{
    if (i % LOOP_LINE != 0)
        return;
    if (place->ahead) {
        __asm__ volatile("");
        __builtin_prefetch(place->ahead + i);
        __asm__ volatile("");
    }
    if (place->results) {
        __builtin_prefetch(place->results + i, 1);
        __asm__ volatile("");
    }
}

/* The lanes move to the long sum, which begins with the first ones. */
VACT_INLINE void softmax_lengthen(row_sum *sum, const vf_pair *lane, bool first)
{
    for (size_t k = 0; k < ROW_VECTORS; k++) {
        sum->lane[k] = lane[k];
        softmax_end(&sum->lane[k]);
    }
    sum->is_long = !first;
    row_sum_end_block_apart(sum);
}

/* Stores the exponentials if `lanes` is not null, and returns their sum. */
VACT_INLINE double softmax_exponentials(float *lanes, const elem *src, size_t cols, const softmax_place *place,
                                        softmax_parts_fn *parts_at)
{
    row_sum sum;               /* of rows of more than SOFTMAX_LONG columns */
    vf_pair lane[ROW_VECTORS]; /* apart from it, so that they stay in registers */
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
        size_t end = cols - i < SOFTMAX_FOLD ? cols : i + SOFTMAX_FOLD;
        for (; end - i >= ROW_LANES; i += ROW_LANES)
            for (size_t k = 0; k < ROW_VECTORS; k++) {
                size_t at = i + k * VF_LANES;
                vf stored = softmax_add(&lane[k], parts_at(src, at, at + VF_LANES, place));
                if (lanes)
                    vf_store(lanes + at, stored);
                softmax_prefetch(place, at);
            }
        for (size_t k = 0; k < ROW_VECTORS && i < end; k++, i += VF_LANES)
            softmax_rest(lanes, src, i, cols, place, parts_at, &lane[k]);
    }
    for (size_t k = 0; k < ROW_VECTORS; k++)
        softmax_end(&lane[k]);
    if (__builtin_expect(cols <= SOFTMAX_LONG, 1))
        return sum_tree_finite(lane);
    for (size_t k = 0; k < ROW_VECTORS; k++)
        sum.lane[k] = lane[k];
    return row_sum_long_total(&sum);
}

/* For plain rows with a near maximum, in one copy. */
VACT_ONCE static double softmax_near_sum(float *lanes, const elem *src, size_t cols, const softmax_place *place)
{
    const softmax_place here = *place;
    return softmax_exponentials(lanes, src, cols, &here, softmax_parts_near);
}

VACT_NOINLINE static void softmax_fold_all(row_sum *sum, bool lengthen)
{
    for (size_t k = 0; k < ROW_VECTORS; k++)
        if (lengthen)
            softmax_end(&sum->lane[k]);
        else
            softmax_fold(&sum->lane[k]);
    if (lengthen) {
        row_sum_end_block_apart(sum);
        for (size_t k = 0; k < ROW_VECTORS; k++)
            softmax_begin(&sum->lane[k]);
    }
}

/* The same with the lanes in memory: less code, for rows that are slow by themselves. */
VACT_INLINE double softmax_exponentials_rolled(float *lanes, const elem *src, size_t cols, const softmax_place *place,
                                               softmax_parts_fn *parts_at)
{
    row_sum sum;
    sum.is_long = false;
    for (size_t k = 0; k < ROW_VECTORS; k++)
        softmax_begin(&sum.lane[k]);
#pragma GCC unroll 1
    for (size_t i = 0, k = 0; i < cols; i += VF_LANES, k = k + 1 < ROW_VECTORS ? k + 1 : 0) {
        if (__builtin_expect(i > 0 && i % SOFTMAX_FOLD == 0, 0))
            softmax_fold_all(&sum, i % SOFTMAX_LONG == 0);
        softmax_rest(lanes, src, i, cols, place, parts_at, &sum.lane[k]);
    }
    for (size_t k = 0; k < ROW_VECTORS; k++)
        softmax_end(&sum.lane[k]);
    return row_sum_total_apart(&sum);
}

/* Plain rows: several at a time --------------------------------------------------------------------------------- */

/* Rows of one matrix, without options. */
typedef struct {
    elem *dst;
    size_t dst_stride;
    const elem *src;
    size_t src_stride, rows, cols;
} rows_plain;

/*
 * Between the passes over a row there is a chain of scalar operations of about a hundred cycles. To hide it, as many
 * rows as the first-level cache holds do each pass together, and the maxima of the next rows are computed before the
 * results of these. While one row waits for its chain, another is computed.
 */
enum {
    ROWS_AT_ONCE = 16,
    ROWS_FLOATS = 2048,     /* floats worked on together; a longer row is done by itself */
    ROWS_BUFFER = 1024,     /* floats of a buffer for exponentials, apart from dst; on the stack */
    ROWS_PIECE = 512,       /* of a row that the buffer does not hold; for the stack */
    ROWS_PREFETCHED = 65536 /* at most so many columns: the next row is prefetched (two rows and results: 1 MiB) */
};

/*
 * Exponentials stand in dst until the results replace them: where elements are floats. Else dst has no room for them.
 * They go to a buffer of ROWS_BUFFER floats; in pieces, if the row is longer, whose exponentials are computed twice:
 * first for their sum, without being stored.
 */
VACT_INLINE bool rows_are_whole(size_t cols) { return ELEM_IS_LANE || cols <= ROWS_BUFFER; }

/* The columns of the piece at column c. */
VACT_INLINE size_t rows_piece(size_t c, size_t cols)
{
    return rows_are_whole(cols) ? cols : cols - c < ROWS_PIECE ? cols - c : ROWS_PIECE;
}

/* softmax_near_sum of a row that a buffer holds: no long sum takes stack. */
VACT_ONCE static double softmax_near_whole(float *lanes, const elem *src, size_t cols, const softmax_place *place)
{
    const softmax_place here = *place;
    if (cols > ROWS_BUFFER)
        __builtin_unreachable();
    return softmax_exponentials(lanes, src, cols, &here, softmax_parts_near);
}

VACT_INLINE size_t rows_at_once(size_t cols)
{
    const size_t floats = ELEM_IS_LANE ? ROWS_FLOATS : ROWS_BUFFER;
    size_t n = cols == 0 || cols > floats ? 1 : floats / cols;
    return n < ROWS_AT_ONCE ? n : ROWS_AT_ONCE;
}

/* The rows of a matrix that are worked on together, and how many rows come after them. */
typedef struct {
    const elem *src;
    elem *dst;
    size_t n, after;
} rows_batch;

VACT_INLINE rows_batch rows_batch_at(const rows_plain *m, size_t first, size_t at_once)
{
    size_t left = m->rows - first, n = left < at_once ? left : at_once;
    return (rows_batch){m->src + first * m->src_stride, m->dst + first * m->dst_stride, n, left - n};
}

/* Row r of the next batch. Null if there is none or if it is long. */
VACT_INLINE const elem *rows_ahead(const rows_plain *m, const rows_batch *b, size_t r)
{
    return r < b->after && m->cols <= ROWS_PREFETCHED ? b->src + (b->n + r) * m->src_stride : NULL;
}

/* The number of rows in the next batch. */
VACT_INLINE size_t rows_next(const rows_batch *b) { return b->after < b->n ? b->after : b->n; }

/* Whether results are written with streaming stores, past the caches (loop/walk.h). */
VACT_INLINE bool rows_stream(const rows_plain *m)
{
    if (!ELEM_IS_LANE)
        return false;
    bool lines = (uintptr_t)m->dst % (VF_LANES * sizeof(float)) == 0 && m->dst_stride % VF_LANES == 0;
    return lines && loop_walk_here(m->dst == m->src, m->rows * m->cols) == WALK_STREAM;
}

#endif
