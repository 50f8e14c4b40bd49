/*
 * The operations over rows, except their error: the same bits on every build, dense and strided, in place, at every
 * length and misalignment between guard pages, and NaN rows that affect no other row.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/loop/cache.h"
#include "reference/reference.h"
#include "support.h"

enum { COLS_TAIL = 2 * 64 + 3, LONGEST_ROW = 32000, MARGIN = 64 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const size_t LENGTHS[] = {1, 2, 7, 15, 16, 17, 31, 63, 64, 65, 100, 127, 128, 129, 191, 257, 1000, 1024, 1025};

static void fill_row(float *src, size_t n, test_random *random)
{
    double spread = exp2(6.0 * test_random_unit(random) - 1.0);
    for (size_t i = 0; i < n; i++)
        src[i] = test_random_below(random, 50) == 0 ? -INFINITY : (float)(spread * test_random_normal(random));
    src[test_random_below(random, n)] = (float)test_random_normal(random); /* at least one finite */
}

static float *floats_new(size_t n)
{
    float *made = malloc(n * sizeof *made);
    cr_assert(made != NULL, "out of memory");
    return made;
}

static void check_equal(const test_subject *subject, const float *src, const float *expected, const float *got,
                        size_t cols, const char *what)
{
    for (size_t i = 0; i < cols; i++)
        if (!test_same(expected[i], got[i]))
            test_fail_bits(subject, NULL, src[i], expected[i], got[i], "%s, column %zu of %zu", what, i, cols);
}

/* ------------------------------------------------------------------------------------ the same bits */

TEST_CASES(rows, same_bits, test_cases_of_same_bits(VACT_KIND_ROWS))
{
    test_subject subject = test_begin(which);
    const vacti_table *reference = test_reference_table(which);
    test_random random = {16};
    float *src = floats_new(LONGEST_ROW), *expected = floats_new(LONGEST_ROW), *got = floats_new(LONGEST_ROW);
    for (size_t round = 0; round < 20 * COUNT(LENGTHS) + 2; round++) {
        size_t cols = round < 20 * COUNT(LENGTHS) ? LENGTHS[round % COUNT(LENGTHS)] : LONGEST_ROW;
        fill_row(src, cols, &random);
        test_rows(reference, subject.info)(expected, cols, src, cols, 1, cols);
        test_rows(subject.table, subject.info)(got, cols, src, cols, 1, cols);
        check_equal(&subject, src, expected, got, cols, "against scalar_fma");
    }
    for (int round = 0; round < 2000; round++) { /* any bit pattern whatever */
        size_t cols = 1 + test_random_below(&random, 3 * 64);
        for (size_t i = 0; i < cols; i++)
            src[i] = test_from_bits((uint32_t)test_random_next(&random) & (round % 2 == 0 ? 0xff7fffffu : UINT32_MAX));
        test_rows(reference, subject.info)(expected, cols, src, cols, 1, cols);
        test_rows(subject.table, subject.info)(got, cols, src, cols, 1, cols);
        check_equal(&subject, src, expected, got, cols, "random bits against scalar_fma");
    }
    free(src);
    free(expected);
    free(got);
}

/* -------------------------------------------------------------------------------------- in memory */

/* One shape: every row equals that row alone, and only the rows are written. */
static void check_matrix(const test_subject *subject, float *dst, size_t dst_stride, const float *src,
                         size_t src_stride, size_t rows, size_t cols, const char *what)
{
    static float alone_src[LONGEST_ROW], alone[LONGEST_ROW];
    vact_rows_f32_fn *kernel = test_rows(subject->table, subject->info);
    kernel(dst, dst_stride, src, src_stride, rows, cols);
    for (size_t r = 0; r < rows; r++) {
        memcpy(alone_src, src + r * src_stride, cols * sizeof *alone_src);
        kernel(alone, cols, alone_src, cols, 1, cols);
        check_equal(subject, alone_src, alone, dst + r * dst_stride, cols, what);
        if (r + 1 < rows && !test_untouched(dst + r * dst_stride + cols, dst_stride - cols))
            test_fail(subject, "%s: wrote between rows, %zu columns, stride %zu", what, cols, dst_stride);
    }
}

static void fill_matrix(float *src, size_t stride, size_t rows, size_t cols, test_random *random)
{
    test_fill(src, (rows - 1) * stride + cols); /* between the rows signalling NaNs, which must not matter */
    for (size_t r = 0; r < rows; r++)
        fill_row(src + r * stride, cols, random);
}

