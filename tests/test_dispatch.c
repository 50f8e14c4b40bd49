/* Which kernels are in use: the environment, vact_select, vact_kernel_f32 and vact_info. Criterion runs each test in
 * its own process, so each sees the library's first use. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "codes.h"
#include "dispatch/table.h"
#include "kernels/registry.h"
#include "named.h"

/* ------------------------------------------------------------------------------- what is to be expected */

typedef struct isa_name {
    const char *name;
    vact_isa isa;
} isa_name;

static const isa_name isa_names[] = {
    {"scalar", VACT_ISA_SCALAR}, {"avx2", VACT_ISA_AVX2}, {"avx512", VACT_ISA_AVX512}, {"neon", VACT_ISA_NEON}};

enum { ISA_COUNT = sizeof isa_names / sizeof isa_names[0] };

/* The strongest build that this CPU runs, of one instruction set or (AUTO) of all; null where there is none. */
static const char *best_build(vact_isa isa)
{
    for (size_t i = 0; i < vacti_build_count; i++) {
        const vacti_table *table = vacti_table_of_build(vacti_builds[i], VACT_MATH_AUTO);
        if (vacti_build_runs(vacti_builds[i]) && (isa == VACT_ISA_AUTO || table->isa == isa))
            return vacti_builds[i];
    }
    return NULL;
}

static void set_environment(const char *isa, const char *math)
{
    unsetenv("VACT_ISA");
    unsetenv("VACT_MATH");
    if (isa)
        cr_assert(setenv("VACT_ISA", isa, 1) == 0);
    if (math)
        cr_assert(setenv("VACT_MATH", math, 1) == 0);
}

static void expect_text(const char *what, const char *got, const char *want)
{
    cr_assert_not_null(got, "%s is null", what);
    cr_expect(strcmp(got, want) == 0, "%s is \"%s\", expected \"%s\"", what, got, want);
}

/* What is in use, as vact_info reports it and as the kernels show it. */
static void expect_choice(const char *build, vact_math math)
{
    static const char *const words[] = {"auto", "sleef", "fast", "cr"};
    const vact_info_t *info = vact_info();
    expect_text("isa", info->isa, build);
    expect_text("math", info->math, words[math]);
    const vacti_table *table = vacti_table_of_build(build, math);
    cr_assert_not_null(table, "%s has no table", build);
    cr_expect(vacti_table_current() == table, "another table is current");
    for (const vacti_op_info *op = vacti_registry; op < vacti_registry + vacti_registry_count; op++)
        if (op->kind == VACT_KIND_UNARY)
            cr_expect(vact_kernel_f32(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO) == table->unary[VACT_OP_SLOT(op->op)],
                      "%s: the kernel is another's", op->name);
}

/* --------------------------------------------------------------------------------------- environment */

Test(dispatch, no_environment)
{
    set_environment(NULL, NULL);
    const vact_info_t *info = vact_info();
    cr_expect(info->size == sizeof *info);
    expect_text("version", info->version, VACT_VERSION);
    cr_expect(info->numerics_version == VACT_NUMERICS_VERSION);
    expect_text("sleef_version", info->sleef_version, VACT_SLEEF_VERSION);
    expect_text("detected", info->detected, best_build(VACT_ISA_AUTO));
    expect_text("env_isa", info->env_isa, "unset");
    expect_text("env_math", info->env_math, "unset");
    expect_choice(best_build(VACT_ISA_AUTO), VACT_MATH_AUTO);
    char builds[256] = "";
    for (size_t i = 0; i < vacti_build_count; i++) {
        strcat(builds, i ? " " : "");
        strcat(builds, vacti_builds[i]);
    }
    expect_text("builds", info->builds, builds);
    cr_assert_not_null(info->features);
    cr_expect(strstr(builds, "avx2") == NULL || vacti_build_runs("avx2") == (strstr(info->features, "avx2") != NULL),
              "features are \"%s\"", info->features);
}

static int isa_indices[ISA_COUNT];

ParameterizedTestParameters(dispatch, environment_isa)
{
    for (int i = 0; i < ISA_COUNT; i++)
        isa_indices[i] = i;
    return cr_make_param_array(int, isa_indices, ISA_COUNT);
}

