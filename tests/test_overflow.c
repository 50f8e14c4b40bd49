/*
 * Finite inputs whose logits, differences or sums leave the range of floats on the way: the results are still those of
 * the exact numbers, on every build.
 */
#include <float.h>
#include <math.h>

#include "family.h"
#include "reference/reference.h"

enum { TABLES = 8, MOST_COLS = 40 };

#define BOUND 2.0 /* vact.h */

static void check(float got, long double exact, const vacti_table *table, const char *what, size_t column)
{
    double error = vacti_ulp_error(got, (double)exact);
    cr_assert(error <= BOUND, "%s %s, column %zu: %a, exact %La", table->build, what, column, (double)got, exact);
}

static void check_online(const vacti_table *table, const float *x, const long double *z, size_t cols, size_t block,
                         vact_softmax_options_f32 options)
{
    vact_softmax_online_f32 state;
    float p[MOST_COLS], rescale, factor, lse;
    long double y[MOST_COLS], lse_exact = family_logsumexp(z, cols);
    family_softmax(y, z, cols, false);
    cr_assert(vact_softmax_online_start_f32(&state, 1) == VACT_OK);
    for (size_t first = 0; first < cols; first += block) {
        size_t n = cols - first < block ? cols - first : block;
        table->family.online(&state, &rescale, p + first, n, x + first, n, 1, n, &options);
        for (size_t i = 0; i < first; i++)
            p[i] *= rescale;
        options.bias = options.bias ? options.bias + n : NULL;
    }
    cr_assert(vact_softmax_online_finish_f32(&factor, &lse, &state, 1, NULL) == VACT_OK);
    for (size_t i = 0; i < cols; i++) {
        double error = fabs((double)p[i] * (double)factor - (double)y[i]);
        cr_assert(error <= 0x1p-22 * (double)y[i] + 0x1p-140, "%s online, blocks of %zu, column %zu: %a*%a, exact %La",
                  table->build, block, i, (double)p[i], (double)factor, y[i]);
    }
    cr_assert(vacti_ulp_error(lse, (double)lse_exact) <= BOUND || fabsl((long double)lse - lse_exact) < 0x1p-20L,
              "%s online lse: %a, exact %La", table->build, (double)lse, lse_exact);
}

/* No mask; bias may be null. */
static void check_row(const float *x, const float *bias, float scale, size_t cols)
{
    const vacti_table *tables[TABLES];
    const size_t count = family_tables(tables, TABLES);
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.scale = scale;
    options.bias = bias;
    long double z[MOST_COLS], y[MOST_COLS], log_y[MOST_COLS];
    family_logits(z, x, 0, 1, cols, &options);
    family_softmax(y, z, cols, false);
    family_log_softmax(log_y, z, cols, false);
    for (size_t t = 0; t < count; t++) {
        float got[MOST_COLS];
        tables[t]->family.softmax(got, cols, x, cols, 1, cols, &options);
        for (size_t i = 0; i < cols; i++)
            check(got[i], y[i], tables[t], "softmax", i);
        tables[t]->family.log_softmax(got, cols, x, cols, 1, cols, &options);
        for (size_t i = 0; i < cols; i++)
            check(got[i], log_y[i], tables[t], "log_softmax", i);
        tables[t]->family.logsumexp(got, x, cols, 1, cols, &options);
        check(got[0], family_logsumexp(z, cols), tables[t], "logsumexp", 0);
        check_online(tables[t], x, z, cols, cols, options);
        check_online(tables[t], x, z, cols, 1, options);
        check_online(tables[t], x, z, cols, 3, options);
    }
}

Test(overflow, logits)
{
    check_row((float[]){10, 9, -3}, NULL, 1e38f, 3);
    check_row((float[]){-10, -9, -30}, NULL, 1e38f, 3);
    check_row((float[]){3e38f, 0}, (float[]){3e38f, 0}, 1.0f, 2);
    check_row((float[]){-FLT_MAX, -FLT_MAX, -FLT_MAX}, (float[]){-FLT_MAX, -FLT_MAX, -FLT_MAX}, 1.0f, 3);
    check_row((float[]){-2e38f, -1e38f}, (float[]){3e38f, 0}, 2.0f, 2);   /* the product alone overflows */
    check_row((float[]){-3.4e38f, -1.8e38f}, NULL, 1.9f, 2);              /* both below the range */
    check_row((float[]){10, 9, 8}, (float[]){-INFINITY, 0, 0}, 1e38f, 3); /* the one that overflows is masked */
}

