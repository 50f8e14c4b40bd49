/* The gradients of xielu with respect to its parameters: values, the same bits on every build, lengths between guard
 * pages, large terms, NaN and arguments. Sums of 2^20 elements are in test_sums.c. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "reference/reference.h"
#include "support.h"

/* Within 1 ULP + 2^-28 of the terms' magnitudes. */
static void exact_sums(const float *dy, const float *x, size_t n, long double sums[2], long double magnitudes[2])
{
    sums[0] = sums[1] = magnitudes[0] = magnitudes[1] = 0.0L;
    for (size_t i = 0; i < n; i++) {
        long double t = (long double)x[i];
        long double factor = t > 0.0L        ? t * t
                             : t > -0x1p-12L ? t * t * (0.5L + t / 6.0L * (1.0L + t / 4.0L * (1.0L + t / 5.0L)))
                                             : expm1l(t) - t;
        sums[t <= 0.0L] += (long double)dy[i] * factor;
        magnitudes[t <= 0.0L] += fabsl((long double)dy[i] * factor);
    }
}

static void check(const vacti_table *table, const float *dy, const float *x, size_t n, const float *wanted)
{
    float dalpha[2];
    long double sums[2], magnitudes[2];
    table->family.xielu_alpha_backward(dalpha, dy, x, n);
    exact_sums(dy, x, n, sums, magnitudes);
    for (int s = 0; s < 2; s++) {
        double spacing = ldexp(1.0, sums[s] == 0.0L ? -149 : (int)fmaxl((long double)ilogbl(sums[s]) - 23.0L, -149.0L));
        double error = (double)fabsl((long double)dalpha[s] - sums[s]);
        cr_assert(error <= spacing + 0x1p-28 * (double)magnitudes[s] + 0x1p-149,
                  "%s, %zu elements: dalpha[%d] is %a, not %La", table->build, n, s, (double)dalpha[s], sums[s]);
    }
    cr_assert(wanted == NULL || memcmp(wanted, dalpha, sizeof dalpha) == 0, "%s, %zu elements: other bits",
              table->build, n);
}

static size_t tables_of(const vacti_table **tables)
{
    size_t count = family_tables(tables, 8);
    cr_assert(count > 0 && count <= 8);
    if (tables[0]->family.xielu_alpha_backward == NULL)
        cr_skip("no gradients in this build");
    return count;
}

Test(xielu_alpha, values)
{
    static const size_t lengths[] = {0, 1, 2, 15, 16, 17, 63, 64, 65, 130, 1000, 2048, 2049, 20000};
    const vacti_table *tables[8];
    size_t count = tables_of(tables);
    test_guarded xs = test_guarded_new(20000), slopes = test_guarded_new(20000);
    test_random random = {31};
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++)
        for (int kind = 0; kind < 3; kind++) {
            size_t n = lengths[k];
            float *x = xs.first + (xs.n - n), *dy = slopes.first + (slopes.n - n), wanted[2];
            for (size_t i = 0; i < n; i++) {
                x[i] = (float)(test_random_normal(&random) * (kind == 0 ? 2.0 : kind == 1 ? 30.0 : 0x1p-10));
                dy[i] = (float)test_random_normal(&random);
            }
            tables[0]->family.xielu_alpha_backward(wanted, dy, x, n);
            for (size_t b = 0; b < count; b++)
                check(tables[b], dy, x, n, wanted);
        }
    test_guarded_free(&xs);
    test_guarded_free(&slopes);
}

/* Terms beyond the range of floats whose sum is within it. */
Test(xielu_alpha, large_terms)
{
    static const float x[6] = {1e20f, 1e20f, 3.0f, -1e30f, -1e30f, -2.0f},
                       dy[6] = {1.0f, -1.0f, 2.0f, 1e10f, -1e10f, 3.0f};
    const vacti_table *tables[8];
    for (size_t b = tables_of(tables); b-- > 0;)
        check(tables[b], dy, x, 6, NULL);
}

Test(xielu_alpha, nan_and_infinity)
{
    static const float ones[2] = {1.0f, 1.0f}, nans[2] = {1.0f, NAN}, high[2] = {INFINITY, -1.0f},
                       low[2] = {2.0f, -INFINITY};
    const vacti_table *tables[8];
    for (size_t b = tables_of(tables); b-- > 0;) {
        float dalpha[2];
        tables[b]->family.xielu_alpha_backward(dalpha, ones, nans, 2);
        cr_expect(isnan(dalpha[0]) && isnan(dalpha[1]), "%s: NaN", tables[b]->build);
        tables[b]->family.xielu_alpha_backward(dalpha, ones, high, 2);
        cr_expect(dalpha[0] == INFINITY && fabsf(dalpha[1] - 0.36787945f) < 1e-7f, "%s: inf", tables[b]->build);
        tables[b]->family.xielu_alpha_backward(dalpha, ones, low, 2);
        cr_expect(dalpha[0] == 4.0f && dalpha[1] == INFINITY, "%s: -inf", tables[b]->build);
    }
}

Test(xielu_alpha, arguments)
{
    float dalpha[2] = {7.0f, 7.0f}, x[4] = {1.0f, 2.0f, -1.0f, 0.0f}, dy[4] = {1.0f, 1.0f, 1.0f, 1.0f};
    if (!VACT_WITH_GRADIENTS) {
        cr_expect(vact_xielu_alpha_backward_f32(dalpha, dy, x, 4) == VACT_EUNSUPPORTED);
        return;
    }
    cr_expect(vact_xielu_alpha_backward_f32(NULL, dy, x, 0) == VACT_EINVAL);
    cr_expect(vact_xielu_alpha_backward_f32(dalpha, NULL, x, 4) == VACT_EINVAL);
    cr_expect(vact_xielu_alpha_backward_f32(dalpha, dy, NULL, 4) == VACT_EINVAL);
    cr_expect(vact_xielu_alpha_backward_f32(dalpha, dy, x, SIZE_MAX / 2) == VACT_EINVAL);
    cr_expect(vact_xielu_alpha_backward_f32(x, dy, x, 4) == VACT_EOVERLAP);
    cr_expect(vact_xielu_alpha_backward_f32(dy + 3, dy, x, 4) == VACT_EOVERLAP);
    cr_expect(dalpha[0] == 7.0f && dalpha[1] == 7.0f, "a refusal wrote");
    cr_expect(vact_xielu_alpha_backward_f32(dalpha, NULL, NULL, 0) == VACT_OK && dalpha[0] == 0.0f &&
              dalpha[1] == 0.0f);
    cr_expect(vact_xielu_alpha_backward_f32(dalpha, dy, x, 4) == VACT_OK && dalpha[0] == 5.0f);
}
