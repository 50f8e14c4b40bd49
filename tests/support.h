/*
 * Shared by the tests of the kernels: the cases (one per operation, variant and build), inputs and parameters to try,
 * buffers between guard pages, and failure messages that name all of these.
 */
#ifndef VACT_TESTS_SUPPORT_H
#define VACT_TESTS_SUPPORT_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/table.h"
#include "kernels/registry.h"
#include "vact/vact.h"

#if defined(__has_feature)
#define TEST_HAS_FEATURE(feature) __has_feature(feature)
#else
#define TEST_HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || TEST_HAS_FEATURE(address_sanitizer) ||            \
    TEST_HAS_FEATURE(thread_sanitizer)
#define TEST_SANITIZED 1
#else
#define TEST_SANITIZED 0
#endif

enum {
    TEST_LANES = 16,               /* floats in the widest vector */
    TEST_TAIL = 4 * TEST_LANES + 1 /* the longest length that is tried one by one */
};

/* --------------------------------------------------------------------------------------------- cases */

typedef struct test_case {
    int op;    /* index into vacti_registry */
    int build; /* index into vacti_builds */
    int math;  /* a vact_math; AUTO for operations with a single kernel */
} test_case;

/* Cases that share a process: starting one costs more than most cases, and five times as much with a sanitizer. Plain
 * numbers, since a batch is passed from Criterion's process to the test's. */
enum { TEST_BATCH = TEST_SANITIZED ? 64 : 16 };
typedef struct test_batch {
    int count;
    test_case cases[TEST_BATCH];
} test_batch;

/* TEST_CASES(suite, name, list) { ... }: the body is run for each of the list's cases, its `which`. A case that fails
 * or is skipped ends by itself alone; a crash or a failed cr_assert ends its batch, and main.c says so. */
#define TEST_CASES(suite, name, list)                                                                                  \
    static void suite##_##name##_case(const test_case *which);                                                         \
    ParameterizedTestParameters(suite, name) { return list; }                                                          \
    ParameterizedTest(test_batch *batch, suite, name) { test_each(batch, suite##_##name##_case); }                     \
    static void suite##_##name##_case(const test_case *which)

typedef void test_case_fn(const test_case *which);
void test_each(const test_batch *batch, test_case_fn *check);

/* Ends the case, or the test where it is not in a batch. */
void test_end_case(void) __attribute__((noreturn));

/* What a case stands for. */
typedef struct test_subject {
    const vacti_op_info *info;
    const vacti_table *table;
    const char *build;
    const char *variant; /* "sleef", ..., or "plain" */
    double bound;        /* in ULP */
} test_subject;

/* The wanted cases of a kind, in batches. */
typedef bool test_wanted_fn(const vacti_op_info *info, const char *build, vact_math math);
struct criterion_test_params test_cases_that(vact_kind kind, test_wanted_fn *wanted);

/* Whether the variant has epilogues of its own: not `cr`. */
test_wanted_fn test_has_epilogue;

/* Every case of a kind; and those whose bits must be those of the reference build, without that build itself. */
struct criterion_test_params test_cases(vact_kind kind);
struct criterion_test_params test_cases_of_same_bits(vact_kind kind);

/* The gradients of kind UNARY: one implementation serves every variant, so a case per operation and build. */
struct criterion_test_params test_cases_of_gradients(void);

/* Resolves a case. Skips it, by name, where this CPU lacks the build. */
test_subject test_begin(const test_case *which);

/* The same, counted as skipped. */
void test_skip(const char *reason, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The reference build's table for the same variant; skips the case where this CPU lacks that build. */
const vacti_table *test_reference_table(const test_case *which);

/* The kernels of a table; the test fails where there is none. */
vact_unary_f32_fn *test_unary(const vacti_table *table, const vacti_op_info *info);
vact_channels_f32_fn *test_channels(const vacti_table *table, const vacti_op_info *info);
vact_rows_f32_fn *test_rows(const vacti_table *table, const vacti_op_info *info);

/* ------------------------------------------------------------------------------------------ numbers */

float test_from_bits(uint32_t bits);
uint32_t test_raw_bits(float value);
uint32_t test_bits(float value);               /* all NaNs as one value */
float test_step(float value, int steps);       /* to the neighbours, -0 and +0 being one step; not from NaN */
bool test_same(float a, float b);              /* test_bits equal */
void test_fill(float *dst, size_t n);          /* with a bit pattern that no kernel returns */
bool test_untouched(const float *p, size_t n); /* still what test_fill wrote */

typedef struct test_random {
    uint64_t state;
} test_random;

uint64_t test_random_next(test_random *random);
double test_random_unit(test_random *random);   /* [0, 1) */
double test_random_normal(test_random *random); /* mean 0, deviation 1 */
size_t test_random_below(test_random *random, size_t limit);

/* ------------------------------------------------------------------------------------------- inputs */

typedef struct test_floats {
    float *v;
    size_t n;
    size_t capacity;
} test_floats;

void test_add(test_floats *list, float value);
void test_add_around(test_floats *list, double value); /* +-value and 3 ULP to either side */
void test_add_specials(test_floats *list);
void test_add_kinks(test_floats *list, const vact_params_f32 *params);
void test_add_hundredths(test_floats *list); /* up to 20, where limits of forms and ends of tables are */
void test_add_every(test_floats *list, uint32_t first, uint32_t stride); /* bit patterns */
void test_add_random_bits(test_floats *list, test_random *random, size_t n);
void test_add_uniform(test_floats *list, test_random *random, double limit, size_t n); /* [-limit, limit) */
void test_add_recorded_worst(test_floats *list, const vacti_op_info *info); /* of docs/accuracy.json, if it is there */
void test_free(test_floats *list);

/* Special values, kinks, random bit patterns and values where the transcendental functions change form, for one set of
 * parameters. */
void test_add_mixture(test_floats *list, const vact_params_f32 *params, test_random *random, size_t n);

enum { TEST_PARAMS_LIMIT = 96 };

/* Parameters to try, the defaults first, over the range for which the bound is stated. */
size_t test_params(const vacti_op_info *info, vact_params_f32 *params);

/* ------------------------------------------------------------------------------- guarded memory, messages */

/* Floats between two guard pages. */
typedef struct test_guarded {
    float *first;
    size_t n; /* whole pages */
    void *mapping;
    size_t mapping_size;
} test_guarded;

test_guarded test_guarded_new(size_t floats);
void test_guarded_free(test_guarded *guarded);

/* Ends the case, or the test where it is not in a batch, as failed, with operation, variant, build, parameters (may be
 * null), input, expected and actual result; `where` is a printf format. */
void test_fail_bits(const test_subject *subject, const vact_params_f32 *params, float input, float expected, float got,
                    const char *where, ...) __attribute__((noreturn, format(printf, 6, 7)));
void test_fail_error(const test_subject *subject, const vact_params_f32 *params, float input, double exact, float got,
                     double error, const char *where, ...) __attribute__((noreturn, format(printf, 7, 8)));
/* Fails with operation, variant, build and a text. */
void test_fail(const test_subject *subject, const char *text, ...) __attribute__((noreturn, format(printf, 2, 3)));

#endif