TEST_CASES(rows, lengths, test_cases(VACT_KIND_ROWS))
{
    enum { ROWS = 3, EXTRA = 5, MOST = ROWS * (COLS_TAIL + EXTRA) };
    test_subject subject = test_begin(which);
    test_random random = {17};
    test_guarded src = test_guarded_new(MOST + TEST_LANES), dst = test_guarded_new(MOST + TEST_LANES + MARGIN);
    for (size_t cols = 1; cols <= COLS_TAIL; cols++) {
        for (size_t shift = 0; shift < TEST_LANES; shift += TEST_SANITIZED ? 3 : 1) {
            size_t src_stride = cols + shift % 3, dst_stride = cols + (shift + cols) % EXTRA;
            size_t src_span = (ROWS - 1) * src_stride + cols, dst_span = (ROWS - 1) * dst_stride + cols;
            float *front_src = src.first + shift, *front_dst = dst.first + (shift + cols) % TEST_LANES;
            float *rear_src = src.first + (src.n - src_span), *rear_dst = dst.first + (dst.n - dst_span);
            fill_matrix(front_src, src_stride, ROWS, cols, &random);
            test_fill(dst.first, dst.n);
            check_matrix(&subject, front_dst, dst_stride, front_src, src_stride, ROWS, cols, "at the front guard");
            if (!test_untouched(dst.first, (size_t)(front_dst - dst.first)) ||
                !test_untouched(front_dst + dst_span, MARGIN))
                test_fail(&subject, "wrote around dst, %zu columns, shift %zu", cols, shift);
            fill_matrix(rear_src, src_stride, ROWS, cols, &random);
            test_fill(dst.first, dst.n);
            check_matrix(&subject, rear_dst, dst_stride, rear_src, src_stride, ROWS, cols, "at the rear guard");
        }
    }
    test_guarded_free(&src);
    test_guarded_free(&dst);
}

TEST_CASES(rows, in_place, test_cases(VACT_KIND_ROWS))
{
    enum { ROWS = 3 };
    test_subject subject = test_begin(which);
    vact_rows_f32_fn *kernel = test_rows(subject.table, subject.info);
    test_random random = {18};
    for (size_t round = 0; round < 4 * COUNT(LENGTHS); round++) {
        size_t cols = LENGTHS[round % COUNT(LENGTHS)], stride = cols + round % 4, span = (ROWS - 1) * stride + cols;
        float *src = floats_new(span), *expected = floats_new(span), *data = floats_new(span);
        fill_matrix(src, stride, ROWS, cols, &random);
        test_fill(expected, span);
        kernel(expected, stride, src, stride, ROWS, cols);
        memcpy(data, src, span * sizeof *data);
        kernel(data, stride, data, stride, ROWS, cols);
        for (size_t r = 0; r < ROWS; r++)
            check_equal(&subject, src + r * stride, expected + r * stride, data + r * stride, cols, "in place");
        for (size_t r = 0; r + 1 < ROWS; r++)
            if (!test_untouched(data + r * stride + cols, stride - cols))
                test_fail(&subject, "in place: wrote between rows, %zu columns, stride %zu", cols, stride);
        free(src);
        free(expected);
        free(data);
    }
}

/* -------------------------------------------------------------------------------------- poison */

static bool all_nan(const float *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            return false;
    return true;
}

TEST_CASES(rows, poison_their_row_only, test_cases(VACT_KIND_ROWS))
{
    enum { ROWS = 3 };
    static const uint32_t poisons[] = {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0x7f800000u};
    test_subject subject = test_begin(which);
    vact_rows_f32_fn *kernel = test_rows(subject.table, subject.info);
    test_random random = {19};
    float src[ROWS * COLS_TAIL], clean[ROWS * COLS_TAIL], dst[ROWS * COLS_TAIL];
    for (size_t cols = 1; cols <= COLS_TAIL; cols++) {
        fill_matrix(src, cols, ROWS, cols, &random);
        kernel(clean, cols, src, cols, ROWS, cols);
        for (size_t p = 0; p <= COUNT(poisons); p++) {
            float *row = src + cols, saved[COLS_TAIL];
            size_t at = test_random_below(&random, cols);
            memcpy(saved, row, cols * sizeof *saved);
            for (size_t i = 0; p == COUNT(poisons) && i < cols; i++)
                row[i] = -INFINITY; /* the row of -inf alone */
            if (p < COUNT(poisons))
                row[at] = test_from_bits(poisons[p]);
            kernel(dst, cols, src, cols, ROWS, cols);
            if (!all_nan(dst + cols, cols))
                test_fail(&subject, "%zu columns, %s at %zu: the row is not NaN", cols,
                          p < COUNT(poisons) ? "NaN or +inf" : "-inf everywhere", at);
            check_equal(&subject, src, clean, dst, cols, "before a poisoned row");
            check_equal(&subject, src + 2 * cols, clean + 2 * cols, dst + 2 * cols, cols, "after a poisoned row");
            memcpy(row, saved, cols * sizeof *saved);
        }
    }
}

