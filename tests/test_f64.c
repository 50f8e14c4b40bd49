/*
 * Element-by-element operations on double and their gradients: errors against MPFR, the same bits on every build, the
 * limits of float, every length, and the checks of the calls.
 */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "f64_exact.h"

enum { SAMPLES = TEST_SANITIZED ? 300 : 3000, SLOPES = TEST_SANITIZED ? 60 : 400, MOST = 4096 };

static const double bound_fast = 1.5, bound_sleef = 4.0;

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return x == x ? bits : UINT64_MAX;
}

/* Any bits, moderate sizes, and numbers up to 40. */
static double draw(test_random *random, size_t i)
{
    const uint64_t bits = test_random_next(random);
    if (i % 3 == 0)
        return from_bits(bits);
    if (i % 3 == 1)
        return from_bits((bits & 0x800fffffffffffffu) | (uint64_t)(963 + test_random_next(random) % 71) << 52);
    return (test_random_unit(random) - 0.5) * 80.0;
}

/* Numbers at which forms, tables and results change: hundredths, and the ends of the range of results. */
static double place(size_t i)
{
    static const double ends[] = {709.782712893384,
                                  -708.3964185322641,
                                  -745.1332191019412,
                                  -37.5193793471445,
                                  -38.60,
                                  -0.7517915246935645,
                                  -1.278464542761074,
                                  -1.1924,
                                  0x1p-8,
                                  0.0625,
                                  0.5,
                                  1.0,
                                  0x1p-200,
                                  40.0,
                                  700.0,
                                  100.0};
    const size_t count = sizeof ends / sizeof ends[0];
    const double x = i < 3 * count ? ends[i / 3] : (double)(i - 3 * count) / 64.0;
    return (i % 2 == 0 ? 1.0 : -1.0) * x * (1.0 + (double)((int)(i % 3) - 1) * 0x1p-52);
}

static double input(test_random *random, size_t i) { return i % 4 == 3 ? place(i / 4) : draw(random, i); }

/* ------------------------------------------------------------------------------------------------ errors */

typedef struct {
    char name[32];
    vact_op op;
    vact_math math;
} subject;

static struct criterion_test_params subjects(bool both)
{
    static subject list[96];
    size_t count = 0;
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        if (info->kind != VACT_KIND_UNARY)
            continue;
        for (int sleef = 0; sleef < (both && VACT_WITH_SLEEF && info->needs_math && !info->own_math ? 2 : 1); sleef++) {
            subject s = {.op = info->op, .math = sleef ? VACT_MATH_SLEEF : VACT_MATH_FAST};
            snprintf(s.name, sizeof s.name, "%s", info->name);
            list[count++] = s;
        }
    }
    return cr_make_param_array(subject, list, count);
}

ParameterizedTestParameters(f64, values) { return subjects(true); }

ParameterizedTest(subject *s, f64, values, .timeout = 300)
{
    const vact_params_f64 params = f64_defaults(s->op);
    vact_unary_f64_fn *const kernel = vact_kernel_f64(s->op, VACT_ISA_AUTO, s->math);
    const double bound = s->math == VACT_MATH_SLEEF ? bound_sleef : bound_fast;
    test_random random = {(uint64_t)s->op};
    mpfr_t exact;
    mpfr_init2(exact, F64_EXACT_BITS);
    for (size_t i = 0; i < SAMPLES; i++) {
        const double x = input(&random, i);
        double y;
        if (!isfinite(x) || x == 0.0)
            continue;
        kernel(&y, &x, 1, NULL);
        f64_exact_value(exact, s->op, x, &params);
        const double error = f64_error(y, exact);
        cr_assert(error <= bound, "%s(%a) is %a: %g ULP", s->name, x, y, error);
        cr_assert(!signbit(y) == !mpfr_signbit(exact) || (y == 0.0 && mpfr_zero_p(exact)), "%s(%a): sign", s->name, x);
    }
    mpfr_clear(exact);
    mpfr_free_cache();
}

/* The error of a slope next to its zero: there 2^-53 counts as an ULP, if that is more. */
static double slope_error(double dx, mpfr_t exact)
{
    const double error = f64_error(dx, exact), size = fabs(mpfr_get_d(exact, MPFR_RNDN));
    const double spacing = ldexp(1.0, (size > 0x1p-1000 ? ilogb(size) : -1000) - 52);
    return fmin(error, error * spacing / 0x1p-53);
}

static bool has_zero(vact_op op)
{
    switch ((int)op) {
    case VACT_OP_GELU:
    case VACT_OP_GELU_TANH:
    case VACT_OP_GELU_QUICK:
    case VACT_OP_SILU:
    case VACT_OP_SWISH:
    case VACT_OP_MISH:
    case VACT_OP_HARD_SWISH:
    case VACT_OP_XIELU: return true;
    default: return false;
    }
}

