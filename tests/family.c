#include "family.h"

#include <math.h>
#include <string.h>

static size_t mask_row(const vact_mask_layout *layout, size_t r, size_t rows)
{
    size_t repeat = layout->repeat ? layout->repeat : 1, base = 0;
    if (layout->block) {
        while (r >= layout->block)
            r -= layout->block, base += layout->block_rows;
        base += r / repeat % layout->block_rows;
    } else {
        base = r / repeat;
    }
    return base % (layout->rows ? layout->rows : rows) * layout->stride;
}

__extension__ typedef __int128 wide_int;

static size_t value_at(const vact_values_layout *layout, size_t r)
{
    return r / (layout->repeat ? layout->repeat : 1) % (layout->count ? layout->count : 1);
}

size_t family_length(size_t r, size_t cols, const vact_softmax_options_f32 *options)
{
    if (options == NULL || options->lengths == NULL)
        return cols;
    wide_int left = (wide_int)options->lengths[value_at(&options->lengths_layout, r)] - (wide_int)options->first_column;
    return left < 0 ? 0 : left < (wide_int)cols ? (size_t)left : cols;
}

long double family_sink(size_t r, const vact_softmax_options_f32 *options)
{
    if (options == NULL || options->sinks == NULL)
        return -INFINITY;
    return options->sinks[value_at(&options->heads_layout, r)];
}

bool family_masked(const vact_softmax_options_f32 *options)
{
    return options != NULL && (options->bias != NULL || options->keep != NULL || options->causal_queries != 0 ||
                               options->lengths != NULL || options->sinks != NULL);
}

/* Whether causality and the window let query r see column c. */
static bool visible(size_t r, size_t c, const vact_softmax_options_f32 *options)
{
    if (options->causal_queries == 0)
        return true;
    wide_int p = (wide_int)(r % options->causal_queries) + options->causal_offset;
    if (options->causal_offsets != NULL)
        p += options->causal_offsets[value_at(&options->causal_layout, r)];
    wide_int k = (wide_int)c + (wide_int)options->first_column;
    return k <= p + (wide_int)options->window_after &&
           (options->window_before == 0 || k > p - (wide_int)options->window_before);
}

void family_logits_of(long double *z, const long double *x, size_t r, size_t rows, size_t cols,
                      const vact_softmax_options_f32 *options)
{
    const size_t length = family_length(r, cols, options);
    for (size_t c = 0; c < cols; c++) {
        z[c] = c < length ? x[c] : -INFINITY;
        if (options == NULL || c >= length)
            continue;
        bool kept = options->keep == NULL || options->keep[mask_row(&options->keep_layout, r, rows) + c] != 0;
        kept = kept && visible(r, c, options);
        z[c] *= (long double)options->scale;
        const long double cap = (long double)options->softcap;
        const bool capped = options->softcap > 0.0f && isfinite(options->softcap);
        if (capped && options->softcap_order == VACT_SOFTCAP_BEFORE_MASK)
            z[c] = cap * tanhl(z[c] / cap);
        if (kept && options->bias != NULL) {
            const float bias = options->bias[mask_row(&options->bias_layout, r, rows) + c];
            const float slope = options->slopes ? options->slopes[value_at(&options->heads_layout, r)] : 1.0f;
            kept = bias != -INFINITY;
            z[c] += kept ? (long double)bias * (long double)slope : 0.0L;
        }
        if (capped && options->softcap_order == VACT_SOFTCAP_AFTER_MASK)
            z[c] = cap * tanhl(z[c] / cap);
        if (!kept)
            z[c] = -INFINITY;
    }
}

void family_logits(long double *z, const float *src, size_t r, size_t rows, size_t cols,
                   const vact_softmax_options_f32 *options)
{
    const size_t length = family_length(r, cols, options);
    for (size_t c = 0; c < cols; c++)
        z[c] = c < length ? (long double)src[c] : 0.0L;
    family_logits_of(z, z, r, rows, cols, options);
}

