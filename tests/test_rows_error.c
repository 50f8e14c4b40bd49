/*
 * The error of the operations over rows against MPFR: random rows of many lengths, wide and narrow logits, and rows
 * where sums cancel, underflow or are dominated by one column. The exact value uses log1p of the sum of the others, so
 * that it stays accurate where one column dominates.
 */
#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdlib.h>

#include "reference/reference.h"
#include "support.h"

enum { BITS = 200, LONGEST_ROW = 32000 };

static size_t index_of_max(const float *src, size_t cols)
{
    size_t best = 0;
    for (size_t i = 1; i < cols; i++)
        if (src[i] > src[best])
            best = i;
    return best;
}

/* Exact results of a row of finite numbers or -inf, at least one of them finite, rounded to double. */
static void exact_row(vact_op op, double *exact, const float *src, size_t cols)
{
    size_t best = index_of_max(src, cols);
    mpfr_t others, value, shift;
    mpfr_inits2(BITS, others, value, shift, (mpfr_ptr)NULL);
    mpfr_set_zero(others, 1);
    for (size_t i = 0; i < cols; i++) {
        if (i == best)
            continue;
        mpfr_set_flt(value, src[i], MPFR_RNDN);
        mpfr_sub_d(value, value, (double)src[best], MPFR_RNDN);
        mpfr_exp(value, value, MPFR_RNDN);
        mpfr_add(others, others, value, MPFR_RNDN);
    }
    mpfr_log1p(shift, others, MPFR_RNDN);
    for (size_t i = 0; i < cols; i++) {
        mpfr_set_flt(value, src[i], MPFR_RNDN);
        mpfr_sub_d(value, value, (double)src[best], MPFR_RNDN);
        if (i == best)
            mpfr_neg(value, shift, MPFR_RNDN);
        else
            mpfr_sub(value, value, shift, MPFR_RNDN);
        if (op == VACT_OP_SOFTMAX)
            mpfr_exp(value, value, MPFR_RNDN);
        exact[i] = mpfr_get_d(value, MPFR_RNDN);
    }
    mpfr_clears(others, value, shift, (mpfr_ptr)NULL);
}

typedef struct row_buffers {
    float *src, *dst;
    double *exact;
} row_buffers;

static row_buffers buffers_new(void)
{
    row_buffers made = {calloc(LONGEST_ROW, sizeof(float)), calloc(LONGEST_ROW, sizeof(float)),
                        calloc(LONGEST_ROW, sizeof(double))};
    cr_assert(made.src != NULL && made.dst != NULL && made.exact != NULL, "out of memory");
    return made;
}

static void buffers_free(row_buffers *buffers)
{
    free(buffers->src);
    free(buffers->dst);
    free(buffers->exact);
}

static void check_row(const test_subject *subject, row_buffers *row, size_t cols, const char *what)
{
    double worst = 0.0;
    size_t at = 0;
    exact_row(subject->info->op, row->exact, row->src, cols);
    test_rows(subject->table, subject->info)(row->dst, cols, row->src, cols, 1, cols);
    for (size_t i = 0; i < cols; i++) {
        double error = vacti_ulp_error(row->dst[i], row->exact[i]);
        if (!(error <= worst)) {
            worst = error;
            at = i;
            if (isnan(error))
                break;
        }
    }
    if (!(worst <= subject->bound))
        test_fail_error(subject, NULL, row->src[at], row->exact[at], row->dst[at], worst, "%s, column %zu of %zu", what,
                        at, cols);
}

typedef float draw_fn(test_random *random);

static float draw_wide(test_random *random) { return (float)(200.0 * test_random_unit(random) - 100.0); }

static float draw_normal(test_random *random) { return (float)(2.0 * test_random_normal(random)); }

/* Large numbers near each other: x - max is exact only with its rounding error carried. */
static float draw_offset(test_random *random)
{
    return (float)(90.0 * test_random_unit(random) + 1e-3 * test_random_normal(random) - 45.0) * 1.5f + 1000.3f;
}

static float draw_tiny(test_random *random) { return (float)(1e-6 * test_random_normal(random)); }

/* One large logit among small ones, whose probabilities are subnormal or 0. */
static float draw_sparse(test_random *random)
{
    return test_random_below(random, 20) == 0 ? (float)test_random_normal(random)
                                              : (float)(-85.0 - 25.0 * test_random_unit(random));
}

static const struct {
    const char *name;
    draw_fn *draw;
} DRAWS[] = {{"logits in +-100", draw_wide},
             {"normal(0, 2)", draw_normal},
             {"around 1000", draw_offset},
             {"around 0", draw_tiny},
             {"winner and losers", draw_sparse}};