ParameterizedTest(int *index, dispatch, environment_isa)
{
    const isa_name *choice = &isa_names[*index];
    set_environment(choice->name, NULL);
    const char *build = best_build(choice->isa);
    expect_choice(build ? build : best_build(VACT_ISA_AUTO), VACT_MATH_AUTO);
    expect_text("env_isa", vact_info()->env_isa, build ? "honoured" : "unsupported");
    expect_text("env_math", vact_info()->env_math, "unset");
    cr_expect(vact_select(VACT_ISA_AUTO, VACT_MATH_AUTO) == VACT_OK);
    expect_choice(best_build(VACT_ISA_AUTO), VACT_MATH_AUTO);
}

static const char *const unknown_names[] = {"bogus", "sse2", "avx", "avx5", "avx5122", "avx2,neon", "%s%n", "5"};

enum { UNKNOWN_COUNT = sizeof unknown_names / sizeof unknown_names[0] };

static int unknown_indices[UNKNOWN_COUNT];

ParameterizedTestParameters(dispatch, environment_unknown)
{
    for (int i = 0; i < UNKNOWN_COUNT; i++)
        unknown_indices[i] = i;
    return cr_make_param_array(int, unknown_indices, UNKNOWN_COUNT);
}

ParameterizedTest(int *index, dispatch, environment_unknown)
{
    set_environment(unknown_names[*index], unknown_names[*index]);
    expect_choice(best_build(VACT_ISA_AUTO), VACT_MATH_AUTO);
    expect_text("env_isa", vact_info()->env_isa, "unknown");
    expect_text("env_math", vact_info()->env_math, "unknown");
}

Test(dispatch, environment_math)
{
    set_environment(NULL, "fast");
    expect_choice(best_build(VACT_ISA_AUTO), VACT_MATH_FAST);
    expect_text("env_isa", vact_info()->env_isa, "unset");
    expect_text("env_math", vact_info()->env_math, "honoured");
}

Test(dispatch, environment_auto_and_empty)
{
    set_environment("auto", "");
    expect_choice(best_build(VACT_ISA_AUTO), VACT_MATH_AUTO);
    expect_text("env_isa", vact_info()->env_isa, "honoured");
    expect_text("env_math", vact_info()->env_math, "unset");
}

Test(dispatch, environment_both)
{
    set_environment("scalar", "fast");
    expect_choice(best_build(VACT_ISA_SCALAR), VACT_MATH_FAST);
    expect_text("env_isa", vact_info()->env_isa, "honoured");
    expect_text("env_math", vact_info()->env_math, "honoured");
}

Test(dispatch, environment_math_sleef)
{
    set_environment("scalar", "sleef");
    cr_expect(vacti_table_current() ==
              vacti_table_find(VACT_ISA_SCALAR, VACT_WITH_SLEEF ? VACT_MATH_SLEEF : VACT_MATH_AUTO));
    expect_text("math", vact_info()->math, VACT_WITH_SLEEF ? "sleef" : "auto");
    expect_text("env_isa", vact_info()->env_isa, "honoured");
    expect_text("env_math", vact_info()->env_math, VACT_WITH_SLEEF ? "honoured" : "unsupported");
}

Test(dispatch, environment_math_cr)
{
    set_environment(NULL, "cr");
    expect_choice(best_build(VACT_ISA_AUTO), VACT_WITH_CR ? VACT_MATH_CR : VACT_MATH_AUTO);
    expect_text("env_math", vact_info()->env_math, VACT_WITH_CR ? "honoured" : "unsupported");
}

Test(dispatch, environment_is_read_once)
{
    set_environment("scalar", NULL);
    expect_choice(best_build(VACT_ISA_SCALAR), VACT_MATH_AUTO);
    set_environment("bogus", "fast");
    expect_choice(best_build(VACT_ISA_SCALAR), VACT_MATH_AUTO);
    expect_text("env_isa", vact_info()->env_isa, "honoured");
    expect_text("env_math", vact_info()->env_math, "unset");
}

/* ------------------------------------------------------------------------------------------ selection */

Test(dispatch, select_overrides_the_environment_at_first_use)
{
    set_environment("scalar", "fast");
    cr_expect(vact_select(VACT_ISA_AUTO, VACT_MATH_AUTO) == VACT_OK);
    expect_choice(best_build(VACT_ISA_AUTO), VACT_MATH_AUTO);
}

/* Whether this library has the variant. */
static bool exists(int math)
{
    return math == VACT_MATH_AUTO || math == VACT_MATH_FAST || (VACT_WITH_SLEEF && math == VACT_MATH_SLEEF) ||
           (VACT_WITH_CR && math == VACT_MATH_CR);
}