/* Logits of 10^39 that differ by 1, which a long double would lose. */
Test(overflow, small_differences)
{
    const vacti_table *tables[TABLES];
    const size_t count = family_tables(tables, TABLES);
    const float x[3] = {10.0f, 10.0f, 10.0f}, bias[3] = {0.0f, 1.0f, -1.0f};
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.scale = 1e38f;
    options.bias = bias;
    for (size_t t = 0; t < count; t++) {
        float y[3];
        tables[t]->family.softmax(y, 3, x, 3, 1, 3, &options);
        for (size_t i = 0; i < 3; i++)
            check(y[i], expl((long double)bias[i]) / (1.0L + expl(1.0L) + expl(-1.0L)), tables[t], "softmax", i);
        tables[t]->family.log_softmax(y, 3, x, 3, 1, 3, &options);
        for (size_t i = 0; i < 3; i++)
            check(y[i], (long double)bias[i] - logl(1.0L + expl(1.0L) + expl(-1.0L)), tables[t], "log_softmax", i);
    }
}

/* A bias so near to the product that a long double holds their sum. */
static float bias_near(float x, float scale, test_random *random)
{
    int exponent = ilogb((double)x * (double)scale) + (int)test_random_below(random, 40) - 30;
    return ldexpf(1.0f - 2.0f * (float)test_random_unit(random), exponent < 127 ? exponent : 127);
}

/* Exponents such that about half of the products and sums overflow. */
Test(overflow, random_logits)
{
    test_random random = {81};
    for (int round = 0; round < 300; round++) {
        size_t cols = 1 + test_random_below(&random, MOST_COLS);
        float x[MOST_COLS], bias[MOST_COLS], scale = ldexpf(1.0f + (float)test_random_unit(&random), 60);
        for (size_t i = 0; i < cols; i++) {
            bool again = i > 0 && test_random_below(&random, 2) == 0;
            x[i] = again ? x[i - 1]
                         : ldexpf(1.0f - 2.0f * (float)test_random_unit(&random), (int)test_random_below(&random, 68));
            bias[i] = again && test_random_below(&random, 4) != 0 ? bias[i - 1] : bias_near(x[i], scale, &random);
        }
        check_row(x, round % 2 ? bias : NULL, scale, cols);
    }
}

/* Overflow does not make a number of what is none. */
Test(overflow, limits_stay)
{
    const vacti_table *tables[TABLES];
    const size_t count = family_tables(tables, TABLES);
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.scale = 1e38f;
    const float x[3] = {10.0f, 9.0f, -3.0f}, masked[3] = {-INFINITY, -INFINITY, -INFINITY};
    const float with_nan[3] = {10.0f, NAN, -3.0f}, infinite[3] = {10.0f, INFINITY, 3.0f};
    for (size_t t = 0; t < count; t++) {
        float y[3];
        tables[t]->family.softmax(y, 3, with_nan, 3, 1, 3, &options);
        cr_expect(isnan(y[0]) && isnan(y[2]), "%s: NaN", tables[t]->build);
        tables[t]->family.softmax(y, 3, infinite, 3, 1, 3, &options);
        cr_expect(isnan(y[0]) && isnan(y[2]), "%s: an infinity", tables[t]->build);
        tables[t]->family.logsumexp(y, infinite, 3, 1, 3, &options);
        cr_expect(y[0] == INFINITY, "%s: logsumexp of an infinity", tables[t]->build);
        vact_softmax_options_f32 all = options;
        all.bias = masked;
        tables[t]->family.softmax(y, 3, x, 3, 1, 3, &all);
        cr_expect(y[0] == 0.0f && y[1] == 0.0f && y[2] == 0.0f, "%s: all masked", tables[t]->build);
    }
}

