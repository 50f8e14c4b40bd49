/*
 * The sweep of `vact accuracy` over faulty kernels: correct ones with errors, failures and order errors added at
 * random, more or fewer of them, in one build or in all. It must find what a plain loop finds.
 */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accuracy_plain.h"
#include "kernels/reference/reference.h"
#include "support.h"
#include "tools/accuracy/hash.h"
#include "tools/accuracy/threads.h"

/* ----------------------------------------------------------------------------------- kernels that err */

enum { BUILDS = 3, REFERENCE = 1 };

/* One result in so many is a failure, misses by up to `steps` floats, or does that in one build alone; 0 for none. */
typedef struct mischief {
    uint32_t failures, misses, steps, others;
} mischief;

static mischief made; /* constant while a sweep runs */
static uint64_t seed;

static float failure(test_random *random, float right)
{
    const float wrong[] = {NAN, INFINITY, -INFINITY, FLT_MAX, 0.0f, -0.0f, 1.0f, -right};
    return wrong[test_random_below(random, sizeof wrong / sizeof wrong[0])];
}

static bool happens(test_random *random, uint32_t one_in)
{
    return one_in != 0 && test_random_below(random, one_in) == 0;
}

/* Of the same sign and finite: anything else is a failure. */
static float miss(test_random *random, float right)
{
    uint32_t offset = (uint32_t)test_random_below(random, 2 * (size_t)made.steps + 1) - made.steps;
    float missed = test_from_bits(test_raw_bits(right) + offset);
    return right == 0.0f || !isfinite(right) || !isfinite(missed) ? right : missed;
}

/* Depends only on the seed, the build, the input and dy. */
static float with_errors(float right, int build, float x, float dy)
{
    test_random random = {seed ^ (uint64_t)test_raw_bits(x) << 16 ^ (dy == 1.0f ? 0 : 1)};
    test_random of_build = {test_random_next(&random) + (uint64_t)build};
    bool other = build != REFERENCE && happens(&of_build, made.others);
    test_random *from = other ? &of_build : &random;
    if (happens(from, made.failures))
        return failure(from, right);
    return other || happens(from, made.misses) ? miss(from, right) : right;
}

static const vacti_op_info *of_kernels; /* kernels do not know which operation they are */
static bool from_output;

static void forward(int build, float *dst, const float *src, size_t n, const vact_params_f32 *params)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = with_errors((float)vacti_reference_f32(of_kernels->op)((double)src[i], params), build, src[i], 1.0f);
}

static void backward(int build, float *dx, const float *dy, const float *x, size_t n, const vact_params_f32 *params)
{
    for (size_t i = 0; i < n; i++) {
        double slope = from_output ? vacti_reference_derivative_from_output(of_kernels->op, (double)x[i], params)
                                   : vacti_reference_derivative(of_kernels->op, (double)x[i], params);
        dx[i] = with_errors((float)((double)dy[i] * slope), build, x[i], dy[i]);
    }
}

#define KERNELS_OF(build)                                                                                              \
    static void forward_##build(float *dst, const float *src, size_t n, const vact_params_f32 *params)                 \
    {                                                                                                                  \
        forward(build, dst, src, n, params);                                                                           \
    }                                                                                                                  \
    static void backward_##build(float *dx, const float *dy, const float *x, size_t n, const vact_params_f32 *params)  \
    {                                                                                                                  \
        backward(build, dx, dy, x, n, params);                                                                         \
    }

KERNELS_OF(0)
KERNELS_OF(1)
KERNELS_OF(2)

/* ------------------------------------------------------------------------------------------ comparing */

static vacti_table tables[BUILDS];

static accuracy_target target_of(const char *name, accuracy_function function)
{
    static vact_unary_f32_fn *const forwards[BUILDS] = {forward_0, forward_1, forward_2};
    static vact_backward_f32_fn *const backwards[BUILDS] = {backward_0, backward_1, backward_2};
    accuracy_target target = {.info = vacti_registry_by_name(name), .function = function};
    cr_assert_not_null(target.info);
    target.params = vacti_registry_defaults(target.info);
    of_kernels = target.info;
    from_output = function == ACCURACY_FROM_OUTPUT;
    for (int build = 0; build < BUILDS; build++) {
        unsigned slot = VACT_OP_SLOT(target.info->op);
        tables[build] = (vacti_table){.build = "made for this test"};
        tables[build].unary[slot] = forwards[build];
        tables[build].backward[slot] = tables[build].from_output[slot] = backwards[build];
    }
    return target;
}

/* Which inputs: every stride-th of a shard. */
typedef struct part {
    uint32_t stride, shard, shard_count;
} part;

/* With so many threads, or, for none, block by block from the last to the first, as threads might do it. */
static void sweep(const accuracy_target *target, const part *p, unsigned threads, accuracy_tally tallies[BUILDS])
{
    accuracy_job job = {.targets = target,
                        .target_count = 1,
                        .tables = {&tables[0], &tables[1], &tables[2]},
                        .build_count = BUILDS,
                        .reference = REFERENCE,
                        .stride = p->stride,
                        .shard = p->shard,
                        .shard_count = p->shard_count,
                        .threads = threads,
                        .quiet = true};
    if (threads != 0) {
        cr_assert(accuracy_sweep(&job, tallies));
        return;
    }
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    accuracy_buffers *buffers = accuracy_buffers_new();
    uint32_t first = 0, count = accuracy_shard_blocks(p->shard, p->shard_count, &first);
    memset(tallies, 0, BUILDS * sizeof *tallies);
    for (uint32_t block = first + count; block-- > first;)
        accuracy_sweep_block(&job, target, block, buffers, tallies, &lock);
    free(buffers);
}

