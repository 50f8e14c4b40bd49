/* Operations with one parameter per channel: shapes, slopes, bits, memory. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "reference/reference.h"
#include "support.h"

enum { CHANNELS_LIMIT = 64, INNER_LIMIT = 1000, OUTER_LIMIT = 3, MARGIN = 64 };

static const size_t OUTERS[] = {1, 2, 3};
static const size_t CHANNELS[] = {1, 2, 3, 15, 16, 17, 33, 64};
static const size_t INNERS[] = {1, 2, 3, 7, 16, 31, 49, 65, 1000};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One shape at one place, its data drawn anew. */
typedef struct tensor {
    size_t outer, channels, inner;
    const float *src, *slope;
    float *dst;
} tensor;

static size_t elements(const tensor *t) { return t->outer * t->channels * t->inner; }

static void fill_slopes(float *slope, size_t n, test_random *random)
{
    static const float special[] = {0.25f, 0.0f, -0.0f, 1.0f, -1.0f, 1e-40f, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, 2.0f};
    for (size_t i = 0; i < n; i++)
        slope[i] = test_random_below(random, 3) == 0 ? special[test_random_below(random, COUNT(special))]
                                                     : (float)test_random_normal(random);
}

static void fill_inputs(float *src, size_t n, const test_floats *specials, test_random *random)
{
    for (size_t i = 0; i < n; i++)
        src[i] = test_random_below(random, 3) == 0 ? specials->v[test_random_below(random, specials->n)]
                                                   : (float)(2.0 * test_random_normal(random));
}

static void check_elements(const test_subject *subject, const tensor *t)
{
    vacti_reference_fn *reference = vacti_reference_f32(subject->info->op);
    for (size_t i = 0; i < elements(t); i++) {
        vact_params_f32 params = {{t->slope[i / t->inner % t->channels], 0.0f, 0.0f, 0.0f}};
        double exact = reference((double)t->src[i], &params);
        double error = vacti_ulp_error(t->dst[i], exact);
        if (!(error <= subject->bound))
            test_fail_error(subject, NULL, t->src[i], exact, t->dst[i], error,
                            "shape %zu x %zu x %zu, element %zu, slope %a", t->outer, t->channels, t->inner, i,
                            (double)params.v[0]);
    }
}

/* Calls f on every shape, twice: at the front guard page and at the rear one. */
static void for_each_shape(const test_subject *subject, test_random *random,
                           void (*f)(const test_subject *, const tensor *, void *), void *context)
{
    size_t most = (size_t)OUTER_LIMIT * CHANNELS_LIMIT * INNER_LIMIT;
    test_guarded src = test_guarded_new(most), dst = test_guarded_new(most + 2 * MARGIN);
    test_guarded slope = test_guarded_new(CHANNELS_LIMIT);
    test_floats specials = {0};
    test_add_specials(&specials);
    for (size_t shape = 0; shape < COUNT(OUTERS) * COUNT(CHANNELS) * COUNT(INNERS); shape++) {
        size_t outer = OUTERS[shape % COUNT(OUTERS)], channels = CHANNELS[shape / COUNT(OUTERS) % COUNT(CHANNELS)];
        size_t inner = INNERS[shape / COUNT(OUTERS) / COUNT(CHANNELS)], n = outer * channels * inner;
        if (TEST_SANITIZED && inner > 100 && channels > 3)
            continue;
        for (size_t rear = 0; rear < 2; rear++) {
            size_t shift = test_random_below(random, TEST_LANES);
            float *at = src.first + (rear != 0 ? src.n - n : 0);
            float *slopes = slope.first + (rear != 0 ? slope.n - channels : 0);
            tensor t = {outer, channels, inner,
                        at,    slopes,   rear != 0 ? dst.first + (dst.n - n - shift) : dst.first + shift};
            fill_inputs(at, n, &specials, random);
            fill_slopes(slopes, channels, random);
            f(subject, &t, context);
        }
    }
    test_free(&specials);
    test_guarded_free(&src);
    test_guarded_free(&dst);
    test_guarded_free(&slope);
}

