/*
 * Values that vact.h states explicitly, written by hand and so independent of the oracle: zeros and their signs,
 * infinities, NaN, kinks, and a few textbook figures.
 */
#include <float.h>
#include <math.h>

#include "reference/reference.h"
#include "support.h"

enum { EXPECTED_LIMIT = 8 };

typedef struct promise {
    vact_op op;
    float params[3];
    struct {
        float x, y;
    } pairs[EXPECTED_LIMIT]; /* ends at the first pair of two +0, but for the first one */
} promise;

/* At default parameters where the operation has any: the values stand here again on purpose. */
static const promise PROMISES[] = {
    {VACT_OP_RELU, {0}, {{-0.0f, -0.0f}, {-1.0f, 0.0f}, {-INFINITY, 0.0f}, {INFINITY, INFINITY}, {1e-45f, 1e-45f}}},
    {VACT_OP_RELU6,
     {0},
     {{-0.0f, -0.0f}, {-2.0f, 0.0f}, {6.5f, 6.0f}, {INFINITY, 6.0f}, {-INFINITY, 0.0f}, {3.0f, 3.0f}}},
    {VACT_OP_RELU_SQUARED,
     {0},
     {{-0.0f, 0.0f}, {-2.0f, 0.0f}, {3.0f, 9.0f}, {FLT_MAX, INFINITY}, {-INFINITY, 0.0f}, {1e-23f, 0.0f}}},
    {VACT_OP_LEAKY_RELU, {0.01f}, {{-0.0f, -0.0f}, {-100.0f, -1.0f}, {INFINITY, INFINITY}, {-INFINITY, -INFINITY}}},
    {VACT_OP_LEAKY_RELU, {0.0f}, {{-0.0f, -0.0f}, {-100.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}}},
    {VACT_OP_ELU, {1.0f}, {{-0.0f, -0.0f}, {-INFINITY, -1.0f}, {INFINITY, INFINITY}, {-200.0f, -1.0f}, {2.5f, 2.5f}}},
    {VACT_OP_ELU, {3.0f}, {{-0.0f, -0.0f}, {-INFINITY, -3.0f}, {INFINITY, INFINITY}, {-200.0f, -3.0f}, {2.5f, 2.5f}}},
    {VACT_OP_CELU, {1.0f}, {{-0.0f, -0.0f}, {-INFINITY, -1.0f}, {INFINITY, INFINITY}, {2.5f, 2.5f}}},
    {VACT_OP_CELU, {2.0f}, {{-0.0f, -0.0f}, {-INFINITY, -2.0f}, {INFINITY, INFINITY}, {2.5f, 2.5f}}},
    {VACT_OP_SELU,
     {1.67326319217681884765625f, 1.05070102214813232421875f},
     {{-0.0f, -0.0f}, {-INFINITY, -1.75809934f}, {INFINITY, INFINITY}, {1.0f, 1.05070099f}}},
    {VACT_OP_GELU,
     {0},
     {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}, {-FLT_MAX, -0.0f}, {FLT_MAX, FLT_MAX}}},
    {VACT_OP_GELU_TANH,
     {0},
     {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}, {-FLT_MAX, -0.0f}, {FLT_MAX, FLT_MAX}}},
    {VACT_OP_GELU_QUICK,
     {0},
     {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}, {-FLT_MAX, -0.0f}, {FLT_MAX, FLT_MAX}}},
    {VACT_OP_SILU,
     {0},
     {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}, {-FLT_MAX, -0.0f}, {FLT_MAX, FLT_MAX}}},
    {VACT_OP_SWISH,
     {1.0f},
     {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}, {-FLT_MAX, -0.0f}, {FLT_MAX, FLT_MAX}}},
    {VACT_OP_SWISH,
     {0.0f},
     {{-0.0f, -0.0f}, {-INFINITY, -INFINITY}, {INFINITY, INFINITY}, {-3.0f, -1.5f}, {5.0f, 2.5f}}},
    {VACT_OP_SWISH, {-1.0f}, {{-0.0f, -0.0f}, {-INFINITY, -INFINITY}, {FLT_MAX, 0.0f}, {INFINITY, 0.0f}}},
    {VACT_OP_MISH,
     {0},
     {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}, {-FLT_MAX, -0.0f}, {FLT_MAX, FLT_MAX}}},
    {VACT_OP_SIGMOID,
     {0},
     {{-0.0f, 0.5f}, {0.0f, 0.5f}, {-INFINITY, 0.0f}, {INFINITY, 1.0f}, {FLT_MAX, 1.0f}, {-FLT_MAX, 0.0f}}},
    {VACT_OP_LOG_SIGMOID,
     {0},
     {{INFINITY, -0.0f},
      {-INFINITY, -INFINITY},
      {FLT_MAX, -0.0f},
      {-FLT_MAX, -FLT_MAX},
      {0.0f, -0.693147181f},
      {-200.0f, -200.0f}}},
    {VACT_OP_HARD_SIGMOID,
     {0.2f, 0.5f},
     {{-0.0f, 0.5f}, {-INFINITY, 0.0f}, {INFINITY, 1.0f}, {-3.0f, 0.0f}, {3.0f, 1.0f}}},
    {VACT_OP_HARD_SIGMOID, {0.0f, 0.25f}, {{-INFINITY, 0.25f}, {INFINITY, 0.25f}, {-0.0f, 0.25f}, {7.0f, 0.25f}}},
    {VACT_OP_HARD_SIGMOID6, {0}, {{-0.0f, 0.5f}, {-INFINITY, 0.0f}, {INFINITY, 1.0f}, {-3.0f, 0.0f}, {3.0f, 1.0f}}},
    {VACT_OP_SELU,
     {2.0f, 3.0f},
     {{-0.0f, -0.0f}, {-INFINITY, -6.0f}, {INFINITY, INFINITY}, {1.5f, 4.5f}, {-90.0f, -6.0f}}},
    {VACT_OP_SELU, {2.0f, 0.0f}, {{-INFINITY, -0.0f}, {INFINITY, 0.0f}, {1.5f, 0.0f}, {-1.0f, -0.0f}}},
    {VACT_OP_HARD_SWISH, {1.0f, 0.25f}, {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, INFINITY}, {0.5f, 0.375f}}},
    {VACT_OP_HARD_SWISH, {0.0f, 0.25f}, {{-0.0f, -0.0f}, {-INFINITY, -INFINITY}, {INFINITY, INFINITY}, {2.0f, 0.5f}}},
    {VACT_OP_HARD_SWISH, {-1.0f, 0.5f}, {{-0.0f, -0.0f}, {-INFINITY, -INFINITY}, {INFINITY, 0.0f}, {-2.0f, -2.0f}}},
    {VACT_OP_HARD_SWISH,
     {1.0f / 6.0f, 0.5f},
     {{-0.0f, -0.0f},
      {-INFINITY, -0.0f},
      {INFINITY, INFINITY},
      {-3.0f, -0.0f},
      {-4.0f, -0.0f},
      {3.0f, 3.0f},
      {FLT_MAX, FLT_MAX},
      {-FLT_MAX, -0.0f}}},
    {VACT_OP_TANH, {0}, {{-0.0f, -0.0f}, {-INFINITY, -1.0f}, {INFINITY, 1.0f}, {FLT_MAX, 1.0f}, {1e-45f, 1e-45f}}},
    {VACT_OP_TANH_SHRINK,
     {0},
     {{-0.0f, -0.0f}, {-INFINITY, -INFINITY}, {INFINITY, INFINITY}, {FLT_MAX, FLT_MAX}, {-1e-30f, -0.0f}}},
    {VACT_OP_HARDTANH, {-1.0f, 1.0f}, {{-0.0f, -0.0f}, {-INFINITY, -1.0f}, {INFINITY, 1.0f}, {0.75f, 0.75f}}},
    {VACT_OP_HARDTANH, {-INFINITY, 4.0f}, {{-0.0f, -0.0f}, {-INFINITY, -INFINITY}, {INFINITY, 4.0f}, {-9.0f, -9.0f}}},
    {VACT_OP_HARDTANH,
     {2.0f, -1.0f},
     {{-0.0f, -1.0f}, {-INFINITY, -1.0f}, {INFINITY, -1.0f}, {1.5f, -1.0f}}}, /* hi wins */
    {VACT_OP_SOFT_SHRINK,
     {0.5f},
     {{-0.0f, -0.0f}, {-0.5f, -0.0f}, {0.25f, 0.0f}, {-INFINITY, -INFINITY}, {2.0f, 1.5f}, {-2.0f, -1.5f}}},
    {VACT_OP_SOFT_SHRINK,
     {INFINITY},
     {{-0.0f, -0.0f}, {-FLT_MAX, -0.0f}, {FLT_MAX, 0.0f}, {INFINITY, 0.0f}, {-INFINITY, -0.0f}}},
    {VACT_OP_HARD_SHRINK, {0.5f}, {{-0.0f, -0.0f}, {-0.5f, -0.0f}, {0.5f, 0.0f}, {-INFINITY, -INFINITY}, {2.0f, 2.0f}}},
    {VACT_OP_THRESHOLD,
     {0.0f, 7.0f},
     {{-0.0f, 7.0f}, {-1.0f, 7.0f}, {1e-45f, 1e-45f}, {-INFINITY, 7.0f}, {INFINITY, INFINITY}}},
    {VACT_OP_THRESHOLDED_RELU,
     {1.0f},
     {{-0.0f, -0.0f}, {1.0f, 0.0f}, {-1.0f, 0.0f}, {1.5f, 1.5f}, {INFINITY, INFINITY}, {-INFINITY, 0.0f}}},
    {VACT_OP_SOFTPLUS,
     {1.0f, 20.0f},
     {{-INFINITY, 0.0f},
      {INFINITY, INFINITY},
      {-0.0f, 0.693147181f},
      {-200.0f, 0.0f},
      {20.5f, 20.5f},
      {FLT_MAX, FLT_MAX}}},
    {VACT_OP_SOFTPLUS, {1.0f, -INFINITY}, {{-INFINITY, 0.0f}, {-3.0f, -3.0f}, {INFINITY, INFINITY}}},
    {VACT_OP_SOFTSIGN,
     {0},
     {{-0.0f, -0.0f}, {-INFINITY, -1.0f}, {INFINITY, 1.0f}, {1.0f, 0.5f}, {FLT_MAX, 1.0f}, {-FLT_MAX, -1.0f}}},
    {VACT_OP_EXP,
     {0},
     {{-0.0f, 1.0f}, {0.0f, 1.0f}, {-INFINITY, 0.0f}, {INFINITY, INFINITY}, {88.722839f, INFINITY}, {-104.0f, 0.0f}}},
    {VACT_OP_IDENTITY, {0}, {{-0.0f, -0.0f}, {1e-45f, 1e-45f}, {-INFINITY, -INFINITY}, {FLT_MAX, FLT_MAX}}},
    {VACT_OP_SOFTCAP,
     {30.0f},
     {{-0.0f, -0.0f}, {-INFINITY, -30.0f}, {INFINITY, 30.0f}, {-FLT_MAX, -30.0f}, {1e-45f, 1e-45f}, {-0.01f, -0.01f}}},
    {VACT_OP_SOFTCAP, {FLT_MAX}, {{FLT_MAX, 2.59157047e38f}, {INFINITY, FLT_MAX}, {1e-45f, 1e-45f}, {-3.5f, -3.5f}}},
    {VACT_OP_SOFTCAP, {1e-45f}, {{FLT_MAX, 1e-45f}, {-INFINITY, -1e-45f}, {1e-45f, 1e-45f}, {-0.0f, -0.0f}}},
    {VACT_OP_XIELU,
     {0.8f, 0.8f, 0.5f},
     {{-0.0f, -0.0f}, {-INFINITY, INFINITY}, {INFINITY, INFINITY}, {1.0f, 1.3f}, {-2.0f, -0.091731755f}}},
    {VACT_OP_XIELU, {0.0f, 0.5f, 0.5f}, {{-0.0f, -0.0f}, {-INFINITY, -0.5f}, {INFINITY, INFINITY}, {-1e30f, -0.5f}}},
    {VACT_OP_XIELU, {0.0f, 0.0f, 0.0f}, {{-0.0f, -0.0f}, {-INFINITY, -0.0f}, {INFINITY, 0.0f}, {-3.0f, -0.0f}}},
    {VACT_OP_SQRT_SOFTPLUS,
     {0},
     {{-INFINITY, 0.0f},
      {INFINITY, INFINITY},
      {0.0f, 0.832554611f},
      {-170.0f, 1.2160993e-37f},
      {-208.0f, 0.0f},
      {64.0f, 8.0f}}},
    {VACT_OP_ERF, {0}, {{-0.0f, -0.0f}, {-INFINITY, -1.0f}, {INFINITY, 1.0f}, {0.5f, 0.520499878f}, {FLT_MAX, 1.0f}}},
};

