/*
 * The softmax family against plain long double: errors, masks, sums of rows, the same bits on every build, as columns,
 * at any stride, in place, between guard pages and by blocks.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "reference/reference.h"

enum { TABLES = 8, MOST_ROWS = 6, MASKED_COLS = 200 };

#define BOUND 2.0 /* vact.h */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct worst {
    double softmax, log_softmax, logsumexp, row_sum;
} worst;

static void *memory(size_t n, size_t size)
{
    void *made = calloc(n, size);
    cr_assert(made != NULL, "out of memory");
    return made;
}

static void check_error(double *most, float got, long double exact, const vacti_table *table, const char *what,
                        size_t cols, size_t at)
{
    double error = vacti_ulp_error(got, (double)exact);
    if (error > *most)
        *most = error;
    cr_assert(error <= BOUND, "%s %s, column %zu of %zu: %a, exact %La, %g ULP", table->build, what, at, cols,
              (double)got, exact, error);
}

/* logsumexp: in units of the spacing of |max| + log of the sum. */
static void check_logsumexp(double *most, float got, const long double *z, size_t cols, const vacti_table *table)
{
    long double exact = family_logsumexp(z, cols), terms = family_logsumexp_terms(z, cols);
    if (!isfinite(exact)) {
        cr_assert(test_same(got, (float)exact), "%s logsumexp of %zu columns: %g, exact %Lg", table->build, cols,
                  (double)got, exact);
        return;
    }
    double spacing = exp2(fmax(floor(log2((double)terms)) - 23.0, -149.0));
    double error = terms == 0.0L ? (got == 0.0f ? 0.0 : INFINITY) : (double)fabsl((long double)got - exact) / spacing;
    if (error > *most)
        *most = error;
    cr_assert(error <= BOUND, "%s logsumexp of %zu columns: %a, exact %La, %g units", table->build, cols, (double)got,
              exact, error);
}

/* Every function over rows of one matrix, against the plain reference; the reference build's bits against the others'.
 */
static void check_rows(worst *most, const float *src, size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES), n = rows * cols;
    float *first = memory(2 * n + rows, sizeof *first), *got = memory(2 * n + rows, sizeof *got);
    long double *z = memory(2 * cols, sizeof *z), *y = z + cols;
    bool masked = options != NULL && (options->bias != NULL || options->keep != NULL || options->causal_queries != 0);
    for (size_t b = 0; b < builds; b++) {
        float *to = b == 0 ? first : got;
        tables[b]->family.softmax(to, cols, src, cols, rows, cols, options);
        tables[b]->family.log_softmax(to + n, cols, src, cols, rows, cols, options);
        tables[b]->family.logsumexp(to + 2 * n, src, cols, rows, cols, options);
        for (size_t i = 0; b != 0 && i < 2 * n + rows; i++)
            cr_assert(test_same(first[i], got[i]), "%s and %s differ: element %zu of %zu x %zu: %a, %a",
                      tables[0]->build, tables[b]->build, i, rows, cols, (double)first[i], (double)got[i]);
    }
    for (size_t r = 0; r < rows; r++) {
        family_logits(z, src + r * cols, r, rows, cols, options);
        family_softmax(y, z, cols, masked);
        long double sum = 0.0L;
        for (size_t c = 0; c < cols; c++) {
            check_error(&most->softmax, first[r * cols + c], y[c], tables[0], "softmax", cols, c);
            sum += (long double)first[r * cols + c];
        }
        if (!isnan(y[0]) && sum != 0.0L) {
            most->row_sum = fmax(most->row_sum, (double)fabsl(sum - 1.0L));
            cr_assert(fabsl(sum - 1.0L) <= 0x1p-22L, "a row of %zu columns sums to %La", cols, sum);
        }
        family_log_softmax(y, z, cols, masked);
        for (size_t c = 0; c < cols; c++)
            check_error(&most->log_softmax, first[n + r * cols + c], y[c], tables[0], "log_softmax", cols, c);
        check_logsumexp(&most->logsumexp, first[2 * n + r], z, cols, tables[0]);
    }
    free(first);
    free(got);
    free(z);
}

