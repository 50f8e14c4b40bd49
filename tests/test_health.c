/* The health of a layer: counts compared with plain loops at every length and on every build, limits, masks, gains. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "losses.h"

/* Limits of saturation. */
static const float low = -0.5f, high = 0.99f;

/* Also each limit, which counts, and its neighbours, one of which does. */
static float special(test_random *random)
{
    static const float values[] = {0.0f,
                                   -0.0f,
                                   NAN,
                                   INFINITY,
                                   -INFINITY,
                                   1.0f,
                                   -1.0f,
                                   FLT_TRUE_MIN,
                                   0.5f,
                                   -0.5f,
                                   -0.5f + 0x1p-25f,
                                   -0.5f - 0x1p-24f,
                                   0.99f,
                                   0.99f - 0x1p-24f,
                                   0.99f + 0x1p-24f};
    return test_random_below(random, 2) ? 0.0f : values[test_random_below(random, sizeof values / sizeof values[0])];
}

ParameterizedTestParameters(health, counts) { return losses_builds(); }

ParameterizedTest(int *build, health, counts)
{
    enum { MOST = 3 * TEST_LANES * 4 };
    const vacti_table *table = losses_begin(*build);
    test_guarded memory = test_guarded_new(MOST);
    test_random random = {61};
    for (size_t n = 0; n <= MOST; n++)
        for (int rear = 0; rear < 2; rear++) {
            float *x = memory.first + (rear ? memory.n - n : 0);
            size_t zeros = 0, outside = 0;
            for (size_t i = 0; i < n; i++) {
                x[i] = special(&random);
                zeros += x[i] == 0.0f;
                outside += x[i] <= low || x[i] >= high;
            }
            cr_assert(table->zeros(x, n) == zeros, "%s: %zu elements", table->build, n);
            cr_assert(table->outside(x, n, low, high) == outside, "%s: %zu elements", table->build, n);
        }
    test_guarded_free(&memory);
}

/* More than a float counts. */
Test(health, many_elements)
{
    enum { MANY = 40 * 1000 * 1000 + 7 };
    test_guarded zeros = test_guarded_new(MANY); /* pages never written */
    double fraction;
    zeros.first[12345] = 1.0f;
    cr_assert(vact_zero_fraction_f32(&fraction, zeros.first, MANY) == VACT_OK);
    cr_assert(fraction == (double)(MANY - 1) / (double)MANY, "%.17g", fraction);
    test_guarded_free(&zeros);
}

ParameterizedTestParameters(health, dead_units) { return losses_builds(); }

ParameterizedTest(int *build, health, dead_units)
{
    static const size_t sizes[] = {1, 2, 7, 8, 16, 17, 63, 100, 1023, 1024, 1025, 2500};
    enum { BATCH = 5, MOST = 2500 };
    const vacti_table *table = losses_begin(*build);
    test_guarded memory = test_guarded_new(BATCH * MOST);
    test_random random = {62};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        size_t units = sizes[s], dead = 0;
        float *x = memory.first + (memory.n - BATCH * units);
        unsigned char expected[MOST], mask[MOST + 1];
        for (size_t i = 0; i < BATCH * units; i++)
            x[i] = test_random_below(&random, 4) ? (i & 1 ? -0.0f : 0.0f) : special(&random);
        for (size_t u = 0; u < units; u++) {
            expected[u] = 1;
            for (size_t r = 0; r < BATCH; r++)
                expected[u] &= x[r * units + u] == 0.0f; /* a NaN is alive */
            dead += expected[u];
        }
        mask[units] = 0xa5;
        cr_assert(table->dead_units(mask, x, BATCH, units) == dead, "%s: %zu units", table->build, units);
        cr_assert(memcmp(mask, expected, units) == 0 && mask[units] == 0xa5, "%s: %zu units", table->build, units);
        cr_assert(table->dead_units(NULL, x, BATCH, units) == dead, "%s: no mask", table->build);
    }
    test_guarded_free(&memory);
}

