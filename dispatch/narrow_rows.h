/* What the softmax family on bfloat16 and half shares: a call, one row's options, elements as floats and back,
 * exponentials by the kernels of float. Internal: not installed. */
#ifndef VACT_DISPATCH_NARROW_ROWS_H
#define VACT_DISPATCH_NARROW_ROWS_H

#include <math.h>

#include "narrow.h"
#include "options.h"
#include "rows.h"

enum { PLAIN_BLOCK = 1024, BLOCK = 256, LOG_BLOCK = 128, CAP_BLOCK = 512 };

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

static inline size_t mask_row(const vact_mask_layout *layout, size_t r, size_t rows)
{
    const size_t repeat = layout->repeat == 0 ? 1 : layout->repeat, period = layout->rows == 0 ? rows : layout->rows;
    const size_t row = layout->block == 0
                           ? r / repeat
                           : r / layout->block * layout->block_rows + r % layout->block / repeat % layout->block_rows;
    return row % period;
}

static inline size_t value_of(const vact_values_layout *layout, size_t r)
{
    const size_t count = layout->count == 0 ? 1 : layout->count, repeat = layout->repeat == 0 ? 1 : layout->repeat;
    return r / repeat % count;
}

/* a + b, at the end of the range where it would be beyond. */
static inline int64_t bounded_sum(int64_t a, int64_t b)
{
    int64_t sum;
    return !__builtin_add_overflow(a, b, &sum) ? sum : b < 0 ? INT64_MIN : INT64_MAX;
}

static inline int64_t as_signed(size_t n) { return n < (size_t)INT64_MAX ? (int64_t)n : INT64_MAX; }

/* The options of row r alone, as row 0 of a matrix of one row. */
static inline vact_softmax_options_f32 options_of_row(const vact_softmax_options_f32 *all, size_t r, size_t rows)
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
static inline vact_softmax_options_f32 options_of_piece(const vact_softmax_options_f32 *row, size_t c)
{
    vact_softmax_options_f32 piece = *row;
    piece.bias = row->bias ? row->bias + c : NULL;
    piece.keep = row->keep ? row->keep + c : NULL;
    if (__builtin_add_overflow(row->first_column, c, &piece.first_column))
        piece.first_column = SIZE_MAX;
    return piece;
}

/* A column of the whole row as one from first_column on, within [0, cols]. */
static inline size_t column_of(int64_t k, const vact_softmax_options_f32 *row, size_t cols)
{
    const int64_t here = bounded_sum(k, -as_signed(row->first_column));
    return here <= 0 ? 0 : here < as_signed(cols) ? (size_t)here : cols;
}

/* How many columns exist. */
static inline size_t valid_columns(const vact_softmax_options_f32 *row, size_t cols)
{
    return row->lengths != NULL ? column_of(row->lengths[0], row, cols) : cols;
}

static inline bool has_cap(const vact_softmax_options_f32 *options)
{
    return options->softcap > 0.0f && isfinite(options->softcap);
}

/* Whether a row that keeps nothing is 0, not NaN. */
static inline bool is_masked(const vact_softmax_options_f32 *row)
{
    return row->bias != NULL || row->keep != NULL || row->causal_queries != 0 || row->lengths != NULL ||
           row->sinks != NULL;
}

/* ----------------------------------------------------------------------------------------- elements, rows */

static inline const void *source_row(const rows_call *call, size_t r)
{
    return (const char *)call->src + r * call->src_stride * vacti_type_size(call->src_type);
}

static inline void *result_row(const rows_call *call, size_t r)
{
    return (char *)call->dst + r * call->dst_stride * vacti_type_size(call->dst_type);
}

/* `count` rows, dense in the block. The copy is for what is changed in place. */
static inline void load_rows(const rows_call *call, float *block, size_t r, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        float *const to = block + k * call->cols;
        const float *const from =
            vacti_widened(call->table, to, source_row(call, r + k), call->src_type, 0, call->cols);
        for (size_t c = 0; from != to && c < call->cols; c++) /* no memcpy: a fortified one may abort */
            to[c] = from[c];
    }
}