static void print_worst(const char *what, const worst *most)
{
    cr_log_info("%s: softmax %.3f ULP, log_softmax %.3f, logsumexp %.3f, rows off 1 by %.3g\n", what, most->softmax,
                most->log_softmax, most->logsumexp, most->row_sum);
}

/* ------------------------------------------------------------------------------------------------ errors */

static void fill_uniform(float *src, size_t n, double limit, test_random *random)
{
    for (size_t i = 0; i < n; i++)
        src[i] = (float)(limit * (2.0 * test_random_unit(random) - 1.0));
}

Test(family, errors)
{
    static const size_t columns[] = {1, 2, 3, 4, 5, 7, 8, 16, 33, 64, 65, 127, 1024};
    static const double limits[] = {100.0, 10.0, 1.0, 0x1p-10};
    test_random random = {501};
    worst most = {0};
    float src[8 * 1024];
    for (size_t round = 0; round < (TEST_SANITIZED ? 1 : 40); round++)
        for (size_t l = 0; l < COUNT(limits); l++)
            for (size_t k = 0; k < COUNT(columns); k++) {
                fill_uniform(src, 8 * columns[k], limits[l], &random);
                for (size_t i = 0; round % 4 == 3 && i < 8 * columns[k]; i++)
                    src[i] += (float)(20.0 * (double)(i % columns[k] == 1)); /* a winner far ahead */
                check_rows(&most, src, 8, columns[k], NULL);
            }
    print_worst("to 1024 columns", &most);
}

static void long_rows(size_t cols, size_t rows)
{
    static const double limits[] = {100.0, 8.0, 0.5};
    test_random random = {502 + cols};
    float *src = memory(cols, sizeof *src);
    worst most = {0};
    for (size_t r = 0; r < rows; r++) {
        fill_uniform(src, cols, limits[r % COUNT(limits)], &random);
        if (r % COUNT(limits) == 1)
            src[test_random_below(&random, cols)] = 40.0f;
        check_rows(&most, src, 1, cols, NULL);
    }
    print_worst(cols == 32000 ? "32000 columns" : "2^20 columns", &most);
    free(src);
}

Test(family, errors_32000_columns) { long_rows(32000, TEST_SANITIZED ? 1 : 6); }
Test(family, errors_2_20_columns) { long_rows((size_t)1 << 20, TEST_SANITIZED ? 1 : 3); }

/* Bit patterns whatever: what is no number spoils its row, what is one keeps the bounds. */
Test(family, any_bits)
{
    test_random random = {503};
    worst most = {0};
    float src[4 * 150];
    for (int round = 0; round < (TEST_SANITIZED ? 50 : 1500); round++) {
        size_t cols = 1 + test_random_below(&random, 150);
        uint32_t lessen = round % 2 == 0 ? 0xc37fffffu : UINT32_MAX; /* half of the rows below 2^8 in magnitude */
        for (size_t i = 0; i < 4 * cols; i++)
            src[i] = test_random_below(&random, 40) == 0 ? -INFINITY
                                                         : test_from_bits((uint32_t)test_random_next(&random) & lessen);
        check_rows(&most, src, 4, cols, NULL);
    }
    print_worst("any bits", &most);
}

/* ------------------------------------------------------------------------------------------------- masks */

