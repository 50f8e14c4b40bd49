/*
 * The variant `cr`: results are the floats nearest to the exact values. `vact accuracy --math=cr` tries all 2^32 inputs
 * on demand; here are samples of them on every build, other parameters, and the control: without their rounding test
 * the same kernels misround.
 */
#include "support.h"

#include <math.h>

#include "kernels/reference/reference.h"
#include "tools/accuracy/settle.h"

enum { CHUNK = 1024 };

/* The untested kernels: those of scalar_fma, compiled again (tests/CMakeLists.txt). */
#define UNTESTED_PLAIN(name) NULL
#define UNTESTED_NEAR(name) vacti_##name##_f32_untested_cr
#define UNTESTED_MATH(name) vacti_##name##_f32_untested_cr
#define UNTESTED_OWN(name) vacti_##name##_f32_untested_cr
#define DECLARE_UNARY(name) vact_unary_f32_fn vacti_##name##_f32_untested_cr;
#define DECLARE_CHANNELS(name)
#define DECLARE_ROWS(name)
#define DECLARE_GATE(name)
#define VACT_OP(name, NAME, kind, ...) DECLARE_##kind(name)
#include "kernels/registry.def"
#undef VACT_OP

typedef struct untested {
    vact_op op;
    vact_unary_f32_fn *kernel;
} untested;

#define ENTRY_UNARY(name, NAME, needs) {VACT_OP_##NAME, UNTESTED_##needs(name)},
#define ENTRY_CHANNELS(name, NAME, needs)
#define ENTRY_ROWS(name, NAME, needs)
#define ENTRY_GATE(name, NAME, needs)
static const untested without_test[] = {
#define VACT_OP(name, NAME, kind, needs, ...) ENTRY_##kind(name, NAME, needs)
#include "kernels/registry.def"
#undef VACT_OP
};

/* Any bits, or a number of moderate size: most of what activations meet. */
static float draw(test_random *random, bool any)
{
    const uint32_t bits = (uint32_t)test_random_next(random);
    if (any)
        return test_from_bits(bits);
    return test_from_bits((bits & 0x807fffffu) | (uint32_t)(107 + test_random_next(random) % 27) << 23);
}

static void fill(float *x, test_random *random)
{
    for (size_t i = 0; i < CHUNK; i++)
        x[i] = draw(random, i % 2 == 0);
}

static accuracy_target target_of(const vacti_op_info *info, vact_params_f32 params)
{
    return (accuracy_target){.info = info, .function = ACCURACY_FORWARD, .params = params};
}

/* The correctly rounded results. */
static void right_results(float *right, const accuracy_target *target, const float *x)
{
    static double exact[CHUNK];
    vacti_reference_fn *oracle = vacti_reference_f32(target->info->op);
    for (size_t i = 0; i < CHUNK; i++)
        exact[i] = oracle((double)x[i], &target->params);
    accuracy_settle(target, exact, x, CHUNK);
    for (size_t i = 0; i < CHUNK; i++)
        right[i] = (float)exact[i];
}

static void expect_nearest(const char *build, const accuracy_target *target, size_t chunks, uint64_t seed)
{
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_CR);
    static float x[CHUNK], y[CHUNK], right[CHUNK];
    test_random random = {seed};
    for (size_t k = 0; k < chunks; k++) {
        fill(x, &random);
        table->unary[VACT_OP_SLOT(target->info->op)](y, x, CHUNK, &target->params);
        right_results(right, target, x);
        for (size_t i = 0; i < CHUNK; i++)
            cr_assert(test_same(y[i], right[i]), "%s on %s: f(%a) is %a, not %a", target->info->name, build,
                      (double)x[i], (double)right[i], (double)y[i]);
    }
}

static size_t builds[8];

ParameterizedTestParameters(cr, nearest)
{
    size_t count = 0;
    for (size_t b = 0; b < vacti_build_count; b++)
        if (vacti_build_runs(vacti_builds[b]) && vacti_table_of_build(vacti_builds[b], VACT_MATH_CR) != NULL)
            builds[count++] = b;
    return cr_make_param_array(size_t, builds, count);
}

/* Every element-by-element operation, those of `plain` too. */
ParameterizedTest(size_t *build, cr, nearest)
{
    for (const vacti_op_info *info = vacti_registry; info < vacti_registry + vacti_registry_count; info++) {
        if (info->kind != VACT_KIND_UNARY)
            continue;
        vact_params_f32 params[TEST_PARAMS_LIMIT];
        const size_t count = test_params(info, params);
        for (size_t k = 0; k < count; k++) {
            const accuracy_target target = target_of(info, params[k]);
            expect_nearest(vacti_builds[*build], &target, k == 0 ? 40 : 1, *build + k);
        }
    }
}

/* Of hard_swish so few inputs need the test that random ones do not find them (14 of 2^32). */
static const struct {
    vact_op op;
    float x;
} hard_cases[] = {{VACT_OP_HARD_SWISH, -0x1.7d3d76p-14f}};

/* Inputs where the kernel without its test gives other results than the kernel with it, which is right. */
static size_t count_misrounded(const untested *u, const accuracy_target *target, vact_unary_f32_fn *tested)
{
    static float x[CHUNK], y[CHUNK], z[CHUNK], right[CHUNK];
    test_random random = {1};
    size_t misrounded = 0;
    for (size_t k = 0; k < 65536 && misrounded == 0; k++) {
        for (size_t i = 0; i < CHUNK; i++)
            x[i] = draw(&random, false);
        for (size_t i = 0; i < sizeof hard_cases / sizeof hard_cases[0]; i++)
            x[i] = hard_cases[i].op == u->op ? hard_cases[i].x : x[i];
        u->kernel(y, x, CHUNK, &target->params);
        tested(z, x, CHUNK, &target->params);
        for (size_t i = 0; i < CHUNK; i++)
            misrounded += !test_same(y[i], z[i]);
        if (misrounded == 0)
            continue;
        right_results(right, target, x);
        for (size_t i = 0; i < CHUNK; i++)
            cr_expect(test_same(z[i], right[i]), "%s: f(%a)", target->info->name, (double)x[i]);
    }
    return misrounded;
}

Test(cr, control_without_the_rounding_test)
{
    size_t tried = 0;
    const vacti_table *table = vacti_table_find(VACT_ISA_AUTO, VACT_MATH_CR);
    for (size_t k = 0; table != NULL && k < sizeof without_test / sizeof without_test[0]; k++) {
        const untested *u = &without_test[k];
        const vacti_op_info *info = vacti_registry_by_code(u->op);
        if (u->kernel == NULL)
            continue;
        const accuracy_target target = target_of(info, vacti_registry_defaults(info));
        cr_expect(count_misrounded(u, &target, table->unary[VACT_OP_SLOT(u->op)]) > 0, "%s: none", info->name);
        tried++;
    }
    cr_expect(table == NULL || tried > 0);
}
