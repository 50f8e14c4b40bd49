/*
 * The oracle (kernels/reference) against MPFR. Every result that is tried must round to the float to which the exact
 * value rounds, and lie within 2^-24 ULP of it. Most of the effort goes where the two roundings could disagree: of many
 * inputs those are taken whose results lie nearest to a midpoint between two floats, or to a float.
 *
 * Zero arguments, infinities, NaN and other points where the definition rather than the arithmetic decides are in
 * test_reference_points.c.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>

#include "kernels/reference/mpfr/exact.h"
#include "kernels/reference/reference.h"
#include "support.h"

static const double TOLERANCE = 0x1p-24; /* ULP */

enum { EFFORT = TEST_SANITIZED ? 1 : 8 };

/* ------------------------------------------------------------------------------------------ one point */

/* An operation, its parameters and its two sides. */
typedef struct subject {
    const vacti_op_info *info;
    vact_params_f32 params;
    vacti_reference_fn *oracle;
} subject;

static void check_value(const char *name, const float *params, float x, double value, mpfr_t exact)
{
    float expected = mpfr_get_flt(exact, MPFR_RNDN);
    cr_assert(test_same((float)value, expected), "%s(%a; %a, %a): the oracle's %a rounds to %a, the exact value to %a",
              name, (double)x, (double)params[0], (double)params[1], value, (double)(float)value, (double)expected);
    if (!isfinite(expected))
        return;
    double error = exact_error(value, exact);
    cr_assert(error < TOLERANCE, "%s(%a; %a, %a): the oracle's %a is %g ULP from the exact value", name, (double)x,
              (double)params[0], (double)params[1], value, error);
}

static void check(const subject *s, float x, mpfr_t exact)
{
    if (!isfinite(x) || x == 0.0f)
        return;
    exact_f32(s->info->op, exact, x, s->params.v);
    check_value(s->info->name, s->params.v, x, s->oracle((double)x, &s->params), exact);
}

/* --------------------------------------------------------------------------------------------- inputs */

/* Few bits over all exponents, where sums and products come out as midpoints in leading order. */
static void check_short(const subject *s, mpfr_t exact)
{
    for (int exponent = -149; exponent < 128; exponent += exponent < 8 ? 1 : 8) {
        for (int bits = 1; bits < 16; bits += 2) {
            check(s, ldexpf((float)bits, exponent), exact);
            check(s, ldexpf((float)-bits, exponent), exact);
        }
    }
}

static void check_mixture(const subject *s, size_t n, test_random *random, mpfr_t exact)
{
    test_floats list = {NULL, 0, 0};
    test_add_mixture(&list, &s->params, random, n);
    for (size_t i = 0; i < list.n; i++)
        check(s, list.v[i], exact);
    test_free(&list);
}

typedef struct near_input {
    float x;
    double distance;
} near_input;

static int by_distance(const void *a, const void *b)
{
    double left = ((const near_input *)a)->distance;
    double right = ((const near_input *)b)->distance;
    return (left > right) - (left < right);
}

/* Magnitudes between 2^-24 and 2^8; beyond these most operations only scale or underflow. */
static float draw(test_random *random)
{
    float magnitude = (float)exp2(32.0 * test_random_unit(random) - 24.0);
    return test_random_next(random) % 2 == 0 ? magnitude : -magnitude;
}

/*
 * Draws `scanned` inputs, keeps those whose result lies within 2^-8 of a spacing of the goal (0 for a float, 0.5 for
 * a midpoint), and checks the nearest.
 */
static void check_nearest(const subject *s, double goal, size_t scanned, test_random *random, mpfr_t exact)
{
    enum { KEPT = 1 << 14 };
    static near_input kept[KEPT];
    size_t n = 0;
    for (size_t i = 0; i < scanned && n < KEPT; i++) {
        float x = draw(random);
        double value = fabs(s->oracle((double)x, &s->params));
        if (!(value >= 0x1p-149 && value < 0x1p128))
            continue;
        int exponent = ilogb(value) - 23;
        double spacings = ldexp(value, exponent < -149 ? 149 : -exponent);
        double fraction = spacings - floor(spacings);
        double distance = goal == 0.0 ? fmin(fraction, 1.0 - fraction) : fabs(fraction - goal);
        if (distance < 0x1p-8)
            kept[n++] = (near_input){x, distance};
    }
    qsort(kept, n, sizeof kept[0], by_distance);
    size_t checked = 200 * EFFORT;
    for (size_t i = 0; i < n && i < checked; i++)
        check(s, kept[i].x, exact);
}

static void check_thoroughly(const subject *s, test_random *random, mpfr_t exact)
{
    check_short(s, exact);
    check_mixture(s, 50 * EFFORT, random, exact);
    check_nearest(s, 0.5, (size_t)EFFORT << 16, random, exact);
    check_nearest(s, 0.0, (size_t)EFFORT << 14, random, exact);
}

static void check_quickly(const subject *s, test_random *random, mpfr_t exact)
{
    check_mixture(s, 4 * EFFORT, random, exact);
    check_nearest(s, 0.5, (size_t)EFFORT << 8, random, exact);
}

/* ---------------------------------------------------------------------------------------------- cases */

