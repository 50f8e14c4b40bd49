/* The softmax family on bfloat16 and half, and between types: the checks, then row by row or in pieces of a row through
 * the kernels of float. Nothing between a logit and its result is rounded to 16 bits. */
#include <math.h>

#include "narrow.h"
#include "options.h"
#include "rows.h"
#include "rows/once.h"

/* Floats of a block. What the kernels below take of the stack decides: of options 4.4 KiB, of log_softmax 6.5. */
enum { PLAIN_BLOCK = 1024, PLAIN_ROWS = 64, BLOCK = 256, LOG_BLOCK = 128 };

/* What a call reads and writes. Of logsumexp dst is floats, one for each row. */
typedef struct rows_call {
    const vacti_table *table;
    void *dst;
    const void *src;
    vact_type dst_type, src_type;
    size_t dst_stride, src_stride, rows, cols;
    const vact_softmax_options_f32 *options; /* null where they say nothing */
} rows_call;

/* ------------------------------------------------------------------------------------- one row's options */

static size_t mask_row(const vact_mask_layout *layout, size_t r, size_t rows)
{
    const size_t repeat = layout->repeat == 0 ? 1 : layout->repeat, period = layout->rows == 0 ? rows : layout->rows;
    const size_t row = layout->block == 0
                           ? r / repeat
                           : r / layout->block * layout->block_rows + r % layout->block / repeat % layout->block_rows;
    return row % period;
}

static size_t value_of(const vact_values_layout *layout, size_t r)
{
    const size_t count = layout->count == 0 ? 1 : layout->count, repeat = layout->repeat == 0 ? 1 : layout->repeat;
    return r / repeat % count;
}

/* a + b, at the end of the range where it would be beyond. */
static int64_t bounded_sum(int64_t a, int64_t b)
{
    int64_t sum;
    return !__builtin_add_overflow(a, b, &sum) ? sum : b < 0 ? INT64_MIN : INT64_MAX;
}

static int64_t as_signed(size_t n) { return n < (size_t)INT64_MAX ? (int64_t)n : INT64_MAX; }

/* The options of row r alone, as row 0 of a matrix of one row. */
static vact_softmax_options_f32 options_of_row(const vact_softmax_options_f32 *all, size_t r, size_t rows)
{
    vact_softmax_options_f32 one = *all;
    if (all->bias != NULL)
        one.bias += mask_row(&all->bias_layout, r, rows) * all->bias_layout.stride;
    if (all->keep != NULL)
        one.keep += mask_row(&all->keep_layout, r, rows) * all->keep_layout.stride;
    one.bias_layout = one.keep_layout = (vact_mask_layout){0, 0, 0, 0, 0};
    if (all->causal_queries != 0) {
        int64_t position = bounded_sum(as_signed(r % all->causal_queries), all->causal_offset);
        if (all->causal_offsets != NULL)
            position = bounded_sum(position, all->causal_offsets[value_of(&all->causal_layout, r)]);
        one.causal_queries = 1;
        one.causal_offset = (ptrdiff_t)position;
        one.causal_offsets = NULL;
    }
    if (all->lengths != NULL)
        one.lengths += value_of(&all->lengths_layout, r);
    if (all->slopes != NULL)
        one.slopes += value_of(&all->heads_layout, r);
    if (all->sinks != NULL)
        one.sinks += value_of(&all->heads_layout, r);
    one.lengths_layout = one.heads_layout = (vact_values_layout){0, 0};
    return one;
}

/* The same for the columns from c on. */
static vact_softmax_options_f32 options_of_piece(const vact_softmax_options_f32 *row, size_t c)
{
    vact_softmax_options_f32 piece = *row;
    piece.bias = row->bias ? row->bias + c : NULL;
    piece.keep = row->keep ? row->keep + c : NULL;
    if (__builtin_add_overflow(row->first_column, c, &piece.first_column))
        piece.first_column = SIZE_MAX;
    return piece;
}

/* A column of the whole row as one from first_column on, within [0, cols]. */
static size_t column_of(int64_t k, const vact_softmax_options_f32 *row, size_t cols)
{
    const int64_t here = bounded_sum(k, -as_signed(row->first_column));
    return here <= 0 ? 0 : here < as_signed(cols) ? (size_t)here : cols;
}

/* How many columns exist. */
static size_t valid_columns(const vact_softmax_options_f32 *row, size_t cols)
{
    return row->lengths != NULL ? column_of(row->lengths[0], row, cols) : cols;
}