ParameterizedTestParameters(f64, slopes) { return subjects(false); }

ParameterizedTest(subject *s, f64, slopes, .timeout = 300)
{
    if (!VACT_WITH_GRADIENTS)
        cr_skip("a library without gradients");
    const vact_params_f64 params = f64_defaults(s->op);
    test_random random = {(uint64_t)s->op + 1000};
    mpfr_t exact;
    mpfr_init2(exact, F64_EXACT_BITS);
    for (size_t i = 0; i < SLOPES; i++) {
        const double x = input(&random, i), dy = ldexp(1.0 + test_random_unit(&random), (int)(i % 11) * 100 - 500);
        double dx;
        if (!isfinite(x) || fabs(x) < 1e-200 || fabs(x) > 1e6 || x * 64.0 == rint(x * 64.0)) /* which may be a kink */
            continue;
        vact_backward_kernel_f64(s->op, VACT_ISA_AUTO, s->math)(&dx, &dy, &x, 1, NULL);
        f64_exact_slope(exact, s->op, x, &params);
        const bool near_zero = has_zero(s->op) && x > -1.6 && x < -0.3;
        if (near_zero) { /* the absolute error of the slope, in units of 2^-53 */
            const double one = 1.0;
            vact_backward_kernel_f64(s->op, VACT_ISA_AUTO, s->math)(&dx, &one, &x, 1, NULL);
            const double error = slope_error(dx, exact);
            cr_assert(error <= bound_fast, "%s'(%a) is %a: %g", s->name, x, dx, error);
            continue;
        }
        mpfr_mul_d(exact, exact, dy, MPFR_RNDN);
        const double error = f64_error(dx, exact);
        cr_assert(error <= bound_fast, "%a*%s'(%a) is %a: %g ULP", dy, s->name, x, dx, error);
    }
    mpfr_clear(exact);
    mpfr_free_cache();
}

/* The control: what is two ULP off does not pass. */
Test(f64, two_units_are_seen)
{
    mpfr_t exact;
    mpfr_init2(exact, F64_EXACT_BITS);
    const vact_params_f64 none = {{0.0}};
    for (int i = -30; i < 30; i++) {
        const double x = ldexp(1.3, i);
        double y;
        vact_sigmoid_f64(&y, &x, 1);
        f64_exact_value(exact, VACT_OP_SIGMOID, x, &none);
        cr_expect(f64_error(y, exact) <= bound_fast);
        cr_expect(f64_error(from_bits(bits_of(y) + 2), exact) > bound_fast, "%a", x);
        cr_expect(f64_error(-y, exact) > bound_fast && f64_error(NAN, exact) > bound_fast);
    }
    mpfr_clear(exact);
    mpfr_free_cache();
}

/* ------------------------------------------------------------------------------------------------- bits */

/* Parameters to try, the defaults first. */
static size_t parameters(const vacti_op_info *info, vact_params_f64 *list)
{
    vact_params_f32 of_float[TEST_PARAMS_LIMIT];
    const size_t count = test_params(info, of_float);
    list[0] = f64_defaults(info->op);
    for (size_t k = 1; k < count; k++)
        for (size_t i = 0; i < 4; i++)
            list[k].v[i] = (double)of_float[k].v[i];
    return info->param_count == 0 ? 1 : count;
}

static void fill(double *x, size_t n, uint64_t seed)
{
    static const double specials[] = {0.0, -0.0,      INFINITY,   -INFINITY,
                                      NAN, 0x1p-1074, -0x1p-1074, 0x1.fffffffffffffp+1023};
    test_random random = {seed};
    for (size_t i = 0; i < n; i++)
        x[i] = i % 31 == 0 ? specials[i / 31 % 8] : input(&random, i);
}

static void expect_same(const double *a, const double *b, const double *x, size_t n, const char *what,
                        const char *build)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(bits_of(a[i]) == bits_of(b[i]), "%s on %s at %a: %a, not %a", what, build, x[i], a[i], b[i]);
}

static void compare_builds(const vacti_table *table, const vacti_table *reference, const vacti_op_info *info)
{
    static double x[MOST], dy[MOST], a[MOST], b[MOST];
    static vact_params_f64 params[TEST_PARAMS_LIMIT];
    const unsigned slot = VACT_OP_SLOT(info->op);
    const size_t n = TEST_SANITIZED ? 200 : 1000, count = parameters(info, params);
    for (size_t k = 0; k < count; k++) {
        fill(x, n, (uint64_t)info->op + k);
        fill(dy, n, (uint64_t)info->op + k + 77);
        table->unary_f64[slot](a, x, n, &params[k]);
        reference->unary_f64[slot](b, x, n, &params[k]);
        expect_same(a, b, x, n, info->name, table->build);
        if (!VACT_WITH_GRADIENTS)
            continue;
        table->backward_f64[slot](a, dy, x, n, &params[k]);
        reference->backward_f64[slot](b, dy, x, n, &params[k]);
        expect_same(a, b, x, n, info->name, table->build);
        if (!info->keeps_output)
            continue;
        table->from_output_f64[slot](a, dy, x, n, &params[k]);
        reference->from_output_f64[slot](b, dy, x, n, &params[k]);
        expect_same(a, b, x, n, info->name, table->build);
    }
}

