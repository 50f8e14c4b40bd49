/*
 * The correctly rounded scalar functions (kernels/exact): against MPFR, bit for bit; and the relative errors of the
 * functions in double-double that they share.
 *
 * MPFR decides a part of the random inputs, and all whose exact value lies near a midpoint between floats. For the
 * others the double oracle says how the value rounds: it is within 2^-45 of it, and test_reference.c holds it to MPFR.
 */
#include <float.h>
#include <math.h>

#include "kernels/exact/exact.h"
#include "kernels/exact/functions.h"
#include "kernels/reference/mpfr/exact.h"
#include "kernels/reference/reference.h"
#include "support.h"

typedef struct operation {
    vact_op op;
    vacti_exact_fn *function;
} operation;

static const operation operations[] = {
    {VACT_OP_EXP, vacti_exact_exp},
    {VACT_OP_SIGMOID, vacti_exact_sigmoid},
    {VACT_OP_SILU, vacti_exact_silu},
    {VACT_OP_SWISH, vacti_exact_swish},
    {VACT_OP_TANH, vacti_exact_tanh},
    {VACT_OP_GELU_QUICK, vacti_exact_gelu_quick},
    {VACT_OP_GELU_TANH, vacti_exact_gelu_tanh},
    {VACT_OP_MISH, vacti_exact_mish},
    {VACT_OP_ELU, vacti_exact_elu},
    {VACT_OP_CELU, vacti_exact_celu},
    {VACT_OP_SELU, vacti_exact_selu},
    {VACT_OP_SOFTPLUS, vacti_exact_softplus},
    {VACT_OP_LOG_SIGMOID, vacti_exact_log_sigmoid},
    {VACT_OP_SQRT_SOFTPLUS, vacti_exact_sqrt_softplus},
    {VACT_OP_SOFTCAP, vacti_exact_softcap},
    {VACT_OP_TANH_SHRINK, vacti_exact_tanh_shrink},
    {VACT_OP_GELU, vacti_exact_gelu},
    {VACT_OP_ERF, vacti_exact_erf},
    {VACT_OP_XIELU, vacti_exact_xielu},
    {VACT_OP_SOFTSIGN, vacti_exact_softsign},
    {VACT_OP_HARD_SWISH, vacti_exact_hard_swish},
};

enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/* Parameters at the ends of the range, beside those of test_params. */
static const struct {
    vact_op op;
    vact_params_f32 params;
} extremes[] = {
    {VACT_OP_SWISH, {{1e-44f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_SWISH, {{-FLT_MAX, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_SWISH, {{-1e-30f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_SWISH, {{0.0f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_ELU, {{0.5f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_ELU, {{-1e-44f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_ELU, {{FLT_MAX, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_ELU, {{0.0f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_CELU, {{1e-44f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_CELU, {{-1e-44f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_CELU, {{-FLT_MAX, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_CELU, {{FLT_MAX, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_SELU, {{-3.0f, 1e-44f, 0.0f, 0.0f}}},
    {VACT_OP_SELU, {{0.75f, 0.5f, 0.0f, 0.0f}}},
    {VACT_OP_SELU, {{FLT_MAX, -1e-38f, 0.0f, 0.0f}}},
    {VACT_OP_SELU, {{2.0f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_SOFTPLUS, {{1e-44f, 20.0f, 0.0f, 0.0f}}},
    {VACT_OP_SOFTPLUS, {{FLT_MAX, 20.0f, 0.0f, 0.0f}}},
    {VACT_OP_SOFTPLUS, {{2.0f, INFINITY, 0.0f, 0.0f}}},
    {VACT_OP_SOFTPLUS, {{2.0f, -INFINITY, 0.0f, 0.0f}}},
    {VACT_OP_SOFTCAP, {{1e-44f, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_SOFTCAP, {{FLT_MAX, 0.0f, 0.0f, 0.0f}}},
    {VACT_OP_XIELU, {{1e-44f, -FLT_MAX, 1.0f, 0.0f}}},
    {VACT_OP_XIELU, {{FLT_MAX, FLT_MAX, -FLT_MAX, 0.0f}}},
    {VACT_OP_XIELU, {{-1.0f, 1.0f, 1.0f, 0.0f}}},
    {VACT_OP_XIELU, {{-1.0f, 1.0f, 1e-10f, 0.0f}}},
    {VACT_OP_HARD_SWISH, {{-FLT_MAX, 1.0f, 0.0f, 0.0f}}},
    {VACT_OP_HARD_SWISH, {{0.0f, 0.3f, 0.0f, 0.0f}}},
    {VACT_OP_HARD_SWISH, {{1e-44f, 1e-44f, 0.0f, 0.0f}}},
    {VACT_OP_HARD_SWISH, {{0.5f, 1e-30f, 0.0f, 0.0f}}},
};

/* ------------------------------------------------------------------------------------ one comparison */

typedef struct comparison {
    const operation *which;
    vacti_exact_fn *function; /* the operation's, or one that must fail */
    vact_params_f32 params;
    mpfr_t exact;
    test_random random;
    unsigned long tried, wrong, decided; /* decided: by MPFR */
    float first;                         /* of the wrong */
} comparison;

static bool near_midpoint(double value)
{
    const double magnitude = fabs(value);
    if (!(magnitude > 0x1p-151 && magnitude < 0x1p129)) /* 0 or infinity */
        return false;
    const int exponent = ilogb(magnitude) < -126 ? -126 : ilogb(magnitude);
    const double spacings = ldexp(magnitude, 23 - exponent), fraction = spacings - floor(spacings);
    return fabs(fraction - 0.5) < 0x1p-20;
}

static void compare(comparison *c, float x, bool by_mpfr)
{
    if (!isfinite(x) || x == 0.0f)
        return;
    const double value = vacti_reference_f32(c->which->op)((double)x, &c->params);
    float right = (float)value;
    if (by_mpfr || near_midpoint(value)) {
        exact_f32(c->which->op, c->exact, x, c->params.v);
        right = mpfr_get_flt(c->exact, MPFR_RNDN);
        c->decided++;
    }
    c->tried++;
    if (!test_same(right, c->function(x, &c->params)) && c->wrong++ == 0)
        c->first = x;
}

static void compare_exponents(comparison *c, int mantissas)
{
    for (uint32_t exponent = 0; exponent < 2 * 255; exponent++) { /* and sign */
        const uint32_t upper = (exponent % 255) << 23 | (exponent / 255) << 31;
        for (int i = 0; i < mantissas; i++)
            compare(c, test_from_bits(upper | (test_random_next(&c->random) & 0x7fffff)), i % 50 == 0);
        for (uint32_t k = 0; k < 4; k++) { /* few bits, where sums and products are midpoints in leading order */
            compare(c, test_from_bits(upper | k), k == 0);
            compare(c, test_from_bits(upper | (k << 20)), false);
            compare(c, test_from_bits(upper | (0x7fffff - k)), false);
        }
    }
}

static void compare_subnormals(comparison *c)
{
    for (uint32_t bits = 1; bits < 200; bits++) {
        compare(c, test_from_bits(bits), bits % 8 == 1);
        compare(c, test_from_bits(bits | 0x80000000), bits % 8 == 1);
    }
}

/* Where the functions change their form, or the result becomes subnormal, overflows or saturates. */
static void compare_thresholds(comparison *c)
{
    static const double thresholds[] = {0x1p-26, 0x1p-25, 0x1p-13, 0x1p-12, 0.00541, 0.125, 0.25,  0.5,   1.0,
                                        2.0,     3.0,     3.9,     6.0,     8.3,     9.1,   10.9,  11.0,  12.0,
                                        14.2,    14.5,    17.3,    20.0,    60.0,    64.0,  66.0,  87.34, 88.73,
                                        89.0,    103.28,  103.98,  104.0,   107.0,   110.0, 200.0, 207.9, 210.0};
    const double scale = c->params.v[0] == 0.0f ? 1.0 : fabs((double)c->params.v[0]);
    for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (int step = -12; step <= 12; step++) {
                compare(c, test_step((float)(sign * thresholds[i]), step), false);
                compare(c, test_step((float)(sign * thresholds[i] / scale), step), false);
                compare(c, test_step((float)(sign * thresholds[i] * scale), step), false);
            }
}

static void compare_all(comparison *c, int mantissas)
{
    compare_exponents(c, mantissas);
    compare_subnormals(c);
    compare_thresholds(c);
    for (int i = 0; i < 25 * mantissas; i++)
        compare(c, (float)(24.0 * test_random_unit(&c->random) - 12.0), i % 10 == 0);
}

static comparison start(const operation *which, vacti_exact_fn *function, vact_params_f32 params)
{
    comparison c = {which, function, params, {{0}}, {0x9e3779b97f4a7c15 + (uint64_t)which->op}, 0, 0, 0, 0.0f};
    mpfr_init2(c.exact, EXACT_BITS);
    return c;
}

static void expect_right(comparison *c)
{
    cr_expect(c->wrong == 0, "%s(%a, %a, %a): %lu of %lu misrounded, the first at %a",
              vacti_registry_by_code(c->which->op)->name, (double)c->params.v[0], (double)c->params.v[1],
              (double)c->params.v[2], c->wrong, c->tried, (double)c->first);
    mpfr_clear(c->exact);
}

/* ---------------------------------------------------------------------------------------- operations */

ParameterizedTestParameters(exact_functions, default_parameters)
{
    static int indices[OPERATIONS];
    for (int k = 0; k < OPERATIONS; k++)
        indices[k] = k;
    return cr_make_param_array(int, indices, OPERATIONS);
}

ParameterizedTest(int *index, exact_functions, default_parameters)
{
    const operation *which = &operations[*index];
    comparison c = start(which, which->function, vacti_registry_defaults(vacti_registry_by_code(which->op)));
    compare_all(&c, TEST_SANITIZED ? 20 : 200);
    expect_right(&c);
}

Test(exact_functions, other_parameters)
{
    static vact_params_f32 params[TEST_PARAMS_LIMIT];
    for (size_t k = 0; k < OPERATIONS; k++) {
        const vacti_op_info *info = vacti_registry_by_code(operations[k].op);
        const size_t count = info->param_count == 0 ? 0 : test_params(info, params);
        for (size_t i = 1; i < count; i += 6) { /* of many */
            comparison c = start(&operations[k], operations[k].function, params[i]);
            c.random.state += i;
            compare_all(&c, 1);
            expect_right(&c);
        }
        for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++)
            if (extremes[i].op == info->op) {
                comparison c = start(&operations[k], operations[k].function, extremes[i].params);
                compare_all(&c, 4);
                expect_right(&c);
            }
    }
}

static const operation *operation_of(vact_op op)
{
    for (size_t k = 0; k < OPERATIONS; k++)
        if (operations[k].op == op)
            return &operations[k];
    return NULL;
}

/* The leading terms are a midpoint between floats or cancel entirely. */
Test(exact_functions, a_small_term_decides)
{
    static const struct {
        vact_op op;
        float x;
        vact_params_f32 params;
    } cases[] = {
        {VACT_OP_SELU, -100.0f, {{0x1.000002p+0f, 1.5f, 0.0f, 0.0f}}},
        {VACT_OP_SELU, -400.0f, {{0x1.000002p+0f, 1.5f, 0.0f, 0.0f}}},
        {VACT_OP_ELU, -0x1p-149f, {{1.5f, 0.0f, 0.0f, 0.0f}}},
        {VACT_OP_XIELU, -64.0f, {{0.0f, 1.0f, 0.984375f, 0.0f}}},
        {VACT_OP_XIELU, -0x1p-90f, {{0.0f, 0x1p126f, 0x1p35f, 0.0f}}},
        {VACT_OP_XIELU, -0x1p-20f, {{0.0f, 1.0f, 0x1p-21f, 0.0f}}},
        {VACT_OP_XIELU, -0x1.8p-148f, {{0.0f, -1.0f, 0.5f, 0.0f}}},
        {VACT_OP_TANH_SHRINK, 3 * 0x1p-50f, {{0.0f, 0.0f, 0.0f, 0.0f}}},
        {VACT_OP_TANH_SHRINK, -9 * 0x1p-50f, {{0.0f, 0.0f, 0.0f, 0.0f}}},
        {VACT_OP_TANH_SHRINK, 0x1.000002p+24f, {{0.0f, 0.0f, 0.0f, 0.0f}}},
        {VACT_OP_HARD_SWISH, 3 * 0x1p-149f, {{1.0f, 0.5f, 0.0f, 0.0f}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const operation *which = operation_of(cases[i].op);
        comparison c = start(which, which->function, cases[i].params);
        compare(&c, cases[i].x, true);
        expect_right(&c);
    }
    /* e^x is beyond MPFR's bits; at -infinity it is 0, and the tie is one */
    const vact_params_f32 midpoint = {{0x1.000002p+0f, 1.5f, 0.0f, 0.0f}};
    cr_expect(vacti_exact_selu(-FLT_MAX, &midpoint) == -0x1.800002p+0f);
    cr_expect(vacti_exact_selu(-INFINITY, &midpoint) == -0x1.800004p+0f);
}

/* Of many operations the input whose value lies nearest to a midpoint between normal floats, at default parameters:
 * 2^-77 relative for the first three, 2^-50 to 2^-57 for the others; for xielu it is one. docs/approximations/
 * exact_sweep.c found them. */
Test(exact_functions, nearest_to_midpoints)
{
    static const struct {
        vact_op op;
        float x;
    } cases[] = {
        {VACT_OP_SIGMOID, -0x1p-24f},         {VACT_OP_SILU, -0x1p-24f},         {VACT_OP_SWISH, -0x1p-24f},
        {VACT_OP_SOFTPLUS, 0x1.d483ap-12f},   {VACT_OP_GELU, 0x1.6148dep-16f},   {VACT_OP_GELU_TANH, 0x1.6148dep-16f},
        {VACT_OP_GELU_QUICK, 0x1.e2fa4ep-9f}, {VACT_OP_MISH, -0x1.4p-24f},       {VACT_OP_ERF, 0x1.81d5acp-13f},
        {VACT_OP_TANH, 0x1.86fbc4p-10f},      {VACT_OP_EXP, -0x1.d2259ap+3f},    {VACT_OP_ELU, -0x1.eb97f8p-19f},
        {VACT_OP_SELU, 0x1.4169d2p-25f},      {VACT_OP_SOFTSIGN, 0x1.82f71p-8f}, {VACT_OP_XIELU, 0.5f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const operation *which = operation_of(cases[i].op);
        comparison c = start(which, which->function, vacti_registry_defaults(vacti_registry_by_code(which->op)));
        for (int step = -1; step <= 1; step++)
            compare(&c, test_step(cases[i].x, step), true);
        expect_right(&c);
    }
}

/* Zeros, infinities and NaN, where limits count: the oracle has them. */
static void expect_specials(const operation *which, const vact_params_f32 *params)
{
    static const float specials[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, -NAN};
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        const float right = (float)vacti_reference_f32(which->op)((double)specials[i], params);
        const float result = which->function(specials[i], params);
        cr_expect(test_same(right, result), "%s(%a; %a, %a, %a): %a, not %a", vacti_registry_by_code(which->op)->name,
                  (double)specials[i], (double)params->v[0], (double)params->v[1], (double)params->v[2], (double)result,
                  (double)right);
    }
}

Test(exact_functions, special_values)
{
    static vact_params_f32 params[TEST_PARAMS_LIMIT];
    for (size_t k = 0; k < OPERATIONS; k++) {
        const size_t count = test_params(vacti_registry_by_code(operations[k].op), params);
        for (size_t i = 0; i < count; i++)
            expect_specials(&operations[k], &params[i]);
        for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++)
            if (extremes[i].op == operations[k].op)
                expect_specials(&operations[k], &extremes[i].params);
    }
}

/* ------------------------------------------------------------------------------------------ controls */

/* The operation in double, rounded to 30 bits and then to float: twice. */
static const operation *rounded_twice;

static float round_twice(float x, const vact_params_f32 *params)
{
    const double value = vacti_reference_f32(rounded_twice->op)((double)x, params);
    return (float)(isfinite(value) ? (value + value * 0x1p23) - value * 0x1p23 : value);
}

/* In double without a low part, which loses the term that decides near 0. */
static float silu_in_double(float x, const vact_params_f32 *params)
{
    (void)params;
    return (float)((double)x / (1.0 + exp(-(double)x)));
}

static float elu_in_double(float x, const vact_params_f32 *params)
{
    return x < 0.0f ? (float)((double)params->v[0] * expm1((double)x)) : x;
}

static void expect_wrong(const operation *which, vacti_exact_fn *function, vact_params_f32 params)
{
    comparison c = start(which, function, params);
    compare_all(&c, 20);
    cr_expect(c.wrong > 0, "%s: none of %lu misrounded", vacti_registry_by_code(which->op)->name, c.tried);
    mpfr_clear(c.exact);
}

Test(exact_functions, control_two_roundings_are_found)
{
    for (size_t k = 0; k < OPERATIONS; k++) {
        rounded_twice = &operations[k];
        expect_wrong(rounded_twice, round_twice, vacti_registry_defaults(vacti_registry_by_code(rounded_twice->op)));
    }
}

Test(exact_functions, control_lost_low_parts_are_found)
{
    const vact_params_f32 half = {{0.5f, 0.0f, 0.0f, 0.0f}};
    expect_wrong(operation_of(VACT_OP_SILU), silu_in_double, half);
    expect_wrong(operation_of(VACT_OP_ELU), elu_in_double, half);
}

/* ----------------------------------------------------------------------------------- relative errors */

enum { BITS = 400 };

static void mpfr_sigmoid_of(mpfr_t y, mpfr_t z)
{
    mpfr_neg(y, z, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_ui_div(y, 1, y, MPFR_RNDN);
}

static void mpfr_exp_of(mpfr_t y, mpfr_t z) { mpfr_exp(y, z, MPFR_RNDN); }

static void mpfr_expm1_of(mpfr_t y, mpfr_t z) { mpfr_expm1(y, z, MPFR_RNDN); }

static void mpfr_tanh_of(mpfr_t y, mpfr_t z) { mpfr_tanh(y, z, MPFR_RNDN); }

static void mpfr_log_exp_plus_one_of(mpfr_t y, mpfr_t z)
{
    mpfr_exp(y, z, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
}

static void mpfr_normal_tail_of(mpfr_t y, mpfr_t z)
{
    mpfr_sqrt_ui(y, 2, MPFR_RNDN);
    mpfr_div(y, z, y, MPFR_RNDN);
    mpfr_erfc(y, y, MPFR_RNDN);
    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
}

static void mpfr_normal_centre_of(mpfr_t y, mpfr_t z)
{
    mpfr_sqrt_ui(y, 2, MPFR_RNDN);
    mpfr_div(y, z, y, MPFR_RNDN);
    mpfr_erf(y, y, MPFR_RNDN);
    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
}

/* The bounds of functions.h. */
static const struct {
    const char *name;
    dd (*function)(dd);
    void (*exact)(mpfr_t, mpfr_t);
    double low, high, bound;
} shared[] = {
    {"exp", vacti_dd_exp, mpfr_exp_of, -300.0, 300.0, 0x1p-97},
    {"expm1", vacti_dd_expm1, mpfr_expm1_of, -110.0, 200.0, 0x1p-93},
    {"expm1", vacti_dd_expm1, mpfr_expm1_of, -0.01, 0.01, 0x1p-93},
    {"sigmoid", vacti_dd_sigmoid, mpfr_sigmoid_of, -200.0, 20.0, 0x1p-96},
    {"tanh", vacti_dd_tanh, mpfr_tanh_of, -12.0, 12.0, 0x1p-92},
    {"log_exp_plus_one", vacti_dd_log_exp_plus_one, mpfr_log_exp_plus_one_of, -210.0, 40.0, 0x1p-92},
    {"normal_tail", vacti_dd_normal_tail, mpfr_normal_tail_of, 0.0, 14.6, 0x1p-95},
    {"normal_centre", vacti_dd_normal_centre, mpfr_normal_centre_of, -0.75, 0.75, 0x1p-96},
};

/* Half of the arguments are uniform, half have all magnitudes down to 2^-64. */
static dd draw(double low, double high, test_random *random)
{
    const double shrink = test_random_next(random) % 2 ? exp2(-64.0 * test_random_unit(random)) : 1.0;
    const double z = (low + (high - low) * test_random_unit(random)) * shrink;
    return dd_two_sum(z, test_random_next(random) % 4 ? z * 0x1p-54 * test_random_unit(random) : 0.0);
}

static double worst_relative_error(size_t k, bool without_low)
{
    test_random random = {k + 1};
    double worst = 0.0;
    mpfr_t z, exact, error;
    mpfr_inits2(BITS, z, exact, error, (mpfr_ptr)NULL);
    for (int i = 0; i < 1000; i++) {
        const dd argument = draw(shared[k].low, shared[k].high, &random), value = shared[k].function(argument);
        mpfr_set_d(z, argument.hi, MPFR_RNDN);
        mpfr_add_d(z, z, argument.lo, MPFR_RNDN);
        shared[k].exact(exact, z);
        mpfr_d_sub(error, value.hi, exact, MPFR_RNDN);
        mpfr_add_d(error, error, without_low ? 0.0 : value.lo, MPFR_RNDN);
        mpfr_div(error, error, exact, MPFR_RNDN);
        worst = fmax(worst, fabs(mpfr_get_d(error, MPFR_RNDN)));
    }
    mpfr_clears(z, exact, error, (mpfr_ptr)NULL);
    return worst;
}

Test(exact_functions, relative_errors)
{
    for (size_t k = 0; k < sizeof shared / sizeof shared[0]; k++) {
        const double worst = worst_relative_error(k, false), plain = worst_relative_error(k, true);
        cr_expect(worst <= shared[k].bound, "%s: 2^%.1f", shared[k].name, log2(worst));
        cr_expect(plain > shared[k].bound, "%s without its low part: 2^%.1f", shared[k].name, log2(plain));
    }
}
