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

void family_logits(long double *z, const float *src, size_t r, size_t rows, size_t cols,
                   const vact_softmax_options_f32 *options)
{
    for (size_t c = 0; c < cols; c++) {
        z[c] = src[c];
        if (options == NULL)
            continue;
        z[c] *= (long double)options->scale;
        if (options->bias != NULL)
            z[c] += (long double)options->bias[mask_row(&options->bias_layout, r, rows) + c];
        bool kept = options->keep == NULL || options->keep[mask_row(&options->keep_layout, r, rows) + c] != 0;
        if (options->causal_queries != 0)
            kept = kept && (ptrdiff_t)c <= (ptrdiff_t)(r % options->causal_queries) + options->causal_offset;
        if (!kept)
            z[c] = -INFINITY;
    }
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

void family_softmax(long double *y, const long double *z, size_t cols, bool masked)
{
    long double max = largest(z, cols), sum = 0.0L;
    if (!isfinite(max)) {
        fill(y, cols, masked && max < 0.0L ? 0.0L : NAN);
        return;
    }
    for (size_t c = 0; c < cols; c++)
        sum += y[c] = expl(z[c] - max);
    for (size_t c = 0; c < cols; c++)
        y[c] /= sum;
}

static long double log_of_sum(const long double *z, size_t cols, long double max)
{
    long double others = 0.0L;
    size_t winners = 0;
    for (size_t c = 0; c < cols; c++)
        if (z[c] != max || winners++ != 0)
            others += expl(z[c] - max);
    return log1pl(others);
}

void family_log_softmax(long double *y, const long double *z, size_t cols, bool masked)
{
    long double max = largest(z, cols);
    if (!isfinite(max)) {
        fill(y, cols, masked && max < 0.0L ? -INFINITY : NAN);
        return;
    }
    long double log = log_of_sum(z, cols, max);
    for (size_t c = 0; c < cols; c++)
        y[c] = -((max - z[c]) + log);
}

long double family_logsumexp(const long double *z, size_t cols)
{
    long double max = largest(z, cols);
    return isfinite(max) ? max + log_of_sum(z, cols, max) : max;
}

long double family_logsumexp_terms(const long double *z, size_t cols)
{
    long double max = largest(z, cols);
    return isfinite(max) ? fabsl(max) + log_of_sum(z, cols, max) : 0.0L;
}

size_t family_tables(const vacti_table **tables, size_t limit)
{
    size_t n = 0;
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t b = 0; b < vacti_build_count && n < limit; b++)
            if (vacti_build_runs(vacti_builds[b]) && (strcmp(vacti_builds[b], "scalar_fma") == 0) == (pass == 0))
                tables[n++] = vacti_table_of_build(vacti_builds[b], VACT_MATH_FAST);
    return n;
}
