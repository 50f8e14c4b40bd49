/* The cases of the kernel tests, and the batches in which they are run. */
#include "support.h"

#include <criterion/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "case_records.h"

/* The build whose bits the others must have: fused multiply-adds in plain C. */
static const char *const REFERENCE_BUILD = "scalar_fma";
static const char *const PLAINEST_BUILD = "scalar";

static const vact_math VARIANTS[] = {VACT_MATH_SLEEF, VACT_MATH_FAST, VACT_MATH_CR};

static const char *variant_name(vact_math math)
{
    switch (math) {
    case VACT_MATH_AUTO: return "plain";
    case VACT_MATH_SLEEF: return "sleef";
    case VACT_MATH_FAST: return "fast";
    case VACT_MATH_CR: return "cr";
    }
    return "unknown";
}

/* The batches that a list is made of, which stay until Criterion frees them. */
typedef struct batch_list {
    test_batch *v;
    size_t n;
} batch_list;

static void add_case(batch_list *list, size_t op, size_t build, vact_math math)
{
    if (list->n == 0 || list->v[list->n - 1].count == TEST_BATCH) {
        test_batch *grown = realloc(list->v, (list->n + 1) * sizeof *list->v);
        if (grown == NULL)
            abort();
        list->v = grown;
        list->v[list->n++].count = 0;
    }
    test_batch *last = &list->v[list->n - 1];
    last->cases[last->count++] = (test_case){(int)op, (int)build, (int)math};
}

static void free_batches(struct criterion_test_params *params) { free(params->params); }

bool test_has_epilogue(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)info, (void)build;
    return math != VACT_MATH_CR;
}

struct criterion_test_params test_cases_that(vact_kind kind, test_wanted_fn *wanted)
{
    batch_list list = {0};
    for (size_t op = 0; op < vacti_registry_count; op++) {
        const vacti_op_info *info = &vacti_registry[op];
        if (info->kind != kind)
            continue;
        for (size_t build = 0; build < vacti_build_count; build++) {
            if (!info->needs_math && wanted(info, vacti_builds[build], VACT_MATH_AUTO))
                add_case(&list, op, build, VACT_MATH_AUTO);
            if (info->near && vacti_table_of_build(vacti_builds[build], VACT_MATH_CR) != NULL &&
                wanted(info, vacti_builds[build], VACT_MATH_CR))
                add_case(&list, op, build, VACT_MATH_CR);
            for (size_t i = 0; info->needs_math && i < sizeof VARIANTS / sizeof VARIANTS[0]; i++)
                if (vacti_table_of_build(vacti_builds[build], VARIANTS[i]) != NULL &&
                    (VARIANTS[i] != VACT_MATH_CR || kind != VACT_KIND_CHANNELS) &&
                    wanted(info, vacti_builds[build], VARIANTS[i]))
                    add_case(&list, op, build, VARIANTS[i]);
        }
    }
    return cr_make_param_array(test_batch, list.v, list.n, free_batches);
}

static bool want_all(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)info, (void)build, (void)math;
    return true;
}

/* Without FMA instructions SLEEF's functions return other bits: the one exemption of design.md section 3. */
static bool want_same_bits(const vacti_op_info *info, const char *build, vact_math math)
{
    bool exempt = info->needs_math && math == VACT_MATH_SLEEF && strcmp(build, PLAINEST_BUILD) == 0;
    return strcmp(build, REFERENCE_BUILD) != 0 && !exempt;
}

struct criterion_test_params test_cases(vact_kind kind) { return test_cases_that(kind, want_all); }

struct criterion_test_params test_cases_of_same_bits(vact_kind kind) { return test_cases_that(kind, want_same_bits); }

static bool want_gradient(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)build;
    return !info->needs_math || math == VACT_MATH_FAST;
}

struct criterion_test_params test_cases_of_gradients(void) { return test_cases_that(VACT_KIND_UNARY, want_gradient); }

/* -------------------------------------------------------------------------------------- batches of cases */

enum { TEXT_SIZE = 256 };

enum { CASE_SECONDS = 600 }; /* then an alarm ends a case that hangs, and the record of its start names it */

static jmp_buf case_end;
static bool in_case;

/* Criterion has an assertion, and so a record, before it goes on: not even a crash loses one. */
static void record(case_record what, const char *text)
{
    struct criterion_assert_stats held = {.message = text, .passed = true, .line = what, .file = CASE_RECORD_FILE};
    criterion_send_assert(&held);
}

static void record_begin(const test_case *which)
{
    char text[TEXT_SIZE];
    snprintf(text, sizeof text, "%s %s %s", vacti_registry[which->op].name, variant_name((vact_math)which->math),
             vacti_builds[which->build]);
    record(CASE_BEGINS, text);
}

/* Below -O2, as under a sanitizer, GCC emits no vzeroupper; the baseline build is then ten times as slow after AVX-512.
 */
static void clear_upper_halves(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx"))
        __asm__ volatile("vzeroupper" ::: "memory");
#endif
}

void test_each(const test_batch *batch, test_case_fn *check)
{
    char count[TEXT_SIZE];
    snprintf(count, sizeof count, "%d", batch->count);
    record(CASE_COUNT, count);
    for (volatile int i = 0; i < batch->count; i++) {
        record_begin(&batch->cases[i]);
        clear_upper_halves();
        in_case = true;
        alarm(CASE_SECONDS);
        if (setjmp(case_end) == 0)
            check(&batch->cases[i]);
        in_case = false;
    }
    alarm(0);
    record(CASES_END, "");
}

void test_end_case(void)
{
    if (in_case)
        longjmp(case_end, 1);
    criterion_abort_test();
}

void test_skip(const char *reason, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, reason);
    vsnprintf(text, sizeof text, reason, arguments);
    va_end(arguments);
    if (!in_case)
        cr_skip("%s", text);
    record(CASE_IS_SKIPPED, text);
    test_end_case();
}

/* -------------------------------------------------------------------------------------------- subjects */

test_subject test_begin(const test_case *which)
{
    test_subject subject = {0};
    subject.info = &vacti_registry[which->op];
    subject.build = vacti_builds[which->build];
    subject.variant = variant_name((vact_math)which->math);
    subject.bound = vacti_registry_bound(subject.info, (vact_math)which->math);
    if (!vacti_build_runs(subject.build))
        test_skip("%s: this CPU lacks it", subject.build);
    subject.table = vacti_table_of_build(subject.build, (vact_math)which->math);
    cr_assert(subject.table != NULL, "%s %s: no table", subject.build, subject.variant);
    return subject;
}

const vacti_table *test_reference_table(const test_case *which)
{
    const vacti_table *table = vacti_table_of_build(REFERENCE_BUILD, (vact_math)which->math);
    cr_assert(table != NULL, "%s is not in this library", REFERENCE_BUILD);
    if (!vacti_build_runs(REFERENCE_BUILD))
        test_skip("%s: this CPU lacks it", REFERENCE_BUILD);
    return table;
}