/* Whether a row that keeps nothing is 0, not NaN. */
static bool is_masked(const vact_softmax_options_f32 *row)
{
    return row->bias != NULL || row->keep != NULL || row->causal_queries != 0 || row->lengths != NULL ||
           row->sinks != NULL;
}

/* ----------------------------------------------------------------------------------------- elements, rows */

static const void *source_row(const rows_call *call, size_t r)
{
    return (const char *)call->src + r * call->src_stride * vacti_type_size(call->src_type);
}

static void *result_row(const rows_call *call, size_t r)
{
    return (char *)call->dst + r * call->dst_stride * vacti_type_size(call->dst_type);
}

/* `count` rows, dense in the block. The copy is for what is changed in place. */
static void load_rows(const rows_call *call, float *block, size_t r, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        float *const to = block + k * call->cols;
        const float *const from =
            vacti_widened(call->table, to, source_row(call, r + k), call->src_type, 0, call->cols);
        for (size_t c = 0; from != to && c < call->cols; c++) /* no memcpy: a fortified one may abort */
            to[c] = from[c];
    }
}

static void store_rows(const rows_call *call, const float *block, size_t r, size_t count)
{
    for (size_t k = 0; k < count; k++)
        vacti_narrowed(call->table, result_row(call, r + k), call->dst_type, block + k * call->cols, 0, call->cols);
}

/* Elements c to c + n of a row, in the block. */
static void load_piece(const rows_call *call, float *block, const void *row, size_t c, size_t n)
{
    const float *const from = vacti_widened(call->table, block, row, call->src_type, c, n);
    for (size_t k = 0; from != block && k < n; k++)
        block[k] = from[k];
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static void scale_all(float *values, size_t n, float factor)
{
    for (size_t i = 0; i < n; i++)
        values[i] *= factor;
}

/* -------------------------------------------------------------------------------- rows of a block, no options */

/* Rows of more columns than FEW_COLUMNS, up to a block, are those of float's kernel; for shorter ones it needs more
 * stack, and for rows with a NaN or a maximum beyond KERNEL_NEAR. */
enum { FEW_COLUMNS = 64 };
#define KERNEL_NEAR 256.0f

static bool fits_kernel(const rows_call *call)
{
    return call->options == NULL && call->cols > FEW_COLUMNS && call->cols <= PLAIN_BLOCK;
}

/* The count is of those that are not larger: no NaN is. */
static bool is_near(const vacti_table *table, const float *x, size_t n)
{
    size_t small = 0;
    while (small < n && !(x[small] >= -KERNEL_NEAR))
        small++;
    return small < n && table->outside(x, n, KERNEL_NEAR, NAN) == n;
}

/* So many rows from r on; false, and nothing is written, if one is not near. */
__attribute__((noinline)) static bool near_rows(const rows_call *call, vact_op op, size_t r, size_t count)
{
    float block[PLAIN_BLOCK];
    load_rows(call, block, r, count);
    for (size_t k = 0; k < count; k++)
        if (!is_near(call->table, block + k * call->cols, call->cols))
            return false;
    call->table->rows[VACT_OP_SLOT(op)](block, call->cols, block, call->cols, count, call->cols);
    store_rows(call, block, r, count);
    return true;
}

/* `other` computes a row alone that is not near, when the block is not on the stack. */
static void rows_by_kernel(const rows_call *call, vact_op op, void (*other)(const rows_call *row))
{
    for (size_t r = 0, count; r < call->rows; r += count) {
        count = smaller(PLAIN_BLOCK / call->cols, call->rows - r);
        if (near_rows(call, op, r, count))
            continue;
        count = 1; /* a row's bits do not depend on the others */
        if (near_rows(call, op, r, 1))
            continue;
        rows_call row = *call;
        row.src = source_row(call, r);
        row.dst = result_row(call, r);
        row.rows = 1;
        other(&row);
    }
}

/* --------------------------------------------------------------------------------- softmax, no options */

/* The largest element, or -inf. NaN do not count: the exponentials see them. */
static float largest(const float *x, size_t n, float most)
{
    float lanes[16];
    size_t i = 0;
    for (size_t k = 0; k < 16; k++)
        lanes[k] = most;
    for (; i + 16 <= n; i += 16)
        for (size_t k = 0; k < 16; k++)
            lanes[k] = x[i + k] > lanes[k] ? x[i + k] : lanes[k];
    for (; i < n; i++)
        lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
    for (size_t k = 0; k < 16; k++)
        most = lanes[k] > most ? lanes[k] : most;
    return most;
}

/* The exponentials in place; returns their sum. */
static double exponentials(const vacti_table *table, float *block, float max, size_t n)
{
    double sum;
    table->family.softmax_exp(&sum, block, n, block, n, &max, 1, n, 1.0f);
    return sum;
}

/* Distances from the largest element, in place; what a distance loses is made good later. */
static void subtract(float *x, float max, size_t n)
{
    for (size_t k = 0; k < n; k++)
        x[k] -= max;
}

enum { CHUNK = 64, CHUNK_LANES = 16 };

/* Multiplies exponentials of rounded distances by 1 + what the distances lost, and returns the chunk's sum. The source
 * is read again. */
static double corrected_chunk(float *restrict e, const float *restrict x, float max, size_t n)
{
    float lanes[CHUNK_LANES] = {0.0f};
    double sum = 0.0;
    for (size_t k = 0; k < n; k++) {
        const float distance = x[k] - max, back = distance - x[k];
        const float lost = (x[k] - (distance - back)) - (max + back);
        e[k] += e[k] * (distance > -200.0f ? lost : 0.0f);
    }
    size_t i = 0;
    for (; i + CHUNK_LANES <= n; i += CHUNK_LANES)
        for (size_t lane = 0; lane < CHUNK_LANES; lane++)
            lanes[lane] += e[i + lane];
    for (; i < n; i++)
        lanes[i % CHUNK_LANES] += e[i];
    for (size_t lane = 0; lane < CHUNK_LANES; lane++)
        sum += (double)lanes[lane];
    return sum;
}

/* The same of elements c to c + n of a row. */
static double corrected(const rows_call *call, float *e, const void *from, float max, size_t c, size_t n)
{
    float x[CHUNK];
    double sum = 0.0;
    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t part = smaller(CHUNK, n - i);
        sum += corrected_chunk(e + i, vacti_widened(call->table, x, from, call->src_type, c + i, part), max, part);
    }
    return sum;
}