static bool ends(const promise *promised, size_t i)
{
    return i > 0 && test_raw_bits(promised->pairs[i].x) == 0 && test_raw_bits(promised->pairs[i].y) == 0;
}

/* A transcendental function's value at a number is promised within its bound only; zeros and limits are exact. */
static bool keeps(const test_subject *subject, float x, float expected, float got)
{
    bool approximate = subject->info->needs_math && isfinite(x) && isfinite(expected) && expected != 0.0f;
    return approximate ? vacti_ulp_error(got, (double)expected) <= subject->bound + 0.5 : test_same(got, expected);
}

static void check_promise(const test_subject *subject, const promise *promised)
{
    vact_params_f32 params = {{promised->params[0], promised->params[1], promised->params[2], 0.0f}};
    for (size_t i = 0; i < EXPECTED_LIMIT && !ends(promised, i); i++) {
        float got, x = promised->pairs[i].x, expected = promised->pairs[i].y;
        test_unary(subject->table, subject->info)(&got, &x, 1, &params);
        if (!keeps(subject, x, expected, got))
            test_fail_bits(subject, &params, x, expected, got, "a promised value");
    }
}
TEST_CASES(special, promised_values, test_cases(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    bool found = false;
    for (size_t i = 0; i < sizeof PROMISES / sizeof PROMISES[0]; i++) {
        if (PROMISES[i].op == subject.info->op) {
            check_promise(&subject, &PROMISES[i]);
            found = true;
        }
    }
    if (!found)
        test_skip("%s: no value of it stands in this test", subject.info->name);
}

TEST_CASES(special, nan_in_nan_out, test_cases(VACT_KIND_UNARY))
{
    static const uint32_t nans[] = {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xff800001u, 0x7fffffffu, 0xffbfffffu};
    test_subject subject = test_begin(which);
    vact_params_f32 params[TEST_PARAMS_LIMIT];
    size_t count = test_params(subject.info, params);
    if (count == 0)
        params[count++] = vacti_registry_defaults(subject.info);
    for (size_t p = 0; p < count; p++) {
        for (size_t i = 0; i < sizeof nans / sizeof nans[0]; i++) {
            float src[2 * TEST_LANES + 1], dst[2 * TEST_LANES + 1];
            for (size_t k = 0; k < sizeof src / sizeof src[0]; k++)
                src[k] = test_from_bits(nans[i]);
            test_unary(subject.table, subject.info)(dst, src, sizeof src / sizeof src[0], &params[p]);
            for (size_t k = 0; k < sizeof src / sizeof src[0]; k++)
                if (!isnan(dst[k]))
                    test_fail_bits(&subject, &params[p], src[k], NAN, dst[k], "NaN must stay NaN");
        }
    }
}

/* gelu(-10) to nine digits, computed with mpmath: mp.dps = 40; -10*mpf('0.5')*erfc(10/sqrt(2)). */
Test(special, gelu_of_minus_ten)
{
    const double exact = -7.6198530241605260660e-23;
    float x = -10.0f, y;
    for (size_t i = 0; i < vacti_build_count; i++) {
        const vacti_table *table = vacti_table_of_build(vacti_builds[i], VACT_MATH_AUTO);
        if (!vacti_build_runs(vacti_builds[i]))
            continue;
        cr_assert(table != NULL, "%s: no table", vacti_builds[i]);
        table->unary[VACT_OP_SLOT(VACT_OP_GELU)](&y, &x, 1, NULL);
        cr_assert(vacti_ulp_error(y, exact) <= 4.0, "%s: gelu(-10) = %.9g", vacti_builds[i], (double)y);
    }
}

/* The limits that other libraries miss, through the public functions. */
Test(special, limits_at_minus_infinity)
{
    vact_status (*const functions[])(float *, const float *, size_t) = {
        vact_gelu_f32, vact_gelu_tanh_f32, vact_gelu_quick_f32, vact_silu_f32, vact_mish_f32, vact_hard_swish_f32};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        float y = 1.0f, x = -INFINITY;
        cr_assert(functions[i](&y, &x, 1) == VACT_OK);
        cr_assert(test_raw_bits(y) == 0x80000000u, "function %zu at -inf: %a", i, (double)y);
    }
}