/* What lies at a limit, or at a tolerance from it, is saturated; the next float within is not. */
Test(health, saturation_includes_its_limits)
{
    enum { MANY = 2 * TEST_LANES + 1 };
    static const float tolerances[] = {0.0f, 0.25f};
    for (int t = 0; t < 2; t++)
        for (int upper = 0; upper < 2; upper++) {
            float x[MANY], limit = upper ? 2.0f - tolerances[t] : -1.0f + tolerances[t];
            double fraction;
            for (size_t i = 0; i < MANY; i++)
                x[i] = limit;
            for (size_t n = 1; n <= MANY; n++) {
                cr_assert(vact_saturated_fraction_f32(&fraction, x, n, -1.0f, 2.0f, tolerances[t]) == VACT_OK);
                cr_assert(fraction == 1.0, "%zu elements at %g: %g", n, (double)limit, fraction);
            }
            for (size_t i = 0; i < MANY; i++)
                x[i] = nextafterf(limit, 0.5f);
            for (size_t n = 1; n <= MANY; n++) {
                cr_assert(vact_saturated_fraction_f32(&fraction, x, n, -1.0f, 2.0f, tolerances[t]) == VACT_OK);
                cr_assert(fraction == 0.0, "%zu elements beside %g: %g", n, (double)limit, fraction);
            }
        }
}

Test(health, what_it_is_for)
{
    float x[1000], y[1000];
    double fraction;
    for (int i = 0; i < 1000; i++)
        x[i] = (float)(i - 500) * 0.02f + 0.01f;
    cr_assert(vact_relu_f32(y, x, 1000) == VACT_OK && vact_zero_fraction_f32(&fraction, y, 1000) == VACT_OK);
    cr_assert(fraction == 0.5, "relu: %g", fraction);
    /* sigmoid is within 0.01 of its limits where |x| > log(99) = 4.595 */
    cr_assert(vact_sigmoid_f32(y, x, 1000) == VACT_OK);
    cr_assert(vact_saturated_fraction_f32(&fraction, y, 1000, 0.0f, 1.0f, 0.01f) == VACT_OK);
    cr_assert(fraction == 540.0 / 1000.0, "sigmoid: %g", fraction);
    /* and tanh where |x| > log(199)/2 = 2.647 */
    cr_assert(vact_tanh_f32(y, x, 1000) == VACT_OK);
    cr_assert(vact_saturated_fraction_f32(&fraction, y, 1000, -1.0f, 1.0f, 0.01f) == VACT_OK);
    cr_assert(fraction == 736.0 / 1000.0, "tanh: %g", fraction);
    cr_assert(vact_saturated_fraction_f32(&fraction, x, 1000, -5.0f, INFINITY, 0.005f) == VACT_OK && fraction == 0.25);
    cr_assert(vact_zero_fraction_f32(&fraction, NULL, 0) == VACT_OK && fraction == 0.0);
    cr_assert(vact_saturated_fraction_f32(&fraction, NULL, 0, 0.0f, 1.0f, 0.0f) == VACT_OK && fraction == 0.0);
}

static void expect(vact_status got, vact_status want, double fraction, size_t count, const char *what)
{
    cr_expect(got == want, "%s: %s", what, vact_status_string(got));
    cr_expect(fraction == 7.0 && count == 7, "%s: wrote", what);
}

Test(health, arguments)
{
    static float x[8] = {1.0f};
    static const float bad_limits[][3] = {{1.0f, 0.0f, 0.0f},   {NAN, 1.0f, 0.0f},      {0.0f, NAN, 0.0f},
                                          {0.0f, 1.0f, -0.01f}, {0.0f, 1.0f, INFINITY}, {0.0f, 1.0f, NAN}};
    static const size_t limit = PTRDIFF_MAX / sizeof(float);
    double f = 7.0;
    size_t count = 7;
    for (int i = 0; i < 6; i++) {
        const float *bad = bad_limits[i];
        expect(vact_saturated_fraction_f32(&f, x, 8, bad[0], bad[1], bad[2]), VACT_EINVAL, f, count, "limits");
    }
    expect(vact_saturated_fraction_f32(&f, x, limit + 1, 0.0f, 1.0f, 0.0f), VACT_EINVAL, f, count, "size");
    expect(vact_saturated_fraction_f32(&f, NULL, 8, 0.0f, 1.0f, 0.0f), VACT_EINVAL, f, count, "null x");
    expect(vact_zero_fraction_f32(&f, x, limit + 1), VACT_EINVAL, f, count, "size");
    expect(vact_zero_fraction_f32(&f, NULL, 1), VACT_EINVAL, f, count, "null x");
    expect(vact_zero_fraction_f32(NULL, x, 1), VACT_EINVAL, f, count, "null fraction");
    expect(vact_dead_units_f32(&count, NULL, x, limit, 2), VACT_EINVAL, f, count, "size");
    expect(vact_dead_units_f32(&count, NULL, x, SIZE_MAX, SIZE_MAX), VACT_EINVAL, f, count, "size");
    expect(vact_dead_units_f32(&count, NULL, NULL, 2, 4), VACT_EINVAL, f, count, "null x");
    expect(vact_dead_units_f32(NULL, NULL, x, 2, 4), VACT_EINVAL, f, count, "null count");
    expect(vact_dead_units_f32(&count, (unsigned char *)x + 31, x, 2, 4), VACT_EOVERLAP, f, count, "mask on x");
    cr_assert(x[7] == 0.0f);
    unsigned char mask[4] = {1, 1, 1, 1};
    cr_assert(vact_dead_units_f32(&count, mask, NULL, 0, 4) == VACT_OK && count == 0);
    cr_assert(mask[0] + mask[1] + mask[2] + mask[3] == 0, "units of no batch");
}