static void apply_exp(const vacti_table *table, float *block, size_t n)
{
    table->unary[VACT_OP_SLOT(VACT_OP_EXP)](block, block, n, NULL);
}

/* A NaN or +inf, or nothing but -inf, makes the sum NaN. */
__attribute__((noinline)) static void softmax_short_rows(const rows_call *call)
{
    float block[PLAIN_BLOCK], maxima[PLAIN_ROWS];
    const size_t cols = call->cols, most = smaller(PLAIN_BLOCK / cols, PLAIN_ROWS);
    for (size_t r = 0, count; r < call->rows; r += count) {
        count = smaller(most, call->rows - r);
        load_rows(call, block, r, count);
        for (size_t k = 0; k < count; k++) {
            maxima[k] = largest(block + k * cols, cols, -INFINITY);
            subtract(block + k * cols, maxima[k], cols);
        }
        apply_exp(call->table, block, count * cols);
        for (size_t k = 0; k < count; k++) {
            float *const row = block + k * cols;
            const double sum = corrected(call, row, source_row(call, r + k), maxima[k], 0, cols);
            scale_all(row, cols, (float)(1.0 / sum));
        }
        store_rows(call, block, r, count);
    }
}

/* Exponentials of a piece in the block; returns their sum. */
static double exponentials_of_piece(const rows_call *call, float *block, const void *from, float max, size_t c,
                                    size_t n)
{
    load_piece(call, block, from, c, n);
    subtract(block, max, n);
    apply_exp(call->table, block, n);
    return corrected(call, block, from, max, c, n);
}

__attribute__((noinline)) static void softmax_long_row(const rows_call *call, void *to, const void *from)
{
    float block[PLAIN_BLOCK], max = -INFINITY;
    double sum = 0.0;
    for (size_t c = 0; c < call->cols; c += PLAIN_BLOCK) {
        const size_t n = smaller(PLAIN_BLOCK, call->cols - c);
        max = largest(vacti_widened(call->table, block, from, call->src_type, c, n), n, max);
    }
    for (size_t c = 0; c < call->cols; c += PLAIN_BLOCK)
        sum += exponentials_of_piece(call, block, from, max, c, smaller(PLAIN_BLOCK, call->cols - c));
    const float factor = (float)(1.0 / sum);
    for (size_t c = 0; c < call->cols; c += PLAIN_BLOCK) {
        const size_t n = smaller(PLAIN_BLOCK, call->cols - c);
        exponentials_of_piece(call, block, from, max, c, n);
        scale_all(block, n, factor);
        vacti_narrowed(call->table, to, call->dst_type, block, c, n);
    }
}

