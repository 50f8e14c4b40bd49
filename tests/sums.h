/*
 * Every sum of the library against one in long double, at any length. Shared by the tests (test_sums.c, short) and the
 * program vact_sums (sums/sums_main.c, up to 2^28 elements).
 */
#ifndef VACT_TESTS_SUMS_H
#define VACT_TESTS_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/table.h"

typedef enum sums_data {
    SUMS_CONSTANT,
    SUMS_ALTERNATING,
    SUMS_GROWING,
    SUMS_ONE_LARGE, /* among many small ones */
    SUMS_RANDOM,
    SUMS_DATA_COUNT
} sums_data;

extern const char *const sums_data_names[SUMS_DATA_COUNT];

/* A problem of n elements, its arrays, and what came of it. */
typedef struct sums_problem {
    const vacti_table *tables[8]; /* builds, variant fast, which must agree in every bit */
    size_t table_count;
    sums_data data;
    size_t n;
    float *x, *dy, *y, *dx, *w; /* of n elements each */

    double error, bound; /* in ULP, of the result that comes closest to its bound, or is furthest beyond */
    bool differs;        /* two builds disagree */

    size_t current; /* the build that runs now */
    uint64_t bits, first_bits;
} sums_problem;

typedef struct sums_reduction {
    const char *name;
    void (*run)(sums_problem *problem); /* leaves bound at 0 where this build of the library lacks the variant */
} sums_reduction;

extern const sums_reduction sums_of_rows[], sums_of_losses[]; /* the last one has no name */

/* The reductions of both lists by their number; null behind the last one. */
const sums_reduction *sums_reduction_at(size_t index);

/* False when out of memory. */
bool sums_new(sums_problem *problem, size_t n);
void sums_free(sums_problem *problem);

/* Runs one reduction on one kind of data. */
void sums_run(sums_problem *problem, const sums_reduction *reduction, sums_data data);
bool sums_beyond(const sums_problem *problem);

/* ------------------------------------------------------------------------------ for the lists of reductions */

/* for (sums_first(p); sums_table(p); sums_next(p)) goes through the builds. */
void sums_first(sums_problem *problem);
const vacti_table *sums_table(const sums_problem *problem);
void sums_next(sums_problem *problem);

/* Element i of the data, as a logit, as a factor of either sign, as a factor that is mostly negative. */
typedef float sums_value_fn(sums_data data, size_t i, size_t n);
float sums_logit(sums_data data, size_t i, size_t n);
float sums_factor(sums_data data, size_t i, size_t n);
float sums_negative(sums_data data, size_t i, size_t n);
double sums_unit(size_t i); /* random, in [0, 1) */
void sums_fill(float *dst, const sums_problem *problem, sums_value_fn *value);

/* The index after i of those whose results are looked at: both ends, and about a thousand between. */
size_t sums_sample(size_t i, size_t n);

/* A sum that loses nothing that matters: 128 bits. */
typedef struct sums_total {
    long double hi, lo;
} sums_total;

void sums_add(sums_total *total, long double term);
long double sums_value(const sums_total *total);

/* Judges a result: at most `ulps` spacings of `at`, plus `more`. */
void sums_judge(sums_problem *problem, float got, long double exact, long double at, double ulps, long double more);

#endif