static inline void store_rows(const rows_call *call, const float *block, size_t r, size_t count)
{
    for (size_t k = 0; k < count; k++)
        vacti_narrowed(call->table, result_row(call, r + k), call->dst_type, block + k * call->cols, 0, call->cols);
}

/* Elements c to c + n of a row, in the block. */
static inline void load_piece(const rows_call *call, float *block, const void *row, size_t c, size_t n)
{
    const float *const from = vacti_widened(call->table, block, row, call->src_type, c, n);
    for (size_t k = 0; from != block && k < n; k++)
        block[k] = from[k];
}

static inline void scale_all(float *values, size_t n, float factor)
{
    for (size_t i = 0; i < n; i++)
        values[i] *= factor;
}

/* -------------------------------------------------------------------------------- rows of a block, no options */

/* Rows of more columns than this, up to a block, are those of float's kernel; for shorter ones it needs more stack. */
enum { FEW_COLUMNS = 64 };

static inline bool fits_kernel(const rows_call *call)
{
    return call->options == NULL && call->cols > FEW_COLUMNS && call->cols <= PLAIN_BLOCK;
}

/* By the kernel of softmax or log_softmax; `other` computes a row alone that it does not take. */
void vacti_narrow_rows_by_kernel(const rows_call *call, vact_op op, void (*other)(const rows_call *row));

/* Row r, if its elements are floats, the largest near 0; else false. */
bool vacti_narrow_by_pieces(const rows_call *call, vacti_row_pieces_fn *pieces, size_t r);

void vacti_narrow_softmax(const rows_call *call);
void vacti_narrow_log_softmax(const rows_call *call);

/* ----------------------------------------------------------------------------------------- exponentials */

/* The largest element, or -inf. NaN do not count: the exponentials see them. */
static inline float largest(const float *x, size_t n, float most)
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
static inline double exponentials(const vacti_table *table, float *block, float max, size_t n)
{
    double sum;
    table->family.softmax_exp(&sum, block, n, block, n, &max, 1, n, 1.0f);
    return sum;
}

/* Distances from the largest element, in place; what a distance loses is made good later. */
static inline void subtract(float *x, float max, size_t n)
{
    for (size_t k = 0; k < n; k++)
        x[k] -= max;
}

enum { CHUNK = 64, CHUNK_LANES = 16 };

/* Multiplies exponentials of rounded distances by 1 + what the distances lost, and returns the chunk's sum. The source
 * is read again. */
static inline double corrected_chunk(float *restrict e, const float *restrict x, float max, size_t n)
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
static inline double corrected(const rows_call *call, float *e, const void *from, float max, size_t c, size_t n)
{
    float x[CHUNK];
    double sum = 0.0;
    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t part = smaller(CHUNK, n - i);
        sum += corrected_chunk(e + i, vacti_widened(call->table, x, from, call->src_type, c + i, part), max, part);
    }
    return sum;
}

static inline void apply_exp(const vacti_table *table, float *block, size_t n)
{
    table->unary[VACT_OP_SLOT(VACT_OP_EXP)](block, block, n, NULL);
}

/* A NaN or +inf, or nothing but -inf, makes the sum NaN. */
/* Adds a piece to the state; the block gets e^logit/2^exponent. */
static inline void add_piece(const rows_call *call, vact_softmax_online_f32 *state, const vact_softmax_options_f32 *row,
                             float *block, const void *from, size_t c, size_t n)
{
    float rescale;
    const vact_softmax_options_f32 piece = options_of_piece(row, c);
    load_piece(call, block, from, c, n);
    call->table->family.online(state, &rescale, block, n, block, n, 1, n, &piece);
}

#endif