/* ------------------------------------------------------------------------------------ simple truths */

TEST_CASES(rows, promised_values, test_cases(VACT_KIND_ROWS))
{
    static const float values[] = {0.0f, -0.0f, 1.0f, -3.5f, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, 100.0f};
    test_subject subject = test_begin(which);
    vact_rows_f32_fn *kernel = test_rows(subject.table, subject.info);
    bool logarithm = subject.info->op == VACT_OP_LOG_SOFTMAX;
    float dst[2], single = logarithm ? -0.0f : 1.0f, nothing = logarithm ? -INFINITY : 0.0f;
    for (size_t i = 0; i < COUNT(values); i++) {
        float pair[2] = {values[i], -INFINITY};
        kernel(dst, 1, &values[i], 1, 1, 1);
        if (!test_same(dst[0], single))
            test_fail_bits(&subject, NULL, values[i], single, dst[0], "a row of one column");
        kernel(dst, 2, pair, 2, 1, 2);
        if (!test_same(dst[0], single))
            test_fail_bits(&subject, NULL, values[i], single, dst[0], "beside -inf");
        if (!test_same(dst[1], nothing))
            test_fail_bits(&subject, NULL, -INFINITY, nothing, dst[1], "-inf itself");
    }
}

/* Adding a constant to the logits without rounding changes nothing. Only `fast`, which reduces the logits themselves,
 * may round exponentials and differences otherwise, each within its bound. */
TEST_CASES(rows, shifted, test_cases(VACT_KIND_ROWS))
{
    enum { COLS = 200 };
    static const float shifts[] = {1.0f, -16.0f, 1024.0f, -4096.0f};
    test_subject subject = test_begin(which);
    vact_rows_f32_fn *kernel = test_rows(subject.table, subject.info);
    test_random random = {20};
    float src[COLS], moved[COLS], expected[COLS], got[COLS];
    for (int round = 0; round < 50; round++) {
        size_t cols = 1 + test_random_below(&random, COLS);
        for (size_t i = 0; i < cols; i++)
            src[i] = (float)((double)test_random_below(&random, 4096) / 64.0 - 32.0);
        kernel(expected, cols, src, cols, 1, cols);
        for (size_t s = 0; s < COUNT(shifts); s++) {
            for (size_t i = 0; i < cols; i++)
                moved[i] = src[i] + shifts[s];
            kernel(got, cols, moved, cols, 1, cols);
            bool rounds = which->math == VACT_MATH_FAST;
            if (!rounds)
                check_equal(&subject, moved, expected, got, cols, "shifted");
            for (size_t i = 0; rounds && i < cols; i++)
                if (!(vacti_ulp_error(got[i], (double)expected[i]) <= 2.0 * subject.bound))
                    test_fail_bits(&subject, NULL, moved[i], expected[i], got[i], "shifted, column %zu of %zu", i,
                                   cols);
        }
    }
}

/* softmax lies in [0, 1], log_softmax never above -0. */
TEST_CASES(rows, ranges, test_cases(VACT_KIND_ROWS))
{
    test_subject subject = test_begin(which);
    vact_rows_f32_fn *kernel = test_rows(subject.table, subject.info);
    bool logarithm = subject.info->op == VACT_OP_LOG_SOFTMAX;
    test_random random = {21};
    float src[COLS_TAIL], dst[COLS_TAIL];
    for (int round = 0; round < 3000; round++) {
        size_t cols = 1 + test_random_below(&random, round % 2 == 0 ? 3 : COLS_TAIL);
        fill_row(src, cols, &random);
        kernel(dst, cols, src, cols, 1, cols);
        for (size_t i = 0; i < cols; i++) {
            bool inside = logarithm ? dst[i] <= 0.0f && signbit(dst[i]) : dst[i] <= 1.0f && !signbit(dst[i]);
            if (!inside)
                test_fail_bits(&subject, NULL, src[i], logarithm ? -0.0f : 1.0f, dst[i],
                               "outside its range, %zu columns", cols);
        }
    }
}