static void check_against_reference(const test_subject *subject, const tensor *t, void *context)
{
    (void)context;
    test_channels(subject->table, subject->info)(t->dst, t->src, t->slope, t->outer, t->channels, t->inner);
    check_elements(subject, t);
}

TEST_CASES(prelu, bound, test_cases(VACT_KIND_CHANNELS))
{
    test_subject subject = test_begin(which);
    test_random random = {9};
    for_each_shape(&subject, &random, check_against_reference, NULL);
}

static void check_against_table(const test_subject *subject, const tensor *t, void *context)
{
    const vacti_table *reference_table = context;
    size_t n = elements(t);
    float *expected = malloc(n * sizeof *expected);
    cr_assert(expected != NULL, "out of memory");
    test_channels(reference_table, subject->info)(expected, t->src, t->slope, t->outer, t->channels, t->inner);
    test_channels(subject->table, subject->info)(t->dst, t->src, t->slope, t->outer, t->channels, t->inner);
    for (size_t i = 0; i < n; i++)
        if (!test_same(expected[i], t->dst[i]))
            test_fail_bits(subject, NULL, t->src[i], expected[i], t->dst[i], "shape %zu x %zu x %zu, element %zu",
                           t->outer, t->channels, t->inner, i);
    free(expected);
}

TEST_CASES(prelu, same_bits, test_cases_of_same_bits(VACT_KIND_CHANNELS))
{
    test_subject subject = test_begin(which);
    const vacti_table *reference = test_reference_table(which);
    test_random random = {10};
    vacti_table copy = *reference;
    for_each_shape(&subject, &random, check_against_table, &copy);
}

/* In place, and nothing written around the tensor. */
static void check_memory(const test_subject *subject, const tensor *t, void *context)
{
    float *scratch = context;
    size_t n = elements(t);
    test_fill(scratch, n + 2 * MARGIN);
    for (size_t i = 0; i < n; i++)
        scratch[MARGIN + i] = t->src[i];
    test_channels(subject->table, subject->info)(scratch + MARGIN, scratch + MARGIN, t->slope, t->outer, t->channels,
                                                 t->inner);
    test_channels(subject->table, subject->info)(t->dst, t->src, t->slope, t->outer, t->channels, t->inner);
    for (size_t i = 0; i < n; i++)
        if (!test_same(scratch[MARGIN + i], t->dst[i]))
            test_fail_bits(subject, NULL, t->src[i], t->dst[i], scratch[MARGIN + i],
                           "in place, shape %zu x %zu x %zu, element %zu", t->outer, t->channels, t->inner, i);
    if (!test_untouched(scratch, MARGIN) || !test_untouched(scratch + MARGIN + n, MARGIN))
        test_fail(subject, "wrote around dst, shape %zu x %zu x %zu", t->outer, t->channels, t->inner);
}

TEST_CASES(prelu, memory, test_cases(VACT_KIND_CHANNELS))
{
    test_subject subject = test_begin(which);
    test_random random = {11};
    float *scratch = malloc(((size_t)OUTER_LIMIT * CHANNELS_LIMIT * INNER_LIMIT + 2 * MARGIN) * sizeof *scratch);
    cr_assert(scratch != NULL, "out of memory");
    for_each_shape(&subject, &random, check_memory, scratch);
    free(scratch);
}

/* The public function is the kernel. */
Test(prelu, public_function)
{
    enum { N = 3 * 17 * 49 };
    static float src[N], dst[N], expected[N], slope[17];
    test_random random = {12};
    const vacti_op_info *info = vacti_registry_by_code(VACT_OP_PRELU);
    fill_slopes(slope, 17, &random);
    for (size_t i = 0; i < N; i++)
        src[i] = (float)test_random_normal(&random);
    test_channels(vacti_table_current(), info)(expected, src, slope, 3, 17, 49);
    cr_assert(vact_prelu_f32(dst, src, slope, 3, 17, 49) == VACT_OK);
    for (size_t i = 0; i < N; i++)
        cr_assert(test_same(dst[i], expected[i]), "element %zu: expected %a, got %a", i, (double)expected[i],
                  (double)dst[i]);
}