/* ------------------------------------------------------------------------------------ softmax, options */

/* Adds a piece to the state; the block gets e^logit/2^exponent. */
static void add_piece(const rows_call *call, vact_softmax_online_f32 *state, const vact_softmax_options_f32 *row,
                      float *block, const void *from, size_t c, size_t n)
{
    float rescale;
    const vact_softmax_options_f32 piece = options_of_piece(row, c);
    load_piece(call, block, from, c, n);
    call->table->family.online(state, &rescale, block, n, block, n, 1, n, &piece);
}

__attribute__((noinline)) static void masked_row(const rows_call *call, const vact_softmax_options_f32 *row,
                                                 size_t cols, void *to, const void *from)
{
    float block[BLOCK], factor;
    vact_softmax_online_f32 state = {-INFINITY, 0.0};
    for (size_t c = 0; c < cols; c += BLOCK)
        add_piece(call, &state, row, block, from, c, smaller(BLOCK, cols - c));
    vacti_softmax_online_finish(&factor, NULL, &state, 1, row);
    if (state.sum == 0.0 && !is_masked(row))
        factor = NAN;
    for (size_t c = 0; c < cols; c += BLOCK) {
        const size_t n = smaller(BLOCK, cols - c);
        if (cols > BLOCK) { /* the exponent of the end stays */
            vact_softmax_online_f32 last = state;
            add_piece(call, &last, row, block, from, c, n);
        }
        scale_all(block, n, factor);
        vacti_narrowed(call->table, to, call->dst_type, block, c, n);
    }
}

__attribute__((noinline)) static void softmax_masked(const rows_call *call)
{
    for (size_t r = 0; r < call->rows; r++) {
        const vact_softmax_options_f32 row = options_of_row(call->options, r, call->rows);
        masked_row(call, &row, valid_columns(&row, call->cols), result_row(call, r), source_row(call, r));
    }
}

static void softmax(const rows_call *call)
{
    if (call->options != NULL)
        softmax_masked(call);
    else if (fits_kernel(call))
        rows_by_kernel(call, VACT_OP_SOFTMAX, softmax_short_rows);
    else if (call->cols <= PLAIN_BLOCK)
        softmax_short_rows(call);
    else
        for (size_t r = 0; r < call->rows; r++)
            softmax_long_row(call, result_row(call, r), source_row(call, r));
}

/* ------------------------------------------------------------------------------------------ log_softmax */

/* Rows that fit a block, without options as many as fit. */
__attribute__((noinline)) static void log_softmax_short_rows(const rows_call *call)
{
    float block[LOG_BLOCK];
    const size_t most = LOG_BLOCK / call->cols;
    for (size_t r = 0, count; r < call->rows; r += count) {
        count = smaller(most, call->rows - r);
        load_rows(call, block, r, count);
        call->table->family.log_softmax(block, call->cols, block, call->cols, count, call->cols, NULL);
        store_rows(call, block, r, count);
    }
}

__attribute__((noinline)) static void log_softmax_short_masked(const rows_call *call)
{
    float block[LOG_BLOCK];
    for (size_t r = 0; r < call->rows; r++) {
        const vact_softmax_options_f32 row = options_of_row(call->options, r, call->rows);
        const size_t cols = valid_columns(&row, call->cols);
        load_piece(call, block, source_row(call, r), 0, cols);
        call->table->family.log_softmax(block, cols, block, cols, 1, cols, &row);
        vacti_narrowed(call->table, result_row(call, r), call->dst_type, block, 0, cols);
    }
}

/*
 * Longer rows. The logits are doubles, without a rounding that counts: scale*x + slope*bias of floats, -inf where an
 * element is left out. The sum of the exponentials is taken without that of the largest logit, which is 1, so that the
 * logarithm keeps its digits where it is near 0.
 */
typedef struct log_row {
    const rows_call *call;
    const void *from;
    double scale, slope;
    const float *bias;
    const unsigned char *keep;
    size_t first, end, cols; /* the columns that causality and the window leave; those that exist */
    float sink;
    bool masked;
} log_row;