/* Matrices that are walked in batches of rows and, beyond the cache, streamed: the bits of each row alone. */
TEST_CASES(rows, large_matrices, test_cases(VACT_KIND_ROWS))
{
    enum { FLOATS = 1 << 18, MOST_COLS = 5000, ALIGNED = 16 };
    static const size_t widths[] = {1, 3, 16, 64, 100, 1024, 2048, 2049, 4096, MOST_COLS};
    test_subject subject = test_begin(which);
    vact_rows_f32_fn *kernel = test_rows(subject.table, subject.info);
    size_t cache = vacti_cache_of_core;
    vacti_cache_of_core = FLOATS / 2; /* in bytes: a quarter of half the floats */
    test_random random = {23};
    float *src = aligned_alloc(64, 2 * (FLOATS + 2 * MOST_COLS) * sizeof *src), *dst = src + FLOATS + 2 * MOST_COLS;
    float row[MOST_COLS];
    cr_assert_not_null(src);
    for (size_t w = 0; w < COUNT(widths); w++)
        for (size_t shape = 0; shape < 4; shape++) {
            size_t cols = widths[w], stride = cols + (shape % 2 ? ALIGNED - cols % ALIGNED : 0);
            size_t rows = FLOATS / 2 / cols + 3, at = shape < 3 ? 0 : 1; /* at 1 no vector is aligned */
            while (rows * stride > FLOATS)
                rows--;
            for (size_t r = 0; r < rows; r++)
                fill_row(src + r * stride, cols, &random);
            memset(dst, 0, (FLOATS + 2 * MOST_COLS) * sizeof *dst);
            if (shape == 2) { /* in place */
                memcpy(dst, src, rows * stride * sizeof *dst);
                kernel(dst, stride, dst, stride, rows, cols);
            } else {
                kernel(dst + at, stride, src, stride, rows, cols);
            }
            for (size_t r = 0; r < rows; r++) {
                kernel(row, cols, src + r * stride, cols, 1, cols);
                check_equal(&subject, src + r * stride, row, dst + at + r * stride, cols, "in a large matrix");
                for (size_t i = cols; shape != 2 && i < stride; i++)
                    cr_assert(dst[at + r * stride + i] == 0.0f, "%zu columns: between rows", cols);
            }
        }
    free(src);
    vacti_cache_of_core = cache;
}

/* ------------------------------------------------------------------------------- public functions */

typedef vact_status rows_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                            size_t cols);
typedef vact_status dense_fn(float *dst, const float *src, size_t rows, size_t cols);

Test(rows, public_functions)
{
    enum { ROWS = 4, COLS = 77, STRIDE = 80 };
    static const struct {
        vact_op op;
        rows_fn *strided;
        dense_fn *dense;
    } functions[] = {{VACT_OP_SOFTMAX, vact_softmax_rows_f32, vact_softmax_f32},
                     {VACT_OP_LOG_SOFTMAX, vact_log_softmax_rows_f32, vact_log_softmax_f32}};
    float src[ROWS * STRIDE], expected[ROWS * STRIDE], strided[ROWS * STRIDE], packed[ROWS * COLS], dense[ROWS * COLS];
    test_random random = {22};
    for (size_t f = 0; f < COUNT(functions); f++) {
        fill_matrix(src, STRIDE, ROWS, COLS, &random);
        for (size_t r = 0; r < ROWS; r++)
            memcpy(packed + r * COLS, src + r * STRIDE, COLS * sizeof *packed);
        test_rows(vacti_table_current(), vacti_registry_by_code(functions[f].op))(expected, STRIDE, src, STRIDE, ROWS,
                                                                                  COLS);
        cr_assert(functions[f].strided(strided, STRIDE, src, STRIDE, ROWS, COLS) == VACT_OK);
        cr_assert(functions[f].dense(dense, packed, ROWS, COLS) == VACT_OK);
        for (size_t r = 0; r < ROWS; r++) {
            for (size_t c = 0; c < COLS; c++) {
                cr_assert(test_same(strided[r * STRIDE + c], expected[r * STRIDE + c]), "strided, row %zu column %zu",
                          r, c);
                cr_assert(test_same(dense[r * COLS + c], expected[r * STRIDE + c]), "dense, row %zu column %zu", r, c);
            }
        }
    }
}