Test(dispatch, select)
{
    set_environment(NULL, NULL);
    const char *build = best_build(VACT_ISA_AUTO);
    vact_math chosen = VACT_MATH_AUTO;
    for (int isa = -1; isa <= VACT_ISA_NEON + 1; isa++)
        for (int math = -1; math <= VACT_MATH_CR + 1; math++) {
            vact_status want = VACT_OK;
            if (isa < VACT_ISA_AUTO || isa > VACT_ISA_NEON || math < VACT_MATH_AUTO || math > VACT_MATH_CR)
                want = VACT_EINVAL;
            else if (!best_build(isa_code(isa)) || !exists(math))
                want = VACT_EUNSUPPORTED;
            vact_status got = vact_select(isa_code(isa), math_code(math));
            cr_expect(got == want, "vact_select(%d, %d): %s, expected %s", isa, math, vact_status_string(got),
                      vact_status_string(want));
            if (want == VACT_OK) {
                build = best_build(isa_code(isa));
                chosen = math_code(math);
            }
            expect_choice(build, chosen);
        }
}

/* ------------------------------------------------------------------------------------- tables, kernels */

Test(dispatch, tables)
{
    static const vact_math variants[] = {VACT_MATH_AUTO, VACT_MATH_FAST, VACT_MATH_SLEEF, VACT_MATH_CR};
    for (size_t i = 0; i < vacti_build_count; i++)
        for (size_t j = 0; j < sizeof variants / sizeof variants[0]; j++) {
            if (!exists((int)variants[j])) {
                cr_expect_null(vacti_table_of_build(vacti_builds[i], variants[j]));
                continue;
            }
            const vacti_table *table = vacti_table_of_build(vacti_builds[i], variants[j]);
            cr_assert_not_null(table, "%s", vacti_builds[i]);
            expect_text("build", table->build, vacti_builds[i]);
            cr_expect(table->math == variants[j]);
            for (unsigned slot = 0; slot < VACT_TABLE_SLOTS; slot++) {
                bool unary = vacti_registry_by_code(op_code(VACT_KIND_UNARY << 8 | slot)) != NULL;
                bool channels = vacti_registry_by_code(op_code(VACT_KIND_CHANNELS << 8 | slot)) != NULL;
                bool rows = vacti_registry_by_code(op_code(VACT_KIND_ROWS << 8 | slot)) != NULL;
                bool gate = vacti_registry_by_code(op_code(VACT_KIND_GATE << 8 | slot)) != NULL;
                cr_expect((table->gate[slot] != NULL) == gate, "%s gate %u", vacti_builds[i], slot);
                cr_expect((table->gate_backward[slot] != NULL) == gate, "%s gate %u", vacti_builds[i], slot);
                cr_expect((table->gate_rows[slot] != NULL) == gate, "%s gate %u", vacti_builds[i], slot);
                cr_expect((table->interleaved[slot] != NULL) == gate, "%s gate %u", vacti_builds[i], slot);
                cr_expect((table->interleaved_backward[slot] != NULL) == gate, "%s gate %u", vacti_builds[i], slot);
                cr_expect((table->epilogue[slot] != NULL) == unary, "%s epilogue %u", vacti_builds[i], slot);
                cr_expect((table->unary[slot] != NULL) == unary, "%s unary %u", vacti_builds[i], slot);
                cr_expect((table->channels[slot] != NULL) == channels, "%s channels %u", vacti_builds[i], slot);
                cr_expect((table->rows[slot] != NULL) == rows, "%s rows %u", vacti_builds[i], slot);
            }
        }
    cr_expect_null(vacti_table_of_build("bogus", VACT_MATH_AUTO));
    cr_expect_not(vacti_build_runs("bogus"));
    cr_expect(vacti_build_runs(vacti_builds[vacti_build_count - 1]), "the plainest build must run everywhere");
}