static void expect_plain(const accuracy_target *target, const part *p, const char *how)
{
    accuracy_tally one[BUILDS], three[BUILDS], backwards[BUILDS];
    sweep(target, p, 1, one);
    sweep(target, p, 3, three);
    sweep(target, p, 0, backwards);
    uint64_t start = (uint64_t)(p->shard - 1) * ACCURACY_BLOCKS / p->shard_count << ACCURACY_BLOCK_BITS;
    uint64_t end = (uint64_t)p->shard * ACCURACY_BLOCKS / p->shard_count << ACCURACY_BLOCK_BITS;
    for (int build = 0; build < BUILDS; build++) {
        char subject[128];
        accuracy_tally expected = plain_sweep(target, &tables[build], &tables[REFERENCE], start, end, p->stride);
        snprintf(subject, sizeof subject, "%s, function %d, build %d, %s, seed %d, shard %d/%d", target->info->name,
                 (int)target->function, build, how, (int)seed, (int)p->shard, (int)p->shard_count);
        expect_findings(subject, &one[build], &expected);
        expect_findings(subject, &three[build], &expected);
        expect_findings(subject, &backwards[build], &expected);
        cr_expect(one[build].bits == three[build].bits && one[build].bits == backwards[build].bits,
                  "%s: the hash depends on the order", subject);
        cr_expect((one[build].bits == one[REFERENCE].bits) == (expected.differing == 0), "%s: the hashes say otherwise",
                  subject);
    }
}

static const struct {
    const char *name;
    mischief mischief;
} kinds[] = {
    {"no errors", {0, 0, 0, 0}},
    {"errors in one build", {0, 0, 1, 3000}},
    {"few small errors", {0, 3000, 1, 3000}},
    {"small errors", {0, 3, 2, 500}},
    {"large errors", {0, 10, 1000, 1000}},
    {"huge errors", {0, 100, 1u << 24, 1000}},
    {"few failures", {3000, 10, 3, 3000}},
    {"failures", {50, 3, 3, 20}},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Few of all bit patterns, for short chunks, and many of two blocks, for full ones. */
static void expect_plain_of(accuracy_target target, uint32_t block)
{
    const part parts[] = {{TEST_SANITIZED ? 2097143 : 262139, 1, 1},
                          {TEST_SANITIZED ? 251 : 127, block / 2 + 1, ACCURACY_BLOCKS / 2}};
    for (size_t i = 0; i < KINDS; i++)
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            made = kinds[i].mischief;
            seed = 2 * i + k;
            expect_plain(&target, &parts[k], kinds[i].name);
        }
}

/* Around FLT_MAX; exact values above it round to infinity. */
Test(accuracy_engine, of_relu_squared) { expect_plain_of(target_of("relu_squared", ACCURACY_FORWARD), 0x5f8); }

/* Subnormal results, of which every fourth has an error of half a spacing. */
Test(accuracy_engine, of_leaky_relu)
{
    accuracy_target target = target_of("leaky_relu", ACCURACY_FORWARD);
    target.params.v[0] = 0.25f;
    expect_plain_of(target, 0x800);
}

Test(accuracy_engine, of_softsign) { expect_plain_of(target_of("softsign", ACCURACY_FORWARD), 0xbf8); }

/* Subnormal from -87.3 down. */
Test(accuracy_engine, of_exp) { expect_plain_of(target_of("exp", ACCURACY_FORWARD), 0xc2a); }

/* From -0.25 down the error of the nearest float is above 0.5. */
Test(accuracy_engine, of_gelu_backward) { expect_plain_of(target_of("gelu", ACCURACY_BACKWARD), 0xbe8); }

Test(accuracy_engine, of_sigmoid_from_output) { expect_plain_of(target_of("sigmoid", ACCURACY_FROM_OUTPUT), 0x3f0); }

/* -------------------------------------------------------------------------------------------- hashes */

Test(accuracy_engine, hashes_every_result)
{
    enum { COUNT = 40 };
    float values[COUNT], others[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i % 7 == 3 ? NAN : (float)i - 20.0f;
    for (size_t n = 1; n <= COUNT; n++)
        for (size_t i = 0; i < n; i++) {
            size_t first = COUNT;
            memcpy(others, values, sizeof values);
            others[i] = isnan(values[i]) ? -NAN : test_step(values[i], 1);
            bool same = isnan(values[i]);
            cr_expect((accuracy_hash(values, n) == accuracy_hash(others, n)) == same, "hash of %zu, %zu", n, i);
            cr_expect(accuracy_differing(values, others, n, &first) == (same ? 0 : 1) && (same || first == i),
                      "differing of %zu, %zu", n, i);
            others[i] = -values[i];
            cr_expect((accuracy_hash(values, n) == accuracy_hash(others, n)) == same, "sign in %zu, %zu", n, i);
            others[i] = values[0];
            others[0] = values[i];
            cr_expect((accuracy_hash(values, n) == accuracy_hash(others, n)) == (i == 0), "order of %zu, %zu", n, i);
        }
}