static const vact_math variants[] = {VACT_MATH_FAST, VACT_MATH_SLEEF};

Test(f64, builds_have_the_same_bits, .timeout = 300)
{
    size_t compared = 0;
    for (size_t v = 0; v < 2; v++) {
        const vacti_table *reference = vacti_table_of_build("scalar_fma", variants[v]);
        for (size_t b = 0; b < vacti_build_count && reference != NULL && vacti_build_runs("scalar_fma"); b++) {
            const vacti_table *table = vacti_table_of_build(vacti_builds[b], variants[v]);
            /* without FMA SLEEF has other functions */
            if (table == NULL || table == reference || !vacti_build_runs(vacti_builds[b]) ||
                (v == 1 && strcmp(vacti_builds[b], "scalar") == 0))
                continue;
            for (size_t i = 0; i < vacti_registry_count; i++)
                if (vacti_registry[i].kind == VACT_KIND_UNARY) {
                    compare_builds(table, reference, &vacti_registry[i]);
                    compared++;
                }
        }
    }
    if (compared == 0)
        cr_skip("no two builds on this CPU");
}

/* ------------------------------------------------------------------------------------------------ limits */

/* Zeros, infinities and NaN are those of float: class and sign. */
static bool same_kind(double a, float b)
{
    if (isnan(b) || isnan(a))
        return isnan(a) && isnan(b);
    const float rounded = (float)a; /* which may be 0 or infinite where float's range ends */
    return !signbit(a) == !signbit(b) && !isinf(rounded) == !isinf(b) && (rounded == 0.0f) == (b == 0.0f);
}

static void compare_limits(const vacti_op_info *info, const vact_params_f32 *params, const vact_params_f64 *wide)
{
    static const double at[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -1.0, 2.5, -2.5};
    static const double slopes[] = {1.0, -1.0, 0.0, INFINITY, NAN};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        const double x = at[i];
        const float x_float = (float)x;
        double y;
        float y_float;
        vact_forward_f64(info->op, wide, &y, &x, 1);
        vact_forward_f32(info->op, params, &y_float, &x_float, 1);
        cr_assert(same_kind(y, y_float), "%s(%g; %g, %g) is %g, of float %g", info->name, x, wide->v[0], wide->v[1], y,
                  (double)y_float);
        for (size_t k = 0; k < sizeof slopes / sizeof slopes[0] && VACT_WITH_GRADIENTS; k++) {
            const double dy = slopes[k];
            const float dy_float = (float)dy;
            vact_backward_f64(info->op, wide, &y, &dy, &x, 1);
            vact_backward_f32(info->op, params, &y_float, &dy_float, &x_float, 1);
            /* not promised: what is within 2^-24 of 0 and its sign, infinity or NaN of an infinite dy, 0 times infinity
             */
            const bool either =
                (!isfinite(dy) && !isfinite(y) && (isinf(x) || !isfinite(y_float))) || (dy == 0.0 && isinf(x));
            cr_assert(either || same_kind(y, y_float) || fabs(y - (double)y_float) < 0x1p-24,
                      "%g*%s'(%g; %g, %g, %g) is %g, of float %g", dy, info->name, x, wide->v[0], wide->v[1],
                      wide->v[2], y, (double)y_float);
        }
    }
}

/* Whether float has the same limits: nothing overflows or underflows in it that does not in double. A parameter of -0
 * may give a zero of either sign. */
static bool is_moderate(const vact_params_f64 *params)
{
    for (size_t i = 0; i < 3; i++) {
        const double size = fabs(params->v[i]);
        if (size == 0.0 ? signbit(params->v[i]) != 0 : isfinite(size) && (size > 0x1p+60 || size < 0x1p-60))
            return false;
    }
    return true;
}

Test(f64, limits_are_those_of_float)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        vact_params_f32 params[TEST_PARAMS_LIMIT];
        vact_params_f64 wide[TEST_PARAMS_LIMIT];
        if (info->kind != VACT_KIND_UNARY)
            continue;
        const size_t count = test_params(info, params);
        parameters(info, wide);
        for (size_t k = 0; k < (info->param_count == 0 ? 1 : count); k++)
            if (is_moderate(&wide[k]))
                compare_limits(info, &params[k], &wide[k]);
    }
}