/* -------------------------------------------------------------------------------------------------- gains */

/* E[f(z)^2] by the trapezoidal rule over [-16, 16], whose error is far below 1e-4 for kinks too. */
static double second_moment(vact_op op)
{
    enum { STEPS = 1 << 16 };
    static float z[STEPS + 1], y[STEPS + 1];
    double sum = 0.0, step = 32.0 / (double)STEPS;
    for (int i = 0; i <= STEPS; i++)
        z[i] = (float)(-16.0 + step * i);
    cr_assert(vact_forward_f32(op, NULL, y, z, STEPS + 1) == VACT_OK);
    for (int i = 0; i <= STEPS; i++)
        sum += (double)y[i] * (double)y[i] * exp(-0.5 * (double)z[i] * (double)z[i]);
    return sum * step / sqrt(8.0 * atan(1.0));
}

Test(health, gains)
{
    static const struct {
        vact_op op;
        float param;
        double gain;
    } known[] = {/* PyTorch's calculate_gain */
                 {VACT_OP_RELU, 0.0f, 1.4142135623730951},
                 {VACT_OP_LEAKY_RELU, 0.0f, 1.4142135623730951},
                 {VACT_OP_LEAKY_RELU, 0.5f, 1.2649110640673518},
                 {VACT_OP_PRELU, 1.0f, 1.0},
                 {VACT_OP_TANH, 0.0f, 5.0 / 3.0},
                 {VACT_OP_SIGMOID, 0.0f, 1.0},
                 {VACT_OP_SELU, 0.0f, 0.75}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double gain = vact_gain(known[i].op, known[i].param);
        cr_assert(fabs(gain - known[i].gain) < 1e-15, "%x: %.17g", (unsigned)known[i].op, gain);
    }
    for (const vacti_op_info *info = vacti_registry; info < vacti_registry + vacti_registry_count; info++) {
        vact_op op = info->op;
        float param = info->param_count > 0 ? info->params[0].default_value : 0.25f;
        double gain = vact_gain(op, param);
        if (info->kind == VACT_KIND_ROWS || info->kind == VACT_KIND_GATE)
            cr_assert(isnan(gain), "%s: %g", info->name, gain);
        else
            cr_assert(gain > 0.0, "%s has no gain", info->name);
        if (info->kind == VACT_KIND_UNARY && op != VACT_OP_TANH && op != VACT_OP_SIGMOID && op != VACT_OP_SELU)
            cr_assert(fabs(gain - 1.0 / sqrt(second_moment(op))) < 1e-3 * gain, "%s: %.9g, moment's %.9g", info->name,
                      gain, 1.0 / sqrt(second_moment(op)));
        bool uses = op == VACT_OP_LEAKY_RELU || op == VACT_OP_PRELU || op == VACT_OP_ELU;
        cr_assert(isnan(vact_gain(op, NAN)) == (uses || info->kind == VACT_KIND_ROWS || info->kind == VACT_KIND_GATE),
                  "%s with NaN", info->name);
    }
    cr_assert(isnan(vact_gain((vact_op)0x1ff, 0.0f)) && isnan(vact_gain((vact_op)0, 0.0f)));
    cr_assert(isnan(vact_gain((vact_op)-1, 0.0f)) && isnan(vact_gain((vact_op)0x100, 0.0f)));
    /* elu with alpha: E[(alpha*(e^z - 1))^2; z < 0] */
    cr_assert(fabs(vact_gain(VACT_OP_ELU, 0.0f) - sqrt(2.0)) < 1e-15);
    cr_assert(fabs(vact_gain(VACT_OP_ELU, 2.0f) - 1.0 / sqrt(0.5 + 4.0 * 0.14494541749292386)) < 1e-15);
}