/* NaN for a row with a NaN. */
static long double largest(const long double *z, size_t cols)
{
    long double best = -INFINITY;
    for (size_t c = 0; c < cols; c++) {
        if (isnan(z[c]))
            return NAN;
        best = z[c] > best ? z[c] : best;
    }
    return best;
}

static void fill(long double *y, size_t cols, long double value)
{
    for (size_t c = 0; c < cols; c++)
        y[c] = value;
}

/* The largest of a finite logit and the sink; NaN for a NaN in either. */
static long double joined(long double max, long double sink)
{
    return isnan(max) || isnan(sink) ? NAN : max > sink ? max : sink;
}

void family_softmax(long double *y, const long double *z, size_t cols, bool masked)
{
    family_softmax_sink(y, z, cols, masked, -INFINITY);
}

void family_softmax_sink(long double *y, const long double *z, size_t cols, bool masked, long double sink)
{
    long double own = largest(z, cols), max = joined(own, sink), sum = 0.0L;
    if (!isfinite(max)) {
        fill(y, cols, (masked && max < 0.0L) || (sink > 0.0L && own < INFINITY) ? 0.0L : NAN);
        return;
    }
    if (sink > -INFINITY)
        sum = expl(sink - max);
    for (size_t c = 0; c < cols; c++)
        sum += y[c] = expl(z[c] - max);
    for (size_t c = 0; c < cols; c++)
        y[c] /= sum;
}

static long double log_of_sum(const long double *z, size_t cols, long double max, long double sink)
{
    size_t winners = sink == max;
    long double others = winners || sink == -INFINITY ? 0.0L : expl(sink - max);
    for (size_t c = 0; c < cols; c++)
        if (z[c] != max || winners++ != 0)
            others += expl(z[c] - max);
    return log1pl(others);
}

void family_log_softmax(long double *y, const long double *z, size_t cols, bool masked)
{
    family_log_softmax_sink(y, z, cols, masked, -INFINITY);
}

void family_log_softmax_sink(long double *y, const long double *z, size_t cols, bool masked, long double sink)
{
    long double own = largest(z, cols), max = joined(own, sink);
    if (!isfinite(max)) {
        fill(y, cols, (masked && max < 0.0L) || (sink > 0.0L && own < INFINITY) ? -INFINITY : NAN);
        return;
    }
    long double log = log_of_sum(z, cols, max, sink);
    for (size_t c = 0; c < cols; c++)
        y[c] = -((max - z[c]) + log);
}

long double family_logsumexp(const long double *z, size_t cols) { return family_logsumexp_sink(z, cols, -INFINITY); }

long double family_logsumexp_sink(const long double *z, size_t cols, long double sink)
{
    long double max = joined(largest(z, cols), sink);
    return isfinite(max) ? max + log_of_sum(z, cols, max, sink) : max;
}

long double family_logsumexp_terms(const long double *z, size_t cols)
{
    return family_logsumexp_terms_sink(z, cols, -INFINITY);
}

long double family_logsumexp_terms_sink(const long double *z, size_t cols, long double sink)
{
    long double max = joined(largest(z, cols), sink);
    return isfinite(max) ? fabsl(max) + log_of_sum(z, cols, max, sink) : 0.0L;
}

size_t family_tables(const vacti_table **tables, size_t limit)
{
    return family_tables_of(VACT_MATH_FAST, tables, limit);
}

size_t family_tables_of_both(const vacti_table **tables, size_t limit)
{
    const size_t fast = family_tables(tables, limit);
    return fast + family_tables_of(VACT_MATH_CR, tables + fast, limit - fast);
}

size_t family_tables_of(vact_math math, const vacti_table **tables, size_t limit)
{
    size_t n = 0;
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t b = 0; b < vacti_build_count && n < limit; b++)
            if (vacti_build_runs(vacti_builds[b]) && (strcmp(vacti_builds[b], "scalar_fma") == 0) == (pass == 0) &&
                vacti_table_of_build(vacti_builds[b], math) != NULL)
                tables[n++] = vacti_table_of_build(vacti_builds[b], math);
    return n;
}
