/* log_softmax from one type to another. */
#include "narrow_rows.h"
#include "rows/once.h"

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
    float cap;               /* 0: none */
    bool cap_is_last;        /* of the sum with the bias */
    size_t first, end, cols; /* the columns that causality and the window leave; those that exist */
    float sink;
    bool masked;
} log_row;

static log_row log_row_of(const rows_call *call, const vact_softmax_options_f32 *options, const void *from)
{
    log_row row = {call, from, 1.0, 1.0, NULL, NULL, 0.0f, false, 0, call->cols, call->cols, -INFINITY, false};
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
    row.cap = has_cap(options) ? options->softcap : 0.0f;
    row.cap_is_last = options->softcap_order == VACT_SOFTCAP_AFTER_MASK && options->bias != NULL;
    row.sink = options->sinks ? options->sinks[0] : -INFINITY;
    row.masked = is_masked(options);
    return row;
}

/* c*tanh(z/c) in place: a logit is rounded to a float before. */
static void cap_logits(const log_row *row, double *logits, size_t n)
{
    float block[LOG_BLOCK];
    vact_params_f32 params = {{0.0f}};
    block[0] = 0.0f; /* GCC 12 does not see that n is not 0 */
    params.v[0] = row->cap;
    for (size_t k = 0; k < n; k++)
        block[k] = (float)logits[k];
    row->call->table->unary[VACT_OP_SLOT(VACT_OP_SOFTCAP)](block, block, n, &params);
    for (size_t k = 0; k < n; k++)
        logits[k] = logits[k] == -(double)INFINITY && row->cap_is_last ? logits[k] : (double)block[k];
}

/* Logits c to c + n, n up to LOG_BLOCK. */
static void log_row_logits(const log_row *row, double *logits, size_t c, size_t n)
{
    float block[LOG_BLOCK];
    const float *const x = vacti_widened(row->call->table, block, row->from, row->call->src_type, c, n);
    for (size_t k = 0; k < n; k++)
        logits[k] = row->scale * (double)x[k];
    if (row->cap != 0.0f && !row->cap_is_last)
        cap_logits(row, logits, n);
    for (size_t k = 0; row->bias != NULL && k < n; k++)
        logits[k] =
            row->bias[c + k] == -INFINITY ? -(double)INFINITY : logits[k] + row->slope * (double)row->bias[c + k];
    if (row->cap != 0.0f && row->cap_is_last)
        cap_logits(row, logits, n);
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
        if (!vacti_narrow_by_pieces(call, call->table->family.log_softmax_pieces, r))
            log_softmax_long_plain_row(call, result_row(call, r), source_row(call, r));
}

void vacti_narrow_log_softmax(const rows_call *call)
{
    if (fits_kernel(call)) {
        vacti_narrow_rows_by_kernel(call, VACT_OP_LOG_SOFTMAX, log_softmax_plain_rows);
    } else if (call->cols <= LOG_BLOCK) {
        if (call->options != NULL)
            log_softmax_short_masked(call);
        else
            log_softmax_short_rows(call);
    } else if (call->options == NULL) {
        log_softmax_plain_rows(call);
    } else {
        for (size_t r = 0; r < call->rows; r++) {
            const vact_softmax_options_f32 row = options_of_row(call->options, r, call->rows);
            log_softmax_long_row(call, &row, result_row(call, r), source_row(call, r));
        }
    }
}
