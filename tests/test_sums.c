/*
 * The sums of the library at 2^20 elements, on five kinds of data, held to the bounds of vact.h (sums.h), and the
 * smallest cases for which earlier versions left them. ./dev sums goes up to 2^28 elements and beyond.
 */
#include <math.h>
#include <stdlib.h>

#include "family.h"
#include "reference/reference.h"
#include "sums.h"
#include "support.h"

enum { LENGTH = 1 << 20 };

/* The builds that are tried: the reference and the best. They must agree in every bit. */
static size_t builds(const vacti_table **tables)
{
    const vacti_table *all[8];
    size_t n = family_tables(all, 8), count = 0;
    cr_assert(n > 0);
    if (!TEST_SANITIZED)
        tables[count++] = all[0];
    if (n > 1 || TEST_SANITIZED)
        tables[count++] = all[n > 1 ? 1 : 0];
    return count;
}

static struct criterion_test_params each_reduction(void)
{
    static int numbers[64];
    size_t count = 0;
    while (count < 64 && sums_reduction_at(count) != NULL) {
        numbers[count] = (int)count;
        count++;
    }
    return cr_make_param_array(int, numbers, count);
}

ParameterizedTestParameters(sums, bounds) { return each_reduction(); }

ParameterizedTest(int *number, sums, bounds)
{
    const sums_reduction *reduction = sums_reduction_at((size_t)*number);
    sums_problem problem = {0};
    problem.table_count = builds(problem.tables);
    cr_assert(sums_new(&problem, LENGTH), "out of memory");
    for (size_t data = 0; data < SUMS_DATA_COUNT; data++) {
        /* A sanitizer sees what is read and written, which is the same for all kinds of data. */
        if (TEST_SANITIZED && data != (size_t)*number % SUMS_DATA_COUNT)
            continue;
        sums_run(&problem, reduction, (sums_data)data);
        if (problem.bound == 0.0)
            cr_skip("sums: this build of the library lacks the variant");
        cr_expect(!problem.differs, "%s, %s data: builds disagree", reduction->name, sums_data_names[data]);
        cr_expect(!sums_beyond(&problem), "%s, %s data: %.4g ULP, bound %.4g", reduction->name, sums_data_names[data],
                  problem.error, problem.bound);
    }
    sums_free(&problem);
}

/* ------------------------------------------------------------------------------------- the smallest cases */

static float *constant(size_t n, float even, float odd)
{
    float *made = malloc(n * sizeof *made);
    cr_assert(made != NULL, "out of memory");
    for (size_t i = 0; i < n; i++)
        made[i] = i % 2 == 0 ? even : odd;
    return made;
}

/* The last layer starts at 0: the mean is log 2. */
Test(sums, bce_mean_of_zeros)
{
    static const size_t lengths[] = {6029312, 1 << 24};
    for (size_t i = 0; i < (TEST_SANITIZED ? 1 : 2); i++) {
        float *zeros = calloc(lengths[i], sizeof *zeros), loss;
        cr_assert(zeros != NULL, "out of memory");
        cr_assert(vact_bce_with_logits_f32(&loss, zeros, zeros, lengths[i], NULL) == VACT_OK);
        double error = vacti_ulp_error(loss, log(2.0));
        cr_expect(error <= 4.0, "%zu zeros: %.9g, %.4g ULP", lengths[i], (double)loss, error);
        free(zeros);
    }
}