static log_row log_row_of(const rows_call *call, const vact_softmax_options_f32 *options, const void *from)
{
    log_row row = {call, from, 1.0, 1.0, NULL, NULL, 0, call->cols, call->cols, -INFINITY, false};
    if (options == NULL)
        return row;
    row.cols = row.end = valid_columns(options, call->cols);
    if (options->causal_queries != 0) {
        const int64_t after = bounded_sum(options->causal_offset, 1);
        row.end = column_of(bounded_sum(after, as_signed(options->window_after)), options, row.cols);
        if (options->window_before != 0)
            row.first = column_of(bounded_sum(after, -as_signed(options->window_before)), options, row.end);
    }
    row.scale = (double)options->scale;
    row.bias = options->bias;
    row.keep = options->keep;
    row.slope = options->slopes ? (double)options->slopes[0] : 1.0;
    row.sink = options->sinks ? options->sinks[0] : -INFINITY;
    row.masked = is_masked(options);
    return row;
}

/* Logits c to c + n, n up to LOG_BLOCK. */
static void log_row_logits(const log_row *row, double *logits, size_t c, size_t n)
{
    float block[LOG_BLOCK];
    const float *const x = vacti_widened(row->call->table, block, row->from, row->call->src_type, c, n);
    for (size_t k = 0; k < n; k++)
        logits[k] = row->scale * (double)x[k];
    for (size_t k = 0; row->bias != NULL && k < n; k++)
        logits[k] =
            row->bias[c + k] == -INFINITY ? -(double)INFINITY : logits[k] + row->slope * (double)row->bias[c + k];
    for (size_t k = 0; row->keep != NULL && k < n; k++)
        logits[k] = row->keep[c + k] ? logits[k] : -(double)INFINITY;
    for (size_t k = 0; (row->first != 0 || row->end != row->cols) && k < n; k++)
        logits[k] = c + k >= row->first && c + k < row->end ? logits[k] : -(double)INFINITY;
}

/* The largest logit, NaN if one is NaN, and its first column. */
static double log_row_largest(const log_row *row, size_t *where)
{
    double logits[LOG_BLOCK], most = -(double)INFINITY;
    *where = row->cols;
    for (size_t c = 0; c < row->cols; c += LOG_BLOCK) {
        const size_t n = smaller(LOG_BLOCK, row->cols - c);
        log_row_logits(row, logits, c, n);
        for (size_t k = 0; k < n; k++)
            if (!(logits[k] <= most)) {
                most = logits[k];
                *where = c + k;
                if (isnan(most))
                    return most;
            }
    }
    return most;
}

/* The sum of e^(logit - max) but for the column `without`. A distance is a float and what is left of it. */
static double log_row_sum(const log_row *row, double max, size_t without)
{
    double logits[LOG_BLOCK], sum = 0.0, of_all;
    float distances[LOG_BLOCK];
    const float zero = 0.0f;
    for (size_t c = 0; c < row->cols; c += LOG_BLOCK) {
        const size_t n = smaller(LOG_BLOCK, row->cols - c);
        log_row_logits(row, logits, c, n);
        for (size_t k = 0; k < n; k++) {
            const double given = logits[k] - max;
            const double distance = c + k == without || given < -1000.0 ? -1000.0 : given;
            distances[k] = (float)distance;
            logits[k] = distance - (double)distances[k];
        }
        row->call->table->family.softmax_exp(&of_all, distances, n, distances, n, &zero, 1, n, 1.0f);
        for (size_t k = 0; k < n; k++)
            sum += (double)distances[k] + (double)distances[k] * logits[k];
    }
    return sum;
}

/* Results -((max - logit) + log), never positive; a constant where `constant` is not 0. */
static void log_row_store(const log_row *row, void *to, double max, double log, float constant)
{
    double logits[LOG_BLOCK];
    float results[LOG_BLOCK];
    for (size_t c = 0; c < row->cols; c += LOG_BLOCK) {
        const size_t n = smaller(LOG_BLOCK, row->cols - c);
        for (size_t k = 0; k < n; k++)
            results[k] = constant;
        if (constant == 0.0f) {
            log_row_logits(row, logits, c, n);
            for (size_t k = 0; k < n; k++)
                results[k] = (float)-((max - logits[k]) + log);
        }
        vacti_narrowed(row->call->table, to, row->call->dst_type, results, c, n);
    }
}