/* Every combination of scale, float mask, boolean mask and causality, over every layout. */
Test(family, masks)
{
    static const float scales[] = {1.0f, 0.125f, 0.0883883461f, 3.0f, 1.7f};
    static const vact_mask_layout layouts[] = {
        {MASKED_COLS, 0, 0, 0, 0}, {MASKED_COLS, 3, 1, 0, 0}, {MASKED_COLS, 2, 3, 0, 0}, {0, 0, 0, 0, 0},
        {MASKED_COLS, 0, 0, 2, 1}, {MASKED_COLS, 4, 1, 3, 2}, {MASKED_COLS, 5, 2, 5, 3}, {MASKED_COLS, 3, 0, 100, 2}};
    static const ptrdiff_t offsets[] = {0, 3, -2, 150, -7, PTRDIFF_MAX / 8, -(PTRDIFF_MAX / 8)};
    test_random random = {504};
    worst most = {0};
    float src[MOST_ROWS * MASKED_COLS], bias[MOST_ROWS * MASKED_COLS];
    unsigned char keep[MOST_ROWS * MASKED_COLS];
    for (int round = 0; round < (TEST_SANITIZED ? 200 : 4000); round++) {
        size_t cols = 1 + test_random_below(&random, MASKED_COLS);
        vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
        options.scale = scales[test_random_below(&random, COUNT(scales))];
        fill_uniform(src, COUNT(src), 30.0, &random);
        fill_uniform(bias, COUNT(bias), 8.0, &random);
        for (size_t i = 0; i < COUNT(bias); i++) {
            if (test_random_below(&random, 4) == 0)
                bias[i] = -INFINITY;
            keep[i] = (unsigned char)(test_random_below(&random, 3) * 128);
        }
        if (round % 9 == 0) { /* nothing left */
            memset(keep, 0, sizeof keep);
            for (size_t i = 0; i < COUNT(bias); i++)
                bias[i] = -INFINITY;
        }
        if (round % 2 == 0)
            options.bias = bias;
        if (round / 2 % 2 == 0)
            options.keep = keep;
        options.bias_layout = layouts[test_random_below(&random, COUNT(layouts))];
        options.keep_layout = layouts[test_random_below(&random, COUNT(layouts))];
        if (round / 4 % 2 == 0) {
            options.causal_queries = 1 + test_random_below(&random, MOST_ROWS);
            options.causal_offset = offsets[test_random_below(&random, COUNT(offsets))];
        }
        check_rows(&most, src, MOST_ROWS, cols, &options);
    }
    print_worst("masks", &most);
}

/* Scores of [batch, heads, queries, keys] under a mask [batch, 1, queries, keys]: the bits of the mask written out. */
Test(family, masks_over_heads)
{
    enum { BATCH = 3, HEADS = 2, QUERIES = 4, KEYS = 37, ROWS = BATCH * HEADS * QUERIES };
    static float src[ROWS * KEYS], got[ROWS * KEYS], want[ROWS * KEYS], bias[BATCH * QUERIES * KEYS];
    static float bias_of_all[ROWS * KEYS];
    static unsigned char keep[BATCH * QUERIES * KEYS], keep_of_all[ROWS * KEYS];
    test_random random = {507};
    fill_uniform(src, COUNT(src), 30.0, &random);
    fill_uniform(bias, COUNT(bias), 8.0, &random);
    for (size_t i = 0; i < COUNT(keep); i++)
        keep[i] = (unsigned char)test_random_below(&random, 3);
    for (size_t b = 0; b < BATCH; b++)
        for (size_t h = 0; h < HEADS; h++) {
            const size_t all = (b * HEADS + h) * QUERIES * KEYS, one = b * QUERIES * KEYS;
            memcpy(bias_of_all + all, bias + one, QUERIES * KEYS * sizeof *bias);
            memcpy(keep_of_all + all, keep + one, QUERIES * KEYS);
        }
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.bias = bias_of_all, options.keep = keep_of_all;
    options.bias_layout.stride = options.keep_layout.stride = KEYS;
    cr_assert(vact_softmax_masked_f32(want, KEYS, src, KEYS, ROWS, KEYS, &options) == VACT_OK);
    options.bias = bias, options.keep = keep;
    options.bias_layout = options.keep_layout =
        (vact_mask_layout){.stride = KEYS, .rows = BATCH * QUERIES, .block = HEADS * QUERIES, .block_rows = QUERIES};
    cr_assert(vact_softmax_masked_f32(got, KEYS, src, KEYS, ROWS, KEYS, &options) == VACT_OK);
    for (size_t i = 0; i < COUNT(got); i++)
        cr_assert(test_same(got[i], want[i]), "row %zu, column %zu: %a, not %a", i / KEYS, i % KEYS, (double)got[i],
                  (double)want[i]);
}