static const struct {
    size_t cols;
    int rounds;
} SIZES[] = {{1, 10}, {2, 60}, {3, 40}, {7, 30}, {31, 10}, {63, 5}, {64, 5}, {65, 5}, {129, 4}, {1000, 1}, {1024, 1}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TEST_CASES(rows_error, random, test_cases(VACT_KIND_ROWS))
{
    test_subject subject = test_begin(which);
    test_random random = {13};
    row_buffers row = buffers_new();
    for (size_t d = 0; d < COUNT(DRAWS); d++) {
        for (size_t s = 0; s < COUNT(SIZES); s++) {
            for (int round = 0; round < SIZES[s].rounds; round++) {
                for (size_t i = 0; i < SIZES[s].cols; i++)
                    row.src[i] = DRAWS[d].draw(&random);
                check_row(&subject, &row, SIZES[s].cols, DRAWS[d].name);
            }
        }
    }
    buffers_free(&row);
}

TEST_CASES(rows_error, long_rows, test_cases(VACT_KIND_ROWS))
{
    test_subject subject = test_begin(which);
    test_random random = {14};
    row_buffers row = buffers_new();
    for (size_t d = 0; d < COUNT(DRAWS); d++) {
        for (size_t i = 0; i < LONGEST_ROW; i++)
            row.src[i] = DRAWS[d].draw(&random);
        check_row(&subject, &row, LONGEST_ROW, DRAWS[d].name);
    }
    buffers_free(&row);
}

/* Two columns at every distance, both orders: log_softmax's winner is -log1p(e^-distance), its loser almost it. */
TEST_CASES(rows_error, two_columns, test_cases(VACT_KIND_ROWS))
{
    test_subject subject = test_begin(which);
    test_random random = {15};
    row_buffers row = buffers_new();
    for (int i = 0; i < (TEST_SANITIZED ? 400 : 2000); i++) {
        float distance =
            (float)(i % 2 == 0 ? 210.0 * test_random_unit(&random) : exp2(30.0 * test_random_unit(&random) - 24.0));
        float base = i % 3 == 0 ? 0.0f : (float)(50.0 * test_random_normal(&random));
        row.src[i % 2] = base;
        row.src[1 - i % 2] = base - distance;
        check_row(&subject, &row, 2, "two columns");
    }
    buffers_free(&row);
}

TEST_CASES(rows_error, extremes, test_cases(VACT_KIND_ROWS))
{
    static const float rows[][4] = {
        {FLT_MAX, -FLT_MAX, 0.0f, 1.0f},
        {FLT_MAX, FLT_MAX, FLT_MAX, FLT_MAX},
        {-FLT_MAX, -FLT_MAX, -FLT_MAX, -FLT_MAX},
        {-FLT_MAX, -INFINITY, -INFINITY, -INFINITY},
        {0.0f, -INFINITY, -1.0f, -INFINITY},
        {-0.0f, 0.0f, -0.0f, 0.0f},
        {FLT_TRUE_MIN, -FLT_TRUE_MIN, 0.0f, -FLT_MIN},
        {0x1p24f, 0x1.fffffep23f, 0x1p24f, 0x1.fffffcp23f},
        {-1000.0f, -1087.3f, -1103.97f, -1088.0f},
        {FLT_MAX, 0x1.fffffcp127f, 0.0f, -FLT_MAX},
        {1e30f, 1e30f, 1e29f, -1e30f},
        {88.8f, 88.8f, 88.8f, 88.8f},
        {-104.0f, -105.0f, -103.5f, -200.0f},
    };
    test_subject subject = test_begin(which);
    row_buffers row = buffers_new();
    for (size_t r = 0; r < COUNT(rows); r++) {
        for (size_t i = 0; i < 4; i++)
            row.src[i] = rows[r][i];
        check_row(&subject, &row, 4, "extreme row");
    }
    buffers_free(&row);
}

/* The textbook's figure, computed there to four digits. */
Test(rows_error, textbook)
{
    static const float src[3] = {3.2f, 1.8f, 0.5f};
    static const double expected[3] = {0.7611, 0.1877, 0.0512};
    float dst[3];
    cr_assert(vact_softmax_f32(dst, src, 1, 3) == VACT_OK);
    for (size_t i = 0; i < 3; i++)
        cr_assert(fabs((double)dst[i] - expected[i]) <= 0.5e-4, "column %zu: %.9g", i, (double)dst[i]);
}