__attribute__((noinline)) static void
log_softmax_long_row(const rows_call *call, const vact_softmax_options_f32 *options, void *to, const void *from)
{
    const log_row row = log_row_of(call, options, from);
    size_t where;
    double max = log_row_largest(&row, &where), sum;
    if (isnan(max) || max == (double)INFINITY || isnan(row.sink) ||
        (max == -(double)INFINITY && row.sink == -INFINITY && !row.masked)) {
        log_row_store(&row, to, 0.0, 0.0, NAN);
        return;
    }
    if (max == -(double)INFINITY || row.sink == INFINITY) {
        log_row_store(&row, to, 0.0, 0.0, -INFINITY);
        return;
    }
    if ((double)row.sink > max) {
        max = (double)row.sink;
        sum = log_row_sum(&row, max, row.cols);
    } else {
        float sink = row.sink - (float)max < -1000.0f ? -1000.0f : (float)((double)row.sink - max);
        sum = log_row_sum(&row, max, where);
        exponentials(call->table, &sink, 0.0f, 1);
        sum += (double)sink;
    }
    log_row_store(&row, to, max, once_log1p(sum), 0.0f);
}

/* Of plain rows: the exponential of the first of the largest elements, which is 1, is left out of the sum. */
static double sum_without_largest(const rows_call *call, float *block, const void *from, float max)
{
    double sum = 0.0;
    bool found = false;
    for (size_t c = 0; c < call->cols; c += PLAIN_BLOCK) {
        const size_t n = smaller(PLAIN_BLOCK, call->cols - c);
        size_t where = 0;
        load_piece(call, block, from, c, n);
        subtract(block, max, n);
        while (!found && where < n && block[where] != 0.0f)
            where++;
        apply_exp(call->table, block, n);
        if (!found && where < n) {
            block[where] = 0.0f;
            found = true;
        }
        sum += corrected(call, block, from, max, c, n);
    }
    return sum;
}

/* Results -((max - x) + log), never positive. */
static void log_of_distances(float *x, double max, double log, size_t n)
{
    for (size_t k = 0; k < n; k++)
        x[k] = (float)-((max - (double)x[k]) + log);
}

__attribute__((noinline)) static void log_softmax_long_plain_row(const rows_call *call, void *to, const void *from)
{
    float block[PLAIN_BLOCK], max = -INFINITY;
    for (size_t c = 0; c < call->cols; c += PLAIN_BLOCK) {
        const size_t n = smaller(PLAIN_BLOCK, call->cols - c);
        max = largest(vacti_widened(call->table, block, from, call->src_type, c, n), n, max);
    }
    const double sum = isfinite(max) ? sum_without_largest(call, block, from, max) : (double)NAN;
    const double log = isnan(sum) ? sum : once_log1p(sum);
    for (size_t c = 0; c < call->cols; c += PLAIN_BLOCK) {
        const size_t n = smaller(PLAIN_BLOCK, call->cols - c);
        load_piece(call, block, from, c, n);
        log_of_distances(block, (double)max, log, n);
        vacti_narrowed(call->table, to, call->dst_type, block, c, n);
    }
}

static void log_softmax_plain_rows(const rows_call *call)
{
    for (size_t r = 0; r < call->rows; r++)
        log_softmax_long_plain_row(call, result_row(call, r), source_row(call, r));
}

static bool has_cap(const vact_softmax_options_f32 *options)
{
    return options->softcap > 0.0f && isfinite(options->softcap);
}

static vact_status log_softmax(const rows_call *call)
{
    if (fits_kernel(call)) {
        rows_by_kernel(call, VACT_OP_LOG_SOFTMAX, log_softmax_plain_rows);
        return VACT_OK;
    }
    if (call->cols <= LOG_BLOCK) {
        if (call->options != NULL)
            log_softmax_short_masked(call);
        else
            log_softmax_short_rows(call);
        return VACT_OK;
    }
    if (call->options != NULL && has_cap(call->options))
        return VACT_EUNSUPPORTED;
    if (call->options == NULL) {
        log_softmax_plain_rows(call);
        return VACT_OK;
    }
    for (size_t r = 0; r < call->rows; r++) {
        const vact_softmax_options_f32 row = options_of_row(call->options, r, call->rows);
        log_softmax_long_row(call, &row, result_row(call, r), source_row(call, r));
    }
    return VACT_OK;
}

/* -------------------------------------------------------------------------------------------- logsumexp */

__attribute__((noinline)) static float logsumexp_row(const rows_call *call, const vact_softmax_options_f32 *row,
                                                     const void *from)
{
    float block[BLOCK], result;
    const size_t cols = row ? valid_columns(row, call->cols) : call->cols;
    vact_softmax_online_f32 state = {-INFINITY, 0.0};
    if (cols <= BLOCK) {
        load_piece(call, block, from, 0, cols);
        call->table->family.logsumexp(&result, block, cols, 1, cols, row);
        return result;
    }
    const vact_softmax_options_f32 plain = VACT_SOFTMAX_OPTIONS_F32;
    for (size_t c = 0; c < cols; c += BLOCK)
        add_piece(call, &state, row ? row : &plain, block, from, c, smaller(BLOCK, cols - c));
    vacti_softmax_online_finish(NULL, &result, &state, 1, row);
    return result;
}

