/*
 * The public functions and the kernels: a named function, the by-code call and the resolved kernel of an operation
 * return the same bits on every instruction set, with and without parameters, wherever the array is split.
 */
#include <stdlib.h>
#include <string.h>

#include "named.h"
#include "support.h"

enum { LENGTH = 3000, PARAMS = TEST_SANITIZED ? 8 : TEST_PARAMS_LIMIT };

static const struct {
    vact_isa isa;
    const char *name;
} ISAS[] = {{VACT_ISA_AUTO, "auto"},
            {VACT_ISA_SCALAR, "scalar"},
            {VACT_ISA_AVX2, "avx2"},
            {VACT_ISA_AVX512, "avx512"},
            {VACT_ISA_NEON, "neon"}};

static void check_same(const test_subject *subject, const vact_params_f32 *params, const float *src,
                       const float *expected, const float *got, const char *what)
{
    for (size_t i = 0; i < LENGTH; i++)
        if (!test_same(expected[i], got[i]))
            test_fail_bits(subject, params, src[i], expected[i], got[i], "%s, element %zu", what, i);
}

static void check_status(const test_subject *subject, vact_status status, const char *what)
{
    if (status != VACT_OK)
        test_fail(subject, "%s: %s", what, vact_status_string(status));
}

/* Three ways to the same operation, then the by-code call over pieces of random length. */
static void check_ways(const test_subject *subject, vact_isa isa, const vact_params_f32 *params, const float *src,
                       test_random *random)
{
    static float expected[LENGTH], got[LENGTH];
    vact_params_f32 values = params != NULL ? *params : vacti_registry_defaults(subject->info);
    vact_unary_f32_fn *kernel = vact_kernel_f32(subject->info->op, isa, VACT_MATH_AUTO);
    cr_assert(kernel != NULL, "%s %s: vact_kernel_f32 has none", subject->info->name, subject->build);
    check_status(subject, named_unary(subject->info, &values, expected, src, LENGTH), "named function");
    check_status(subject, vact_forward_f32(subject->info->op, params, got, src, LENGTH), "by code");
    check_same(subject, params, src, expected, got, "by code against named");
    test_fill(got, LENGTH);
    kernel(got, src, LENGTH, params);
    check_same(subject, params, src, expected, got, "resolved kernel against named");
    test_fill(got, LENGTH);
    for (size_t done = 0; done < LENGTH;) {
        size_t n = 1 + test_random_below(random, 300);
        n = n < LENGTH - done ? n : LENGTH - done;
        check_status(subject, vact_forward_f32(subject->info->op, params, got + done, src + done, n), "by code");
        done += n;
    }
    check_same(subject, params, src, expected, got, "in pieces against whole");
}

typedef struct operation_case {
    int op;
} operation_case;

ParameterizedTestParameters(public_functions, agree)
{
    static operation_case cases[64];
    size_t count = 0;
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (vacti_registry[i].kind == VACT_KIND_UNARY)
            cases[count++].op = (int)i;
    return cr_make_param_array(operation_case, cases, count);
}

ParameterizedTest(operation_case *which, public_functions, agree)
{
    test_subject subject = {.info = &vacti_registry[which->op], .build = "public", .variant = "auto"};
    test_random random = {8 + (uint64_t)subject.info->op};
    vact_params_f32 params[TEST_PARAMS_LIMIT], defaults = vacti_registry_defaults(subject.info);
    size_t count = test_params(subject.info, params), ran = 0;
    test_floats inputs = {0};
    test_add_mixture(&inputs, &defaults, &random, LENGTH);
    for (size_t i = 0; i < LENGTH; i++)
        inputs.v[i] = inputs.v[test_random_below(&random, inputs.n)];
    for (size_t i = 0; i < sizeof ISAS / sizeof ISAS[0]; i++) {
        if (vact_select(ISAS[i].isa, VACT_MATH_AUTO) != VACT_OK)
            continue;
        ran++;
        subject.build = ISAS[i].name;
        check_ways(&subject, ISAS[i].isa, NULL, inputs.v, &random);
        for (size_t p = 0; p < count && p < PARAMS; p++)
            check_ways(&subject, ISAS[i].isa, &params[p], inputs.v, &random);
    }
    cr_assert(ran >= 2, "only %zu instruction sets could be selected", ran);
    test_free(&inputs);
}
