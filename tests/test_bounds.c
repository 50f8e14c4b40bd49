/*
 * The bound of every kernel in ULP: at default parameters over a stride through all bit patterns, the special
 * values and the worst inputs on record; over a range of parameters on a mixture of inputs. The full sweep of all
 * 2^32 inputs is `vact accuracy`.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "reference/reference.h"
#include "support.h"

/* Primes, so that no low bits repeat: about 2^17 bit patterns, 2^15 under a sanitizer. */
enum { STRIDE = TEST_SANITIZED ? 131101 : 32771, MIXTURE = TEST_SANITIZED ? 100 : 700 };

/* In pieces that are walked in cache: a long array is walked at several places side by side, where some lane is nearly
 * always special, so the form for common lanes would not be tested. */
static float *results_of(const test_subject *subject, const vact_params_f32 *params, const test_floats *inputs)
{
    enum { PIECE = 4093 };
    float *results = malloc(inputs->n * sizeof *results);
    cr_assert(results != NULL, "out of memory");
    for (size_t i = 0; i < inputs->n; i += PIECE)
        test_unary(subject->table, subject->info)(results + i, inputs->v + i,
                                                  inputs->n - i < PIECE ? inputs->n - i : PIECE, params);
    return results;
}

static void check_bound(const test_subject *subject, const vact_params_f32 *params, const test_floats *inputs)
{
    vact_params_f32 values = params != NULL ? *params : vacti_registry_defaults(subject->info);
    vacti_reference_fn *reference = vacti_reference_f32(subject->info->op);
    float *results = results_of(subject, params, inputs);
    double worst = 0.0;
    size_t worst_at = 0;
    for (size_t i = 0; i < inputs->n; i++) {
        const double x = (double)inputs->v[i];
        double error = vacti_forward_error(subject->info->op, &values, x, results[i], reference(x, &values));
        if (!(error <= worst)) {
            worst = error;
            worst_at = i;
            if (isnan(error))
                break;
        }
    }
    if (!(worst <= subject->bound))
        test_fail_error(subject, params, inputs->v[worst_at], reference((double)inputs->v[worst_at], &values),
                        results[worst_at], worst, "worst of %zu inputs", inputs->n);
    free(results);
}

TEST_CASES(bounds, defaults, test_cases(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    vact_params_f32 defaults = vacti_registry_defaults(subject.info);
    test_floats inputs = {0};
    test_add_specials(&inputs);
    test_add_kinks(&inputs, &defaults);
    test_add_hundredths(&inputs);
    test_add_recorded_worst(&inputs, subject.info);
    test_add_every(&inputs, 0, STRIDE);
    check_bound(&subject, NULL, &inputs);
    test_free(&inputs);
}

TEST_CASES(bounds, parameters, test_cases(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    test_random random = {2 + (uint64_t)subject.info->op};
    vact_params_f32 params[TEST_PARAMS_LIMIT];
    size_t count = test_params(subject.info, params);
    for (size_t i = 0; i < count; i++) {
        test_floats inputs = {0};
        test_add_mixture(&inputs, &params[i], &random, MIXTURE);
        check_bound(&subject, &params[i], &inputs);
        test_free(&inputs);
    }
}

static bool want_celu(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)build, (void)math;
    return info->op == VACT_OP_CELU;
}

/* A small negative alpha, beyond those that the bound was sampled for: x/alpha up to where alpha*e^(x/alpha) overflows,
 * and on. */
TEST_CASES(bounds, celu_of_small_negative_alpha, test_cases_that(VACT_KIND_UNARY, want_celu))
{
    static const float alphas[] = {-0x1p-20f, -0x1.8p-51f, -0x1p-60f, -0x1.234566p-99f, -0x1p-126f, -FLT_TRUE_MIN};
    test_subject subject = test_begin(which);
    test_random random = {3};
    for (size_t i = 0; i < sizeof alphas / sizeof alphas[0]; i++) {
        vact_params_f32 params = {{alphas[i]}};
        test_floats inputs = {0};
        test_add(&inputs, -INFINITY);
        test_add(&inputs, -FLT_MAX);
        for (int j = 0; j < 2000; j++)
            test_add(&inputs, (float)(250.0 * test_random_unit(&random) * (double)alphas[i]));
        check_bound(&subject, &params, &inputs);
        test_free(&inputs);
    }
}

/* Ranges promised by vact.h that a bound in ULP alone does not ensure. */
typedef struct range {
    vact_op op;
    float low, high;
} range;

static const range RANGES[] = {
    {VACT_OP_SIGMOID, 0.0f, 1.0f},          {VACT_OP_TANH, -1.0f, 1.0f},     {VACT_OP_LOG_SIGMOID, -INFINITY, -0.0f},
    {VACT_OP_EXP, 0.0f, INFINITY},          {VACT_OP_RELU6, 0.0f, 6.0f},     {VACT_OP_HARD_SIGMOID, 0.0f, 1.0f},
    {VACT_OP_HARD_SIGMOID6, 0.0f, 1.0f},    {VACT_OP_SOFTSIGN, -1.0f, 1.0f}, {VACT_OP_HARDTANH, -1.0f, 1.0f},
    {VACT_OP_SOFTPLUS, 0.0f, INFINITY},     {VACT_OP_RELU, -0.0f, INFINITY}, {VACT_OP_ELU, -1.0f, INFINITY},
    {VACT_OP_RELU_SQUARED, 0.0f, INFINITY}, {VACT_OP_CELU, -1.0f, INFINITY},
};

TEST_CASES(bounds, ranges, test_cases(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    test_floats inputs = {0};
    float *results;
    test_add_specials(&inputs);
    test_add_every(&inputs, 1, STRIDE);
    results = results_of(&subject, NULL, &inputs);
    for (size_t r = 0; r < sizeof RANGES / sizeof RANGES[0]; r++) {
        if (RANGES[r].op != subject.info->op)
            continue;
        for (size_t i = 0; i < inputs.n; i++) {
            if (results[i] < RANGES[r].low || (results[i] == 0.0f && RANGES[r].high == 0.0f && !signbit(results[i])))
                test_fail_bits(&subject, NULL, inputs.v[i], RANGES[r].low, results[i], "below its range");
            if (results[i] > RANGES[r].high)
                test_fail_bits(&subject, NULL, inputs.v[i], RANGES[r].high, results[i], "above its range");
        }
    }
    free(results);
    test_free(&inputs);
}