static void logsumexp(const rows_call *call)
{
    for (size_t r = 0; r < call->rows; r++) {
        vact_softmax_options_f32 row;
        if (call->options != NULL)
            row = options_of_row(call->options, r, call->rows);
        ((float *)call->dst)[r] = logsumexp_row(call, call->options ? &row : NULL, source_row(call, r));
    }
}

/* ------------------------------------------------------------------------------------------- the checks */

/* Reads the options to `known`. Those that say nothing become null. */
static vact_status read_call(rows_call *call, vact_softmax_options_f32 *known)
{
    if (vacti_type_size(call->dst_type) == 0 || vacti_type_size(call->src_type) == 0)
        return VACT_EINVAL;
    const vact_status read = vacti_masks_read(known, &call->options);
    if (read != VACT_OK)
        return read;
    return vacti_type_is_built(call->dst_type) && vacti_type_is_built(call->src_type) ? VACT_OK : VACT_EUNSUPPORTED;
}

static vact_status check_rows(const rows_call *call, const vacti_masks *given, check_range to, check_range from)
{
    if (call->dst == NULL || call->src == NULL || !vacti_masks_are_valid(given))
        return VACT_EINVAL;
    return vacti_may_write(to, call->dst_type, from, call->src_type) && !vacti_masks_overlap(to, given) ? VACT_OK
                                                                                                        : VACT_EOVERLAP;
}

__attribute__((noinline)) static vact_status check_call(const rows_call *call)
{
    check_range to, from;
    vacti_masks given;
    if (!check_matrix(&to, call->dst, call->rows, call->cols, call->dst_stride, vacti_type_size(call->dst_type)) ||
        !check_matrix(&from, call->src, call->rows, call->cols, call->src_stride, vacti_type_size(call->src_type)) ||
        !vacti_masks_of(&given, call->options, call->rows, call->cols))
        return VACT_EINVAL;
    return call->rows == 0 || call->cols == 0 ? VACT_OK : check_rows(call, &given, to, from);
}

static vact_status run_either(const rows_call *call, bool log)
{
    if (log)
        return log_softmax(call);
    softmax(call);
    return VACT_OK;
}

/* Whether the call is right, and one without options. */
typedef struct {
    vact_status status;
    bool plain;
} checked;

__attribute__((noinline)) static checked check_options(rows_call call)
{
    vact_softmax_options_f32 known;
    vact_status status = read_call(&call, &known);
    if (status == VACT_OK)
        status = check_call(&call);
    return (checked){status, vacti_softmax_is_plain(call.options)};
}

__attribute__((noinline)) static vact_status run_masked(rows_call *call, bool log)
{
    vact_softmax_options_f32 known;
    const vact_status read = vacti_masks_read(&known, &call->options);
    return read == VACT_OK ? run_either(call, log) : read;
}

/* As in dispatch/rows.c, no options stand below the kernels that need none. */
static vact_status run(rows_call call, bool log)
{
    const checked found = check_options(call);
    if (found.status != VACT_OK || call.rows == 0 || call.cols == 0)
        return found.status;
    call.table = vacti_table_current();
    if (!found.plain)
        return run_masked(&call, log);
    call.options = NULL;
    return run_either(&call, log);
}

/* To floats: the columns that exist, widened, where the kernel of float then works in place. */
__attribute__((noinline)) static vact_status widen_rows(float *dst, size_t dst_stride, const void *src,
                                                        vact_type src_type, size_t src_stride, size_t rows, size_t cols,
                                                        const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    rows_call call = {NULL, dst, src, VACT_F32, src_type, dst_stride, src_stride, rows, cols, options};
    vact_status status = read_call(&call, &known);
    if (status == VACT_OK)
        status = check_call(&call);
    if (status != VACT_OK || rows == 0 || cols == 0)
        return status;
    for (size_t r = 0; r < rows; r++) {
        size_t existing = cols;
        if (call.options != NULL && call.options->lengths != NULL) {
            const vact_softmax_options_f32 row = options_of_row(call.options, r, rows);
            existing = valid_columns(&row, cols);
        }
        vacti_table_current()->widen[src_type](dst + r * dst_stride, source_row(&call, r), existing);
    }
    return VACT_OK;
}