/* Any pair of codes: the kernel of the table that it names, or null. */
Test(dispatch, kernels)
{
    set_environment(NULL, NULL);
    for (unsigned code = 0; code <= 0x500; code++) {
        const vacti_op_info *op = vacti_registry_by_code(op_code(code));
        for (int isa = -1; isa <= VACT_ISA_NEON + 1; isa++)
            for (int math = -1; math <= VACT_MATH_CR + 1; math++) {
                bool known = isa >= VACT_ISA_AUTO && isa <= VACT_ISA_NEON && exists(math);
                const char *build = known ? best_build(isa_code(isa)) : NULL;
                vact_unary_f32_fn *want = NULL;
                if (op && op->kind == VACT_KIND_UNARY && build)
                    want = vacti_table_of_build(build, math_code(math))->unary[VACT_OP_SLOT(code)];
                cr_expect(vact_kernel_f32(op_code(code), isa_code(isa), math_code(math)) == want,
                          "vact_kernel_f32(%#x, %d, %d)", code, isa, math);
            }
    }
}

/* AUTO means the current choice, for each of the two separately. */
Test(dispatch, kernels_follow_the_choice)
{
    set_environment(NULL, NULL);
    const char *scalar = best_build(VACT_ISA_SCALAR), *best = best_build(VACT_ISA_AUTO);
    cr_assert(vact_select(VACT_ISA_SCALAR, VACT_MATH_FAST) == VACT_OK);
    for (const vacti_op_info *op = vacti_registry; op < vacti_registry + vacti_registry_count; op++) {
        if (op->kind != VACT_KIND_UNARY)
            continue;
        unsigned slot = VACT_OP_SLOT(op->op);
        vact_unary_f32_fn *want = vacti_table_of_build(scalar, VACT_MATH_FAST)->unary[slot];
        cr_expect(vact_kernel_f32(op->op, VACT_ISA_AUTO, VACT_MATH_FAST) == want, "%s", op->name);
        cr_expect(vact_kernel_f32(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO) == want, "%s", op->name);
        vact_isa isa = vacti_table_of_build(best, VACT_MATH_AUTO)->isa;
        cr_expect(vact_kernel_f32(op->op, isa, VACT_MATH_AUTO) ==
                      vacti_table_of_build(best, VACT_MATH_FAST)->unary[slot],
                  "%s", op->name);
    }
}

/* A resolved kernel does what the named function does under that choice, also with null parameters. */
Test(dispatch, kernels_compute)
{
    set_environment(NULL, NULL);
    float src[101], by_name[101], by_kernel[101];
    for (int i = 0; i < 101; i++)
        src[i] = (float)(i - 50) * 0.21875f;
    for (int i = 0; i < ISA_COUNT; i++) {
        if (vact_select(isa_names[i].isa, VACT_MATH_FAST) != VACT_OK)
            continue;
        for (const vacti_op_info *op = vacti_registry; op < vacti_registry + vacti_registry_count; op++) {
            if (op->kind != VACT_KIND_UNARY)
                continue;
            vact_params_f32 defaults = vacti_registry_defaults(op);
            vact_unary_f32_fn *kernel = vact_kernel_f32(op->op, isa_names[i].isa, VACT_MATH_FAST);
            cr_assert_not_null(kernel, "%s %s", op->name, isa_names[i].name);
            cr_assert(named_unary(op, &defaults, by_name, src, 101) == VACT_OK);
            kernel(by_kernel, src, 101, NULL);
            cr_expect(memcmp(by_name, by_kernel, sizeof by_name) == 0, "%s %s, null parameters", op->name,
                      isa_names[i].name);
            kernel(by_kernel, src, 101, &defaults);
            cr_expect(memcmp(by_name, by_kernel, sizeof by_name) == 0, "%s %s", op->name, isa_names[i].name);
            kernel(NULL, NULL, 0, NULL);
        }
    }
}

/* --------------------------------------------------------------------------------------- small matters */

Test(dispatch, version_and_status)
{
    char version[64];
    snprintf(version, sizeof version, "%d.%d.%d", VACT_VERSION_MAJOR, VACT_VERSION_MINOR, VACT_VERSION_PATCH);
    expect_text("VACT_VERSION", VACT_VERSION, version);
    expect_text("vact_version()", vact_version(), VACT_VERSION);
    for (int a = -1; a <= VACT_EUNSUPPORTED + 1; a++) {
        cr_assert_not_null(vact_status_string(status_code(a)));
        cr_expect(vact_status_string(status_code(a))[0] != '\0');
        for (int b = VACT_OK; b < a; b++)
            cr_expect(strcmp(vact_status_string(status_code(a)), vact_status_string(status_code(b))) != 0,
                      "%d and %d read the same", a, b);
    }
}
