/* The same bits on every build: each is compared with plain C with fused multiply-adds. */
#include <stdlib.h>

#include "support.h"

enum {
    STRIDE = TEST_SANITIZED ? 65537 : 16411, /* primes: 2^16 and 2^18 bit patterns */
    RANDOM = TEST_SANITIZED ? 4000 : 40000,
    MIXTURE = TEST_SANITIZED ? 100 : 1000
};

static void compare(const test_subject *subject, const vacti_table *reference_table, const vact_params_f32 *params,
                    const test_floats *inputs)
{
    float *expected = malloc(inputs->n * sizeof *expected);
    float *got = malloc(inputs->n * sizeof *got);
    cr_assert(expected != NULL && got != NULL, "out of memory");
    test_unary(reference_table, subject->info)(expected, inputs->v, inputs->n, params);
    test_unary(subject->table, subject->info)(got, inputs->v, inputs->n, params);
    for (size_t i = 0; i < inputs->n; i++)
        if (!test_same(expected[i], got[i]))
            test_fail_bits(subject, params, inputs->v[i], expected[i], got[i], "against %s", reference_table->build);
    free(expected);
    free(got);
}

/* Special values, each in an array of its own: no other lane makes the vector take the form for special lanes. */
static void compare_alike(const test_subject *subject, const vacti_table *reference_table,
                          const vact_params_f32 *params)
{
    enum { ALIKE = 64 };
    test_floats specials = {0};
    test_add_specials(&specials);
    for (size_t i = 0; i < specials.n; i++) {
        float alike[ALIKE], got[ALIKE], expected;
        for (size_t k = 0; k < ALIKE; k++)
            alike[k] = specials.v[i];
        test_unary(reference_table, subject->info)(&expected, alike, 1, params);
        test_unary(subject->table, subject->info)(got, alike, ALIKE, params);
        for (size_t k = 0; k < ALIKE; k++)
            if (!test_same(expected, got[k]))
                test_fail_bits(subject, params, alike[k], expected, got[k], "alone, against %s",
                               reference_table->build);
    }
    test_free(&specials);
}

TEST_CASES(bits, defaults, test_cases_of_same_bits(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    const vacti_table *reference = test_reference_table(which);
    test_random random = {3 + (uint64_t)subject.info->op};
    test_floats inputs = {0};
    test_add_specials(&inputs);
    test_add_recorded_worst(&inputs, subject.info);
    test_add_random_bits(&inputs, &random, RANDOM);
    test_add_uniform(&inputs, &random, 120.0, RANDOM);
    test_add_uniform(&inputs, &random, 4.0, RANDOM);
    test_add_every(&inputs, 2, STRIDE);
    compare(&subject, reference, NULL, &inputs);
    test_free(&inputs);
}

TEST_CASES(bits, parameters, test_cases_of_same_bits(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    const vacti_table *reference = test_reference_table(which);
    test_random random = {4 + (uint64_t)subject.info->op};
    vact_params_f32 params[TEST_PARAMS_LIMIT];
    size_t count = test_params(subject.info, params);
    for (size_t i = 0; i < count; i++) {
        test_floats inputs = {0};
        test_add_mixture(&inputs, &params[i], &random, MIXTURE);
        compare(&subject, reference, &params[i], &inputs);
        compare_alike(&subject, reference, &params[i]);
        test_free(&inputs);
    }
}