__attribute__((noinline)) static vact_status run_narrow(void *dst, vact_type dst_type, size_t dst_stride,
                                                        const void *src, vact_type src_type, size_t src_stride,
                                                        size_t rows, size_t cols,
                                                        const vact_softmax_options_f32 *options, bool log)
{
    return run((rows_call){NULL, dst, src, dst_type, src_type, dst_stride, src_stride, rows, cols, options}, log);
}

/* The functions on float take nearly all of the stack that a call may: they are called last, with nothing below. */
vact_status vact_softmax(void *dst, vact_type dst_type, size_t dst_stride, const void *src, vact_type src_type,
                         size_t src_stride, size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    if (dst_type != VACT_F32)
        return run_narrow(dst, dst_type, dst_stride, src, src_type, src_stride, rows, cols, options, false);
    if (src_type == VACT_F32)
        return vact_softmax_masked_f32((float *)dst, dst_stride, (const float *)src, src_stride, rows, cols, options);
    const vact_status status = widen_rows((float *)dst, dst_stride, src, src_type, src_stride, rows, cols, options);
    if (status != VACT_OK || rows == 0 || cols == 0)
        return status;
    return vact_softmax_masked_f32((float *)dst, dst_stride, (const float *)dst, dst_stride, rows, cols, options);
}

vact_status vact_log_softmax(void *dst, vact_type dst_type, size_t dst_stride, const void *src, vact_type src_type,
                             size_t src_stride, size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    if (dst_type != VACT_F32)
        return run_narrow(dst, dst_type, dst_stride, src, src_type, src_stride, rows, cols, options, true);
    if (src_type == VACT_F32)
        return vact_log_softmax_masked_f32((float *)dst, dst_stride, (const float *)src, src_stride, rows, cols,
                                           options);
    const vact_status status = widen_rows((float *)dst, dst_stride, src, src_type, src_stride, rows, cols, options);
    if (status != VACT_OK || rows == 0 || cols == 0)
        return status;
    return vact_log_softmax_masked_f32((float *)dst, dst_stride, (const float *)dst, dst_stride, rows, cols, options);
}

__attribute__((noinline)) static vact_status check_logsumexp(const rows_call *call)
{
    check_range to, from;
    vacti_masks given;
    if (!check_array(&to, call->dst, call->rows, sizeof(float)) ||
        !check_matrix(&from, call->src, call->rows, call->cols, call->src_stride, vacti_type_size(call->src_type)) ||
        !vacti_masks_of(&given, call->options, call->rows, call->cols))
        return VACT_EINVAL;
    if (call->rows == 0)
        return VACT_OK;
    if (call->dst == NULL || (call->src == NULL && call->cols != 0) || !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    return check_share(to, from) || vacti_masks_overlap(to, &given) ? VACT_EOVERLAP : VACT_OK;
}

vact_status vact_logsumexp(float *dst, const void *src, vact_type src_type, size_t src_stride, size_t rows, size_t cols,
                           const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    rows_call call = {NULL, dst, src, VACT_F32, src_type, 1, src_stride, rows, cols, options};
    if (src_type == VACT_F32)
        return vact_logsumexp_masked_f32(dst, (const float *)src, src_stride, rows, cols, options);
    vact_status status = read_call(&call, &known);
    if (status == VACT_OK)
        status = check_logsumexp(&call);
    if (status != VACT_OK || rows == 0)
        return status;
    call.table = vacti_table_current();
    logsumexp(&call);
    return VACT_OK;
}

/* ------------------------------------------------------------------------------------------ named functions */

#define NAMED(name, type, TYPE)                                                                                        \
    vact_status vact_##name##_##type(vact_##type *dst, const vact_##type *src, size_t rows, size_t cols)               \
    {                                                                                                                  \
        return vact_##name(dst, TYPE, cols, src, TYPE, cols, rows, cols, NULL);                                        \
    }                                                                                                                  \
    vact_status vact_##name##_rows_##type(vact_##type *dst, size_t dst_stride, const vact_##type *src,                 \
                                          size_t src_stride, size_t rows, size_t cols)                                 \
    {                                                                                                                  \
        return vact_##name(dst, TYPE, dst_stride, src, TYPE, src_stride, rows, cols, NULL);                            \
    }

NAMED(softmax, bf16, VACT_BF16)
NAMED(softmax, f16, VACT_F16)
NAMED(log_softmax, bf16, VACT_BF16)
NAMED(log_softmax, f16, VACT_F16)