/* The mean is a number where the sum is not. */
Test(sums, mean_of_large_losses)
{
    static const float x[4] = {3e38f, 3e38f, 3e38f, 3e38f}, targets[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    static const float logits[8] = {3e38f, 0.0f, 3e38f, 0.0f, 3e38f, 0.0f, 3e38f, 0.0f};
    static const int32_t losers[4] = {1, 1, 1, 1};
    float loss;
    cr_assert(vact_bce_with_logits_f32(&loss, x, targets, 4, NULL) == VACT_OK);
    cr_expect(loss == 3e38f, "bce: %g", (double)loss);
    cr_assert(vact_cross_entropy_i32_f32(&loss, logits, losers, 4, 2, NULL) == VACT_OK);
    cr_expect(loss == 3e38f, "cross-entropy: %g", (double)loss);
}

Test(sums, prelu_of_constant)
{
    static const struct {
        size_t n;
        float x;
    } cases[] = {{1703936, -1.1f}, {1 << 24, -0.1f}};
    for (size_t i = 0; i < (TEST_SANITIZED ? 1 : 2); i++) {
        float *x = constant(cases[i].n, cases[i].x, cases[i].x), *dy = constant(cases[i].n, 1.0f, 1.0f), dslope;
        float slope = 0.25f;
        double exact = (double)cases[i].x * (double)cases[i].n;
        cr_assert(vact_prelu_backward_f32(dy, &dslope, dy, x, &slope, 1, 1, cases[i].n) == VACT_OK);
        double error = vacti_ulp_error(dslope, exact);
        cr_expect(error <= 1.0 + 0x1p-16, "x = %g, %zu elements: %.9g for %.9g, %.4g ULP", (double)cases[i].x,
                  cases[i].n, (double)dslope, exact, error);
        free(x);
        free(dy);
    }
}

/* Equal shares, and dy of two values. */
static void check_softmax_backward(size_t cols, float even, float odd)
{
    float *y = constant(cols, 1.0f / (float)cols, 1.0f / (float)cols), *dy = constant(cols, even, odd);
    double share = (double)y[0], half = 0.5 * (double)cols, dot = share * half * ((double)even + (double)odd);
    double more = 0x1p-40 * share * share * half * (fabs((double)even) + fabs((double)odd));
    cr_assert(vact_softmax_backward_f32(dy, dy, y, 1, cols) == VACT_OK);
    for (size_t i = 0; i < 2; i++) {
        double exact = share * ((double)(i == 0 ? even : odd) - dot);
        double spacing = ldexp(1.0, (int)fmax(exact == 0.0 ? -149.0 : floor(log2(fabs(exact))) - 23.0, -149.0));
        double error = fabs((double)dy[i] - exact);
        cr_expect(error <= 2.0 * spacing + more, "%zu columns, dy = %g, %g: %.9g for %.9g, bound +-%.3g", cols,
                  (double)even, (double)odd, (double)dy[i], exact, 2.0 * spacing + more);
    }
    free(y);
    free(dy);
}

Test(sums, softmax_backward_of_equal_shares)
{
    check_softmax_backward(10240, 1.1f, 1.1f);
    if (TEST_SANITIZED)
        return;
    check_softmax_backward(1 << 24, 0.3f, 0.1f);
    check_softmax_backward(1 << 24, 0.3f, -0.1f);
}

/* ------------------------------------------------------------------------------------------------- lanes */

/*
 * Element (o, c, i) belongs to lane (o*inner + i) mod 64 of its channel. So a channel's sum has the same bits however
 * its elements are divided between outer and inner, and beside other channels. The terms are so far apart that each
 * order of adding them rounds differently.
 */
enum { ELEMENTS = 960, HALF = 448, CHANNELS = 3 };

static float spread_float(test_random *random)
{
    float value = ldexpf(1.0f + (float)test_random_unit(random), (int)test_random_below(random, 117) - 58);
    return test_random_below(random, 2) == 0 ? -value : value;
}

static float slope_sum(const vacti_table *table, const float *dy, const float *x, size_t channels, size_t inner)
{
    static float all_dy[CHANNELS * ELEMENTS], all_x[CHANNELS * ELEMENTS], dx[CHANNELS * ELEMENTS];
    static const float slopes[CHANNELS] = {0.25f, 0.25f, 0.25f};
    float dslope[CHANNELS];
    size_t outer = ELEMENTS / inner;
    for (size_t o = 0; o < outer; o++)
        for (size_t c = 0; c < channels; c++)
            for (size_t i = 0; i < inner; i++) {
                size_t at = (o * channels + c) * inner + i;
                all_dy[at] = dy[o * inner + i];
                all_x[at] = x[o * inner + i];
            }
    table->family.prelu_backward(dx, dslope, all_dy, all_x, slopes, outer, channels, inner);
    for (size_t c = 1; c < channels; c++)
        cr_expect(test_same(dslope[c], dslope[0]), "%s: channels of equal elements: %a and %a", table->build,
                  (double)dslope[0], (double)dslope[c]);
    return dslope[0];
}

Test(sums, prelu_lanes)
{
    static const size_t inners[] = {1, 3, 5, 16, 60, 64, 320};
    static float x[ELEMENTS], dy[ELEMENTS];
    const vacti_table *tables[8];
    size_t count = family_tables(tables, 8);
    test_random random = {72};
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < ELEMENTS; i++) {
            bool again = i >= HALF && i < 2 * HALF; /* cancels what its lane has had, but for rounding */
            x[i] = again ? x[i - HALF] : -fabsf(spread_float(&random));
            dy[i] = again ? -dy[i - HALF] : i < HALF ? spread_float(&random) : 0.0f;
        }
        for (size_t t = 0; t < count; t++) {
            float want = slope_sum(tables[0], dy, x, 1, ELEMENTS);
            for (size_t k = 0; k < sizeof inners / sizeof inners[0]; k++)
                for (size_t channels = 1; channels <= CHANNELS; channels += 2) {
                    float got = slope_sum(tables[t], dy, x, channels, inners[k]);
                    cr_assert(test_same(got, want), "%s, %zu channels, inner %zu: %a, not %a", tables[t]->build,
                              channels, inners[k], (double)got, (double)want);
                }
        }
    }
}