/* dx = scale*y*(dy - sum dy*y) and scale*(dy - e^y*sum dy), where the sums or the differences overflow. */
static void check_gradients(const float *dy, const float *y, float scale, size_t cols)
{
    const vacti_table *tables[TABLES];
    const size_t count = family_tables(tables, TABLES);
    long double dot = 0.0L, sum = 0.0L;
    float log_y[MOST_COLS];
    for (size_t i = 0; i < cols; i++) {
        dot += (long double)dy[i] * (long double)y[i];
        sum += (long double)dy[i];
        log_y[i] = logf(y[i]);
    }
    for (size_t t = 0; t < count; t++) {
        float dx[MOST_COLS];
        tables[t]->family.softmax_backward(dx, cols, dy, cols, y, cols, 1, cols, scale, NULL);
        for (size_t i = 0; i < cols; i++)
            check(dx[i], (long double)scale * (long double)y[i] * ((long double)dy[i] - dot), tables[t],
                  "softmax_backward", i);
        tables[t]->family.log_softmax_backward(dx, cols, dy, cols, log_y, cols, 1, cols, scale, NULL);
        for (size_t i = 0; i < cols; i++) {
            long double share = expl((long double)log_y[i]), slope = (long double)scale * sum * share;
            long double exact = (long double)scale * (long double)dy[i] - slope;
            int exponent = exact == 0.0L ? -126 : ilogbl(exact);
            double most = 2.0 * ldexp(1.0, exponent - 23) + 0x1p-24 * fabs((double)slope);
            cr_assert(fabsl((long double)dx[i] - exact) <= (long double)most || fabsl(exact) > (long double)FLT_MAX,
                      "%s log_softmax_backward, column %zu: %a, exact %La", tables[t]->build, i, (double)dx[i], exact);
        }
    }
}

Test(overflow, gradients)
{
    check_gradients((float[]){3e38f, -3e38f, 0}, (float[]){0.25f, 0.5f, 0.25f}, 1.0f, 3);
    check_gradients((float[]){3e38f, -3e38f, -1e38f}, (float[]){0.125f, 0.75f, 0.125f}, 0.125f, 3);
    check_gradients((float[]){3e38f, 3e38f, -3e38f, -2e38f}, (float[]){0.25f, 0.25f, 0.25f, 0.25f}, 0.5f, 4);
    float dy[MOST_COLS], y[MOST_COLS];
    for (size_t i = 0; i < MOST_COLS; i++) {
        dy[i] = i % 3 == 0 ? 3.2e38f : 2.9e38f;
        y[i] = 1.0f / (float)MOST_COLS;
    }
    check_gradients(dy, y, 0.5f, MOST_COLS);
}

/* prelu's slope gradient and binary cross-entropy: single terms and partial sums overflow. */
Test(overflow, sums)
{
    const vacti_table *tables[TABLES];
    const size_t count = family_tables(tables, TABLES);
    const float x[4] = {-1e30f, -1e30f, -3e38f, -0.5f}, dy[4] = {1e30f, -1e30f, 1.0f, 2.0f};
    const float logits[4] = {3e38f, 3e38f, 3e38f, 3e38f}, targets[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (size_t t = 0; t < count; t++) {
        float dx[8], slope[2] = {0.25f, 0.25f}, dslope[2], loss, pairs_x[8], pairs_dy[8];
        tables[t]->family.prelu_backward(dx, dslope, dy, x, slope, 1, 1, 4);
        check(dslope[0], -3e38f - 1.0L, tables[t], "prelu_backward", 0);
        for (size_t i = 0; i < 8; i++) {
            pairs_x[i] = x[i / 2];
            pairs_dy[i] = dy[i / 2];
        }
        tables[t]->family.prelu_backward(dx, dslope, pairs_dy, pairs_x, slope, 4, 2, 1);
        check(dslope[1], -3e38f - 1.0L, tables[t], "prelu_backward, channels side by side", 1);
        tables[t]->bce_with_logits(&(vacti_bce_call){
            .loss = &loss, .x = logits, .targets = targets, .n = 4, .reduction = VACT_REDUCTION_MEAN});
        check(loss, (long double)logits[0], tables[t], "bce_with_logits", 0);
    }
}