/* What is left out may hold anything. */
Test(family, left_out_elements_do_not_matter)
{
    const vacti_table *tables[TABLES];
    size_t builds = family_tables_of_both(tables, TABLES);
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    float clean[70], spoiled[70], expected[70], got[70];
    unsigned char keep[70];
    test_random random = {505};
    fill_uniform(clean, 70, 10.0, &random);
    for (size_t i = 0; i < 70; i++) {
        keep[i] = i % 3 != 0;
        spoiled[i] = keep[i] ? clean[i] : i % 2 == 0 ? NAN : INFINITY;
    }
    options.keep = keep;
    for (size_t b = 0; b < builds; b++) {
        tables[b]->family.softmax(expected, 70, clean, 70, 1, 70, &options);
        tables[b]->family.softmax(got, 70, spoiled, 70, 1, 70, &options);
        for (size_t i = 0; i < 70; i++)
            cr_assert(test_same(expected[i], got[i]) && (keep[i] || got[i] == 0.0f), "%s, column %zu", tables[b]->build,
                      i);
    }
}

/* -------------------------------------------------------------------------------------------- as columns */

Test(family, columns_have_the_bits_of_rows)
{
    static const size_t shapes[][3] = {{1, 1, 5},    {2, 7, 3},     {3, 64, 17}, {1, 65, 1},
                                       {2, 130, 33}, {1, 1000, 20}, {2, 3, 1}};
    const vacti_table *tables[TABLES];
    size_t builds = family_tables_of_both(tables, TABLES);
    test_random random = {506};
    for (size_t s = 0; s < 10 * COUNT(shapes); s++) {
        size_t outer = shapes[s / 10][0], axis = shapes[s / 10][1], inner = shapes[s / 10][2], n = outer * axis * inner;
        test_guarded src = test_guarded_new(n), dst = test_guarded_new(n);
        float *from = src.first + (src.n - n), *to = dst.first + (dst.n - n);
        float *row = memory(2 * axis, sizeof *row), *expected = row + axis;
        fill_uniform(from, n, 40.0, &random);
        if (s % 10 >= 5) {
            static const float odd[] = {NAN, INFINITY, -INFINITY, -0.0f, FLT_MAX};
            from[test_random_below(&random, n)] = odd[s % 5];
        }
        for (size_t won = 0; s % 10 >= 3 && won < outer * inner; won += 2) /* of these rows one column is nearly all */
            from[won / inner * axis * inner + won % inner] = 45.0f + 20.0f * (float)(s % 3);
        for (size_t b = 0; b < builds; b++) {
            const vacti_softmax_family *family = &tables[b]->family;
            for (int logarithm = 0; logarithm < 2; logarithm++) {
                vact_axis_f32_fn *kernel = logarithm ? family->log_softmax_axis : family->softmax_axis;
                if (s % 2 == 0) {
                    kernel(to, from, outer, axis, inner);
                } else { /* in place */
                    memcpy(to, from, n * sizeof *to);
                    kernel(to, to, outer, axis, inner);
                }
                for (size_t o = 0; o < outer; o++)
                    for (size_t i = 0; i < inner; i++) {
                        for (size_t a = 0; a < axis; a++)
                            row[a] = from[(o * axis + a) * inner + i];
                        (logarithm ? family->log_softmax : family->softmax)(expected, axis, row, axis, 1, axis, NULL);
                        for (size_t a = 0; a < axis; a++)
                            cr_assert(test_same(expected[a], to[(o * axis + a) * inner + i]),
                                      "%s %zux%zux%zu element %zu %zu %zu: %a, as a row %a", tables[b]->build, outer,
                                      axis, inner, o, a, i, (double)to[(o * axis + a) * inner + i],
                                      (double)expected[a]);
                    }
            }
        }
        free(row);
        test_guarded_free(&src);
        test_guarded_free(&dst);
    }
}