/* Indices into vacti_registry, since they cross into the test's process. */
static struct criterion_test_params operations(bool rows)
{
    static int indices[64];
    size_t n = 0;
    for (size_t i = 0; i < vacti_registry_count && n < 64; i++)
        if (vacti_registry[i].kind != VACT_KIND_GATE && (vacti_registry[i].kind == VACT_KIND_ROWS) == rows)
            indices[n++] = (int)i;
    return cr_make_param_array(int, indices, n);
}

ParameterizedTestParameters(reference, agrees_with_mpfr) { return operations(false); }

ParameterizedTest(int *index, reference, agrees_with_mpfr)
{
    const vacti_op_info *info = &vacti_registry[*index];
    subject s = {info, vacti_registry_defaults(info), vacti_reference_f32(info->op)};
    cr_assert(s.oracle != NULL, "%s has no oracle", info->name);
    if (exact_of(info->op) == NULL)
        cr_skip("%s has no formula in kernels/reference/mpfr/exact.c", info->name);
    test_random random = {(uint64_t)info->op};
    mpfr_t exact;
    mpfr_init2(exact, EXACT_BITS);
    check_thoroughly(&s, &random, exact);

    vact_params_f32 params[TEST_PARAMS_LIMIT];
    size_t n = test_params(info, params);
    for (size_t i = 1; i < n; i++) {
        s.params = params[i];
        check_quickly(&s, &random, exact);
    }
    mpfr_clear(exact);
    mpfr_free_cache();
}

Test(reference, prelu_takes_its_slope_from_the_first_value)
{
    static const float SLOPES[] = {0.25f, 1.5f, -0.3f, 0x1p-20f, -0x1p20f, 1.0f};
    const vacti_op_info *info = vacti_registry_by_code(VACT_OP_PRELU);
    subject s = {info, {{0}}, vacti_reference_f32(info->op)};
    test_random random = {1};
    mpfr_t exact;
    mpfr_init2(exact, EXACT_BITS);
    for (size_t i = 0; i < sizeof SLOPES / sizeof SLOPES[0]; i++) {
        s.params.v[0] = SLOPES[i];
        check_quickly(&s, &random, exact);
    }
    mpfr_clear(exact);
}

/* ----------------------------------------------------------------------------------------------- rows */

enum { COLS_LIMIT = 1000 };

/* Kinds of rows: usual logits, wide ones, all magnitudes, nearly equal ones, ties, -inf among others, and a large
 * element among small ones, so that double rounds their difference. */
static void draw_row(float *row, size_t cols, int kind, test_random *random)
{
    for (size_t i = 0; i < cols; i++) {
        double normal = test_random_normal(random);
        switch (kind) {
        case 0: row[i] = (float)(2.0 * normal); break;
        case 1: row[i] = (float)(200.0 * test_random_unit(random) - 100.0); break;
        case 2: row[i] = draw(random) * (i % 3 == 0 ? 0x1p-100f : 1.0f); break;
        case 3: row[i] = (float)(90.0 + 0x1p-16 * normal); break;
        case 4: row[i] = (float)test_random_below(random, 4) * (i % 5 == 0 ? -1e38f : 17.0f); break;
        case 5: row[i] = i % 4 == 3 ? -INFINITY : (float)(60.0 * normal); break;
        default: row[i] = i == 0 ? (float)(64.0 + 20.0 * test_random_unit(random)) : (float)(0x1p-25 * normal); break;
        }
    }
}

static void check_row(const vacti_op_info *info, const float *row, size_t cols, mpfr_t exact)
{
    static const float NO_PARAMS[2] = {0.0f, 0.0f};
    double results[COLS_LIMIT];
    vacti_reference_row_f32(info->op)(results, row, cols);
    size_t step = cols / 7 + 1; /* each element costs MPFR the whole row */
    for (size_t i = 0; i < cols; i += step) {
        exact_row_f32(info->op)(exact, row, cols, i);
        check_value(info->name, NO_PARAMS, row[i], results[i], exact);
    }
}

ParameterizedTestParameters(reference, rows_agree_with_mpfr) { return operations(true); }

ParameterizedTest(int *index, reference, rows_agree_with_mpfr)
{
    static const size_t COLS[] = {1, 2, 3, 7, 64, COLS_LIMIT};
    static float row[COLS_LIMIT];
    const vacti_op_info *info = &vacti_registry[*index];
    cr_assert(vacti_reference_row_f32(info->op) != NULL, "%s has no oracle", info->name);
    if (exact_row_f32(info->op) == NULL)
        cr_skip("%s has no formula in kernels/reference/mpfr/exact.c", info->name);
    test_random random = {(uint64_t)info->op};
    mpfr_t exact;
    mpfr_init2(exact, EXACT_BITS);
    for (size_t i = 0; i < sizeof COLS / sizeof COLS[0]; i++) {
        for (int kind = 0; kind < 7; kind++) {
            for (int repeat = 0; repeat < (COLS[i] < 64 ? 4 * EFFORT : 1); repeat++) {
                draw_row(row, COLS[i], kind, &random);
                check_row(info, row, COLS[i], exact);
            }
        }
    }
    mpfr_clear(exact);
    mpfr_free_cache();
}

/* --------------------------------------------------------------------------------------------- lookup */

Test(reference, each_operation_has_the_functions_of_its_kind_only)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        bool rows = info->kind == VACT_KIND_ROWS;
        cr_assert((vacti_reference_row_f32(info->op) != NULL) == rows, "%s", info->name);
        cr_assert((vacti_reference_f32(info->op) != NULL) == (!rows && info->kind != VACT_KIND_GATE), "%s", info->name);
    }
}
