/* softmax from one type to another: rows by the kernel of float, in blocks, or in pieces of a row. */
#include "narrow_rows.h"

/* -------------------------------------------------------------------------------- rows of a block, no options */

/* Not rows with a NaN or a maximum beyond this: for those the kernel needs more stack. */
#define KERNEL_NEAR 256.0f

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
    block[0] = 0.0f; /* GCC 12 does not see that no row is empty */
    load_rows(call, block, r, count);
    for (size_t k = 0; k < count; k++)
        if (!is_near(call->table, block + k * call->cols, call->cols))
            return false;
    (op == VACT_OP_SOFTMAX ? call->table->family.softmax : call->table->family.log_softmax)(
        block, call->cols, block, call->cols, count, call->cols, NULL);
    store_rows(call, block, r, count);
    return true;
}

static void put(void *context, const float *results, size_t at, size_t n)
{
    const rows_call *const row = context;
    vacti_narrowed(row->table, row->dst, row->dst_type, results, at, n);
}

bool vacti_narrow_by_pieces(const rows_call *call, vacti_row_pieces_fn *pieces, size_t r)
{
    rows_call row = *call;
    row.dst = result_row(call, r);
    return call->src_type == VACT_F32 && pieces((const float *)source_row(call, r), call->cols, put, &row);
}

/* The other rows are computed when the block is not on the stack. */
void vacti_narrow_rows_by_kernel(const rows_call *call, vact_op op, void (*other)(const rows_call *row))
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

/* Of up to FEW_COLUMNS columns the kernel needs so much stack that the block is small. */
__attribute__((noinline)) static void softmax_short_rows(const rows_call *call)
{
    float block[FEW_COLUMNS];
    const size_t most = FEW_COLUMNS / call->cols;
    for (size_t r = 0, count; r < call->rows; r += count) {
        count = smaller(most, call->rows - r);
        load_rows(call, block, r, count);
        call->table->family.softmax(block, call->cols, block, call->cols, count, call->cols, NULL);
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

/* As long as the row is one of floats that are near 0. */
static void softmax_long_rows(const rows_call *call)
{
    for (size_t r = 0; r < call->rows; r++)
        if (!vacti_narrow_by_pieces(call, call->table->family.softmax_pieces, r))
            softmax_long_row(call, result_row(call, r), source_row(call, r));
}

/* ------------------------------------------------------------------------------------ softmax, options */

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

void vacti_narrow_softmax(const rows_call *call)
{
    if (call->options != NULL)
        softmax_masked(call);
    else if (fits_kernel(call))
        vacti_narrow_rows_by_kernel(call, VACT_OP_SOFTMAX, softmax_long_rows);
    else if (call->cols <= FEW_COLUMNS)
        softmax_short_rows(call);
    else
        softmax_long_rows(call);
}