/* --------------------------------------------------------------------------------------- memory, strides */

/* Rows at any stride between guard pages, apart and in place, have the bits of the row alone; nothing else is written.
 */
Test(family, strides_and_tails)
{
    enum { ROWS = 3, LONGEST = 131, EXTRA = 4 };
    const vacti_table *tables[TABLES];
    size_t builds = family_tables_of_both(tables, TABLES), most = ROWS * (LONGEST + EXTRA);
    test_guarded src = test_guarded_new(most), dst = test_guarded_new(most), bias = test_guarded_new(LONGEST);
    test_guarded bytes = test_guarded_new(LONGEST);
    test_random random = {507};
    for (size_t cols = 1; cols <= LONGEST; cols++)
        for (size_t b = 0; b < builds; b++) {
            size_t stride = cols + cols % EXTRA, span = (ROWS - 1) * stride + cols;
            float *from = src.first + (src.n - span), *to = dst.first + (dst.n - span);
            float *added = bias.first + (bias.n - cols), expected[LONGEST];
            unsigned char *keep = (unsigned char *)(bytes.first + bytes.n) - cols;
            vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
            options.scale = 0.7f;
            options.bias = added;
            options.keep = keep;
            fill_uniform(added, cols, 5.0, &random);
            for (size_t c = 0; c < cols; c++)
                keep[c] = test_random_below(&random, 5) != 0;
            for (int in_place = 0; in_place < 2; in_place++) {
                float copy[ROWS * (LONGEST + EXTRA)];
                test_fill(from, span);
                for (size_t r = 0; r < ROWS; r++)
                    fill_uniform(from + r * stride, cols, 20.0, &random);
                memcpy(copy, from, span * sizeof *copy);
                test_fill(to, span);
                float *out = in_place ? from : to;
                tables[b]->family.softmax(out, stride, from, stride, ROWS, cols, &options);
                for (size_t r = 0; r < ROWS; r++) {
                    tables[b]->family.softmax(expected, cols, copy + r * stride, cols, 1, cols, &options);
                    for (size_t c = 0; c < cols; c++)
                        cr_assert(test_same(expected[c], out[r * stride + c]), "%s, row %zu, column %zu of %zu",
                                  tables[b]->build, r, c, cols);
                    cr_assert(r + 1 == ROWS || test_untouched(out + r * stride + cols, stride - cols),
                              "wrote between rows of %zu columns", cols);
                }
            }
        }
    test_guarded_free(&src);
    test_guarded_free(&dst);
    test_guarded_free(&bias);
    test_guarded_free(&bytes);
}

/* -------------------------------------------------------------------------------------- block by block */

/* One row in random blocks: the share of each column, p rescaled by all later factors and the last one, and the
 * logsumexp. */