/* ------------------------------------------------------------------------------------------------ lengths */

Test(f64, every_length_and_in_place)
{
    double x[40], y[42], one[40], dy[40];
    for (size_t i = 0; i < 40; i++)
        x[i] = (double)i / 7.0 - 2.5, dy[i] = (double)i - 11.5;
    vact_gelu_f64(one, x, 40);
    for (size_t n = 0; n <= 40; n++)
        for (size_t first = 0; first + n <= 40; first += 3) {
            for (size_t i = 0; i < 42; i++)
                y[i] = 77.0;
            cr_assert(vact_gelu_f64(y + 1, x + first, n) == VACT_OK);
            cr_assert(memcmp(y + 1, one + first, n * sizeof *y) == 0 && y[0] == 77.0 && y[n + 1] == 77.0);
            memcpy(y + 1, x + first, n * sizeof *y);
            cr_assert(vact_gelu_f64(y + 1, y + 1, n) == VACT_OK);
            cr_assert(memcmp(y + 1, one + first, n * sizeof *y) == 0);
        }
    if (!VACT_WITH_GRADIENTS)
        return;
    vact_silu_backward_f64(one, dy, x, 40);
    for (size_t n = 0; n <= 40; n++) {
        for (size_t i = 0; i < 42; i++)
            y[i] = 77.0;
        memcpy(y + 1, dy, n * sizeof *y);
        cr_assert(vact_silu_backward_f64(y + 1, y + 1, x, n) == VACT_OK);
        cr_assert(memcmp(y + 1, one, n * sizeof *y) == 0 && y[0] == 77.0 && y[n + 1] == 77.0);
    }
}

/* ---------------------------------------------------------------------------------------------- arguments */

#define EXPECT(wanted, call) cr_expect((call) == (wanted), "%s", #call)

Test(f64, arguments_are_checked)
{
    double a[16] = {1.0}, b[16] = {2.0}, c[16] = {3.0};
    EXPECT(VACT_EINVAL, vact_gelu_f64(NULL, a, 4));
    EXPECT(VACT_EINVAL, vact_gelu_f64(a, NULL, 4));
    EXPECT(VACT_OK, vact_gelu_f64(NULL, NULL, 0));
    EXPECT(VACT_EINVAL, vact_gelu_f64(a, b, SIZE_MAX / 8));
    EXPECT(VACT_EOVERLAP, vact_gelu_f64(a + 1, a, 4));
    EXPECT(VACT_EINVAL, vact_elu_f64(a, b, 4, NAN));
    EXPECT(VACT_EINVAL, vact_elu_f64(a, b, 4, INFINITY));
    EXPECT(VACT_OK, vact_elu_f64(a, b, 4, 1e-300)); /* no float */
    EXPECT(VACT_EINVAL, vact_celu_f64(a, b, 4, 0.0));
    EXPECT(VACT_OK, vact_celu_f64(a, b, 4, 1e300));
    EXPECT(VACT_EINVAL, vact_softplus_f64(a, b, 4, -1e-300, 20.0));
    EXPECT(VACT_EINVAL, vact_forward_f64(VACT_OP_GLU, NULL, a, b, 4));
    EXPECT(VACT_EINVAL, vact_forward_f64((vact_op)0x1ff, NULL, a, b, 4));
    EXPECT(VACT_OK, vact_forward(VACT_OP_ELU, NULL, a, VACT_F64, b, VACT_F64, 4));
    EXPECT(VACT_EUNSUPPORTED, vact_forward(VACT_OP_ELU, NULL, a, VACT_F64, b, VACT_F32, 4));
    EXPECT(VACT_EUNSUPPORTED, vact_gate(VACT_OP_GLU, NULL, NULL, a, VACT_F64, b, c, VACT_F64, 4));
    cr_expect(vact_kernel_f64(VACT_OP_GLU, VACT_ISA_AUTO, VACT_MATH_AUTO) == NULL);
    cr_expect(vact_kernel_f64(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_AUTO) ==
              vact_kernel_f64(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_FAST));
    if (!VACT_WITH_GRADIENTS) {
        EXPECT(VACT_EUNSUPPORTED, vact_gelu_backward_f64(a, b, c, 4));
        return;
    }
    EXPECT(VACT_EOVERLAP, vact_gelu_backward_f64(a, a + 1, c, 4));
    EXPECT(VACT_EINVAL, vact_gelu_backward_f64(a, b, NULL, 4));
    EXPECT(VACT_EINVAL, vact_backward_from_output_f64(VACT_OP_GELU, NULL, a, b, c, 4));
    EXPECT(VACT_EINVAL, vact_elu_backward_from_output_f64(a, b, c, 4, -1.0));
    EXPECT(VACT_OK, vact_elu_backward_from_output_f64(a, b, c, 4, 1.0));
}
