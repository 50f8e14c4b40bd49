/* Data, exact sums and verdicts for the tests of the sums. */
#include "sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const sums_data_names[SUMS_DATA_COUNT] = {"constant", "alternating", "growing", "one large", "random"};

enum { LARGE_AT = 5, ENDS = 128, SAMPLES = 1024 };

const sums_reduction *sums_reduction_at(size_t index)
{
    size_t i = 0;
    for (const sums_reduction *r = sums_of_rows; r->name != NULL; r++)
        if (i++ == index)
            return r;
    for (const sums_reduction *r = sums_of_losses; r->name != NULL; r++)
        if (i++ == index)
            return r;
    return NULL;
}

bool sums_new(sums_problem *problem, size_t n)
{
    float **const arrays[] = {&problem->x, &problem->dy, &problem->y, &problem->dx, &problem->w};
    bool whole = true;
    problem->n = n;
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        *arrays[i] = malloc(n * sizeof(float));
        whole = whole && *arrays[i] != NULL;
    }
    return whole;
}

void sums_free(sums_problem *problem)
{
    free(problem->x);
    free(problem->dy);
    free(problem->y);
    free(problem->dx);
    free(problem->w);
}

void sums_run(sums_problem *problem, const sums_reduction *reduction, sums_data data)
{
    problem->data = data;
    problem->error = problem->bound = 0.0;
    problem->differs = false;
    reduction->run(problem);
}

/* The exact values are themselves rounded, by far less than this. */
bool sums_beyond(const sums_problem *problem)
{
    return problem->differs || !(problem->error <= problem->bound * (1.0 + 0x1p-20));
}

/* ---------------------------------------------------------------------------------------------- builds */

void sums_first(sums_problem *problem)
{
    problem->current = 0;
    problem->bits = 0;
}

const vacti_table *sums_table(const sums_problem *problem)
{
    return problem->current < problem->table_count ? problem->tables[problem->current] : NULL;
}

void sums_next(sums_problem *problem)
{
    if (problem->current == 0)
        problem->first_bits = problem->bits;
    problem->differs = problem->differs || problem->bits != problem->first_bits;
    problem->bits = 0;
    problem->current++;
}

/* ------------------------------------------------------------------------------------------------ data */

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
double sums_unit(size_t i)
{
    uint64_t z = ((uint64_t)i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static float growth(size_t i, size_t n) { return (float)(((double)i + 1.0) / (double)n); }

float sums_logit(sums_data data, size_t i, size_t n)
{
    switch (data) {
    case SUMS_CONSTANT: return 0.1f;
    case SUMS_ALTERNATING: return i % 2 == 0 ? 3.0f : -3.0f;
    case SUMS_GROWING: return 60.0f * growth(i, n) - 30.0f;
    case SUMS_ONE_LARGE: return i == LARGE_AT ? 17.0f : 0.0f;
    case SUMS_RANDOM: return (float)(16.0 * sums_unit(i) - 8.0);
    default: return NAN;
    }
}

float sums_factor(sums_data data, size_t i, size_t n)
{
    switch (data) {
    case SUMS_CONSTANT: return 1.1f;
    case SUMS_ALTERNATING: return i % 2 == 0 ? 0.3f : -0.1f;
    case SUMS_GROWING: return 10.0f * growth(i, n);
    case SUMS_ONE_LARGE: return i == LARGE_AT ? 1e3f : 0.1f;
    case SUMS_RANDOM: return (float)(2.0 * sums_unit(~i) - 1.0);
    default: return NAN;
    }
}

float sums_negative(sums_data data, size_t i, size_t n)
{
    switch (data) {
    case SUMS_CONSTANT: return -0.1f;
    case SUMS_ALTERNATING: return -1.1f;
    case SUMS_GROWING: return -10.0f * growth(i, n);
    case SUMS_ONE_LARGE: return i == LARGE_AT ? -1e2f : -0.1f;
    case SUMS_RANDOM: return (float)(4.0 * sums_unit(i) - 3.0);
    default: return NAN;
    }
}

void sums_fill(float *dst, const sums_problem *problem, sums_value_fn *value)
{
    for (size_t i = 0; i < problem->n; i++)
        dst[i] = value(problem->data, i, problem->n);
}

size_t sums_sample(size_t i, size_t n)
{
    size_t step = n / SAMPLES | 1;
    if (i < ENDS || i + ENDS >= n)
        return i + 1;
    return i + step + ENDS < n ? i + step : n - ENDS;
}

/* ------------------------------------------------------------------------------------- sums and verdicts */

void sums_add(sums_total *total, long double term)
{
    long double sum = total->hi + term, back = sum - total->hi;
    total->lo += (total->hi - (sum - back)) + (term - back);
    total->hi = sum;
}

long double sums_value(const sums_total *total) { return total->hi + total->lo; }

static long double spacing(long double value)
{
    return value == 0.0L ? 0x1p-149L : ldexpl(1.0L, (int)fmaxl(floorl(log2l(fabsl(value))) - 23.0L, -149.0L));
}

void sums_judge(sums_problem *problem, float got, long double exact, long double at, double ulps, long double more)
{
    uint32_t bits;
    memcpy(&bits, &got, sizeof bits);
    problem->bits = (problem->bits ^ bits) * 0x9e3779b97f4a7c15u;
    problem->bits ^= problem->bits >> 32;
    long double unit = spacing(at);
    double error = isfinite(got) ? (double)(fabsl((long double)got - exact) / unit) : INFINITY;
    double bound = ulps + (double)(more / unit);
    if (problem->bound == 0.0 || error / bound > problem->error / problem->bound) {
        problem->error = error;
        problem->bound = bound;
    }
}