static void check_blocks(const vacti_table *table, const float *src, size_t cols, float scale, test_random *random,
                         double *most, double *most_lse)
{
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.scale = scale;
    vact_softmax_online_f32 state;
    cr_assert(vact_softmax_online_start_f32(&state, 1) == VACT_OK);
    double *p = memory(cols, sizeof *p);
    float *block = memory(cols, sizeof *block), rescale, factor, lse;
    for (size_t at = 0, n; at < cols; at += n) {
        n = 1 + test_random_below(random, cols - at < 100 ? cols - at : 100);
        table->family.online(&state, &rescale, block, n, src + at, n, 1, n, &options);
        int power;
        cr_assert(rescale == 0.0f || frexpf(rescale, &power) == 0.5f, "rescale %a", (double)rescale);
        for (size_t i = 0; i < at; i++)
            p[i] *= (double)rescale;
        for (size_t i = 0; i < n; i++) {
            p[at + i] = (double)block[i];
            cr_assert(block[i] >= 0.0f && block[i] <= 1.0f, "p = %a", (double)block[i]);
        }
    }
    cr_assert(vact_softmax_online_finish_f32(&factor, &lse, &state, 1, NULL) == VACT_OK);
    long double *z = memory(2 * cols, sizeof *z), *y = z + cols;
    family_logits(z, src, 0, 1, cols, &options);
    family_softmax(y, z, cols, true);
    for (size_t i = 0; i < cols; i++) {
        long double got = (long double)p[i] * (long double)factor;
        double spacing = exp2(fmax(floor(log2((double)y[i])), -126.0) - 23.0);
        double error = y[i] < 0x1p-126L ? 0.0 : (double)fabsl(got - y[i]) / spacing;
        *most = fmax(*most, error);
        cr_assert(error <= 2.0, "%s, column %zu of %zu: %Lg, exact %Lg: %g ULP", table->build, i, cols, got, y[i],
                  error);
    }
    double units = (double)fabsl((long double)lse - family_logsumexp(z, cols));
    double terms = (double)family_logsumexp_terms(z, cols);
    units /= exp2(floor(log2(terms)) - 22.0) + 0x1p-24;
    *most_lse = fmax(*most_lse, units);
    cr_assert(units <= 1.0, "%s, lse of %zu columns: %a", table->build, cols, (double)lse);
    free(p);
    free(block);
    free(z);
}

Test(family, blocks)
{
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES);
    double most = 0.0, most_lse = 0.0;
    float src[700];
    for (size_t b = 0; b < builds; b++) {
        test_random random = {508};
        for (int round = 0; round < 300; round++) {
            size_t cols = 1 + test_random_below(&random, 700);
            fill_uniform(src, cols, round % 3 == 0 ? 100.0 : 5.0, &random);
            for (size_t i = 0; round % 3 == 1 && i < cols; i++)
                src[i] += 0.2f * (float)i; /* every block raises the maximum */
            check_blocks(tables[b], src, cols, round % 2 == 0 ? 1.0f : 0.3f, &random, &most, &most_lse);
        }
    }
    cr_log_info("blocks: %.3f ULP with the factor, logsumexp %.3f of its bound\n", most, most_lse);
}

Test(family, blocks_at_the_edges)
{
    vact_softmax_online_f32 state[3];
    float rescale[3], p[6], factor[3], lse[3];
    const float nothing[6] = {-INFINITY, -INFINITY, NAN, 1.0f, -INFINITY, -INFINITY};
    const float later[6] = {0.0f, 0.0f, 0.0f, 0.0f, -INFINITY, -INFINITY};
    cr_assert(vact_softmax_online_start_f32(state, 3) == VACT_OK);
    cr_assert(vact_softmax_online_update_f32(state, rescale, p, 2, nothing, 2, 3, 2, NULL) == VACT_OK);
    cr_assert(p[0] == 0.0f && p[1] == 0.0f && isnan(p[2]) && isnan(p[3]) && rescale[0] == 1.0f);
    cr_assert(vact_softmax_online_update_f32(state, rescale, p, 2, later, 2, 3, 2, NULL) == VACT_OK);
    cr_assert(rescale[0] == 0.0f && p[0] == 1.0f && p[1] == 1.0f && p[4] == 0.0f);
    cr_assert(vact_softmax_online_finish_f32(factor, lse, state, 3, NULL) == VACT_OK);
    cr_assert(factor[0] == 0.5f && isnan(factor[1]) && factor[2] == 0.0f);
    cr_assert(lse[0] == (float)log(2.0) && isnan(lse[1]) && lse[2] == -INFINITY);
}
