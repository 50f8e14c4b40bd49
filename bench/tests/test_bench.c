/* The shim, the benchmarks of vact and the comparison of reports, each as a program that is run. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "registry.h"

/* ------------------------------------------------------------------------------------------------- helpers */

static char folder[64];

static void enter(void)
{
    snprintf(folder, sizeof folder, "/tmp/vact_bench_XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(chdir(folder) == 0);
}

static void leave(void)
{
    cr_assert(chdir("/") == 0);
    free(command_run("rm -rf '%s'", folder).text);
}

TestSuite(shim, .init = enter, .fini = leave);
TestSuite(bench, .init = enter, .fini = leave);
TestSuite(against, .init = enter, .fini = leave);
TestSuite(compare, .init = enter, .fini = leave);

/* The report of a program that must end well. JSON has no NaN, and cJSON none either. */
static cJSON *run_report(const char *program, const char *arguments)
{
    command_result result = command_run("'%s' --benchmark_format=json %s 2>errors", program, arguments);
    cr_assert(result.status == 0, "status %d of %s %s", result.status, program, arguments);
    cJSON *report = cJSON_Parse(result.text);
    cr_assert(report != NULL, "not JSON: %s", result.text);
    free(result.text);
    return report;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text != NULL ? text : "";
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    cr_assert(cJSON_IsNumber(item), "%s has no number %s", text_of(object, "name"), key);
    return item->valuedouble;
}

/* The line of that name; null where there is none. */
static const cJSON *line_of(const cJSON *report, const char *name)
{
    const cJSON *line = NULL;
    cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(report, "benchmarks")) if (strcmp(text_of(line, "name"),
                                                                                                name) == 0) return line;
    return NULL;
}

static const cJSON *need_line(const cJSON *report, const char *name)
{
    const cJSON *line = line_of(report, name);
    cr_assert(line != NULL, "no line %s", name);
    return line;
}

static void expect_near(const cJSON *line, const char *key, double value)
{
    double found = number_of(line, key);
    cr_assert(fabs(found - value) <= 1e-6 * fabs(value), "%s of %s is %g, not %g", key, text_of(line, "name"), found,
              value);
}

/* ---------------------------------------------------------------------------------------------------- shim */

static const char shim_flags[] = "--benchmark_min_time=0.001 --benchmark_repetitions=3";

Test(shim, names_and_context)
{
    static const char *const names[] = {"arguments/height:2/width:3",
                                        "arguments/height:4/width:5",
                                        "manual/manual_time",
                                        "range/8",
                                        "range/64",
                                        "range/128",
                                        "steps/1",
                                        "steps/3",
                                        "steps/5",
                                        "skipped"};
    cJSON *report = run_report(SHIM_PROGRAM, "--benchmark_min_time=0.001");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        need_line(report, names[i]);
    const cJSON *lines = cJSON_GetObjectItemCaseSensitive(report, "benchmarks");
    cr_assert(cJSON_GetArraySize(lines) == (int)(sizeof names / sizeof names[0]));
    cr_assert_str_eq(text_of(cJSON_GetObjectItemCaseSensitive(report, "context"), "purpose"), "a test");
    cJSON_Delete(report);
}

Test(shim, manual_time_and_counters)
{
    cJSON *report = run_report(SHIM_PROGRAM, shim_flags);
    const cJSON *line = need_line(report, "manual/manual_time_median");
    expect_near(line, "real_time", 1000.0);
    expect_near(line, "plain", 2.5);
    expect_near(line, "rate", 4e6);
    expect_near(line, "inverse", 0.25);
    expect_near(line, "bytes_per_second", 8e6);
    expect_near(line, "items_per_second", 1e6);
    cr_assert_str_eq(text_of(line, "label"), "a label");
    expect_near(need_line(report, "arguments/height:2/width:3_mean"), "counted", 1.0);
    cJSON_Delete(report);
}

/* Google Benchmark's own coefficient of variation of a counter that is always 0 would be NaN. */
Test(shim, zero_counters_stay_json)
{
    cJSON *report = run_report(SHIM_PROGRAM, shim_flags);
    cr_assert(number_of(need_line(report, "manual/manual_time_cv"), "zero") == 0.0);
    cJSON_Delete(report);
    command_result result = command_run("'%s' %s --benchmark_out=out.json >/dev/null 2>&1", SHIM_PROGRAM, shim_flags);
    cr_assert(result.status == 0);
    free(result.text);
    char *text = read_text("out.json");
    cr_assert(text != NULL);
    report = cJSON_Parse(text);
    cr_assert(report != NULL, "not JSON: %s", text);
    cr_assert(number_of(need_line(report, "manual/manual_time_cv"), "zero") == 0.0);
    cJSON_Delete(report);
    free(text);
}

Test(shim, skip_says_why)
{
    cJSON *report = run_report(SHIM_PROGRAM, "--benchmark_filter=skipped");
    const cJSON *line = need_line(report, "skipped");
    cr_assert(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(line, "error_occurred")));
    cr_assert_str_eq(text_of(line, "error_message"), "says \"no\"");
    cJSON_Delete(report);
}

Test(shim, report_to_c)
{
    command_result result = command_run("'%s' %s --lines 2>&1", SHIM_PROGRAM, shim_flags);
    cr_assert(result.status == 0);
    cr_assert(strstr(result.text, "\n> manual|median|1e-06|a label|-|bytes_per_second=8e+06 inverse=0.25 "
                                  "items_per_second=1e+06 plain=2.5 rate=4e+06 zero=0 \n") != NULL,
              "%s", result.text);
    cr_assert(strstr(result.text, "> skipped|-|0||says \"no\"|\n") != NULL, "%s", result.text);
    free(result.text);
}

Test(shim, arguments_that_nobody_knows)
{
    command_result result = command_run("'%s' --benchmark_nonsense 2>&1", SHIM_PROGRAM);
    cr_assert(result.status == 2);
    cr_assert(strstr(result.text, "--benchmark_nonsense") != NULL, "%s", result.text);
    free(result.text);
    result = command_run("'%s' --benchmark_filter=nothing 2>&1", SHIM_PROGRAM);
    cr_assert(result.status == 1);
    free(result.text);
}

/* --------------------------------------------------------------------------------------------------- bench */

Test(bench, every_operation_has_benchmarks)
{
    command_result result = command_run("'%s' --isa=all --benchmark_list_tests", BENCH_PROGRAM);
    cr_assert(result.status == 0);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *op = &vacti_registry[i];
        const char *shape = op->kind == VACT_KIND_ROWS       ? "rows:128x1024"
                            : op->kind == VACT_KIND_CHANNELS ? "n:131072/slopes:64"
                                                             : "n:131072";
        for (const char *const *input = (const char *const[]){"uniform", "normal", NULL}; *input != NULL; input++) {
            char name[128];
            snprintf(name, sizeof name, "\n%s/f32/%s/%s/%s/%s/", op->name, LAST_BUILD,
                     op->needs_math ? "sleef" : "plain", shape, *input);
            cr_assert(strstr(result.text, name) != NULL, "no benchmark %s", name + 1);
        }
    }
    free(result.text);
}

/* A filter that takes one benchmark keeps its ratios. The figures themselves are only held to be possible. */
Test(bench, counters)
{
    static const char *const counters[] = {"n", "GB/s", "elements/s", "x_copy", "x_expf", "memcpy", "ulp_bound"};
    static const char *const names[] = {
        "relu/f32/[a-z0-9_]+/plain/n:16/normal", "exp/f32/[a-z0-9_]+/sleef/n:1024/uniform",
        "prelu/f32/[a-z0-9_]+/plain/n:1024/slopes:64/normal", "softmax/f32/[a-z0-9_]+/sleef/rows:4x1024/normal"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char flags[256];
        snprintf(flags, sizeof flags, "--benchmark_min_time=0.001 --benchmark_repetitions=2 '--benchmark_filter=^%s'",
                 names[i]);
        cJSON *report = run_report(BENCH_PROGRAM, flags);
        const cJSON *line = NULL;
        size_t medians = 0;
        cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(report, "benchmarks"))
        {
            if (strcmp(text_of(line, "aggregate_name"), "median") != 0)
                continue;
            medians++;
            for (size_t k = 0; k < sizeof counters / sizeof counters[0]; k++) {
                bool may_be_0 = strcmp(counters[k], "ulp_bound") == 0;
                double value = number_of(line, counters[k]);
                cr_assert(value > 0.0 || (may_be_0 && value == 0.0), "%s is %g", counters[k], value);
            }
            /* the kernel exp is such a loop itself */
            if (strncmp(names[i], "exp/", 4) == 0)
                cr_assert(number_of(line, "x_expf") > 0.5 && number_of(line, "x_expf") < 2.0);
        }
        cr_assert(medians == 1, "%zu benchmarks match %s", medians, names[i]);
        cJSON_Delete(report);
    }
}

Test(bench, public_call_against_kernel)
{
    cJSON *report = run_report(BENCH_PROGRAM, "--benchmark_min_time=0.001 --benchmark_repetitions=1 "
                                              "--benchmark_filter=^call/gelu/");
    const cJSON *line = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(report, "benchmarks"), 0);
    cr_assert(number_of(line, "x_kernel") > 0.5);
    number_of(line, "overhead_ns");
    cJSON_Delete(report);
}

Test(bench, gates_and_epilogues_against_the_bare_activation)
{
    static const char *const names[] = {"swiglu/f32/[a-z0-9_]+/fast/n:4096/uniform",
                                        "epilogue/gelu/f32/[a-z0-9_]+/fast/rows:1x4096/normal"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char flags[256];
        snprintf(flags, sizeof flags, "--benchmark_min_time=0.001 --benchmark_repetitions=1 '--benchmark_filter=^%s'",
                 names[i]);
        cJSON *report = run_report(BENCH_PROGRAM, flags);
        const cJSON *line = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(report, "benchmarks"), 0);
        cr_assert(number_of(line, "x_bare") > 0.7 && number_of(line, "x_bare") < 10.0, "%s", names[i]);
        cJSON_Delete(report);
    }
}

Test(bench, special_arguments_against_usual_ones)
{
    cJSON *report = run_report(BENCH_PROGRAM, "--benchmark_min_time=0.001 --benchmark_repetitions=1 "
                                              "--benchmark_filter=^special/gelu/.*one_in_eight:-20");
    const cJSON *line = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(report, "benchmarks"), 0);
    double ratio = number_of(line, "x_usual");
    cr_assert(ratio > 0.7 && ratio < 10.0, "%g", ratio);
    cJSON_Delete(report);
}

Test(bench, table)
{
    command_result result =
        command_run("'%s' --benchmark_min_time=0.001 --benchmark_filter=^relu/.*n:16/ 2>&1", BENCH_PROGRAM);
    cr_assert(result.status == 0);
    cr_assert(strstr(result.text, "x copy") != NULL && strstr(result.text, "\nrelu/f32/") != NULL, "%s", result.text);
    free(result.text);
}

Test(bench, wrong_arguments)
{
    static const char *const wrong[] = {"--isa=mmx", "--nonsense", "nonsense", "--benchmark_nonsense"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        command_result result = command_run("'%s' %s 2>&1", BENCH_PROGRAM, wrong[i]);
        cr_assert(result.status == 2, "%s: status %d", wrong[i], result.status);
        cr_assert(strstr(result.text, strstr(wrong[i], "mmx") != NULL ? "mmx" : "nonsense") != NULL, "%s", result.text);
        free(result.text);
    }
    command_result result = command_run("'%s' --benchmark_filter=nothing 2>&1", BENCH_PROGRAM);
    cr_assert(result.status == 1);
    free(result.text);
}

/* ------------------------------------------------------------------------------------------------- against */

/* What vact_bench --against prints, both streams. */
static char *expect_against(const char *arguments, int status)
{
    command_result result = command_run("'%s' --quick --sizes=4096 --against=%s 2>&1", BENCH_PROGRAM, arguments);
    cr_assert(result.status == status, "status %d, not %d: %s", result.status, status, result.text);
    return result.text;
}

/* How the line of a case ends. */
static void expect_verdict(const char *text, const char *name, const char *verdict)
{
    const char *line = strstr(text, name);
    cr_assert(line != NULL, "no '%s' in: %s", name, text);
    const char *end = strchr(line + 1, '\n');
    size_t length = strlen(verdict);
    cr_assert(end != NULL && (size_t)(end - line) > length && strncmp(end - length, verdict, length) == 0,
              "%s is not '%s': %s", name, verdict, text);
}

/* The default new library is the one in the program's folder. */
Test(against, the_same_library_is_the_same)
{
    char *text = expect_against("'" SHARED_LIBRARY "' --filter='^(backward/)?(gelu|swiglu|softmax)/'", 0);
    cr_assert(strstr(text, "5 compared: 0 slower, 0 faster,") != NULL, "%s", text);
    double ratio = 0.0, control = 0.0;
    const char *line = strstr(text, "\nbackward/gelu/f32/");
    cr_assert(line != NULL, "%s", text);
    cr_assert(sscanf(line, " %*s %*f %*s %lf %lf", &ratio, &control) == 2, "%s", text);
    cr_assert(ratio > 0.5 && ratio < 2.0 && control > 0.5 && control < 2.0, "%s", text);
    free(text);
}

/* Every library is loaded from its own copy; otherwise a library would be its own control. */
Test(against, three_copies_are_loaded_and_none_is_left)
{
    command_result result =
        command_run("mkdir copies; TMPDIR=copies LD_DEBUG=files '%s' --against '%s' --new '%s' --quick "
                    "--sizes=16 --filter=^relu/ 2>&1 | grep -c 'calling init: copies/'; ls copies",
                    BENCH_PROGRAM, WORK_ONCE, WORK_ONCE);
    cr_assert_str_eq(result.text, "3\n");
    free(result.text);
}

/* On a busy machine a measurement may be noisy, but the slower library never becomes the faster one. */
Test(against, a_slower_library_is_slower)
{
    for (int attempt = 0; attempt < 5; attempt++) {
        command_result result = command_run("'%s' --against '%s' --new '%s' --quick --sizes=4096 --filter=^relu/ 2>&1",
                                            BENCH_PROGRAM, WORK_ONCE, WORK_TWICE);
        if (strstr(result.text, "noisy\n") == NULL) {
            cr_assert(result.status == 1, "status %d: %s", result.status, result.text);
            expect_verdict(result.text, "\nrelu/f32/", "  slower");
            free(result.text);
            free(expect_against("'" WORK_TWICE "' --new='" WORK_ONCE "' --filter=^relu/", 0));
            return;
        }
        free(result.text);
    }
    cr_assert_fail("noisy five times");
}

Test(against, what_a_library_lacks_is_skipped)
{
    char *text = expect_against("'" SHARED_LIBRARY "' --new='" WORK_ONCE "' --filter='^(gelu|epilogue/relu|glu)/'", 2);
    expect_verdict(text, "\ngelu/f32/", "skipped: the new library lacks it");
    expect_verdict(text, "\nepilogue/relu/f32/", "skipped: the new library lacks it");
    cr_assert(strstr(text, "0 compared: 0 slower, 0 faster, 0 the same, 0 noisy; 3 skipped\n") != NULL, "%s", text);
    free(text);
}

Test(against, wrong_arguments)
{
    static const struct {
        const char *arguments, *message;
    } wrong[] = {{"missing.so", "cannot read missing.so: No such file"},
                 {"text.so", "cannot load text.so: "},
                 {"libc.so.6", "libc.so.6 is not a vact library"},
                 {"text.so --sizes=0", "'0' is not a number of elements"},
                 {"text.so --sizes=16x", "'16x' is not a number of elements"},
                 {"text.so --isa=mmx", "'mmx' is not in this build"},
                 {"text.so --math=exact", "'exact' is not a variant"},
                 {"text.so --filter='('", "'(' is not a regular expression"},
                 {"text.so other.so", "unexpected argument 'other.so'"},
                 {"text.so --nonsense", "--nonsense"}};
    free(command_run("echo text >text.so; cp \"$(ldd '%s' | sed -n 's/.*=> \\(.*libc.so[^ ]*\\) .*/\\1/p')\" libc.so.6",
                     BENCH_PROGRAM)
             .text);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *text = expect_against(wrong[i].arguments, 2);
        cr_assert(strstr(text, wrong[i].message) != NULL, "no '%s' in: %s", wrong[i].message, text);
        free(text);
    }
    char *text = expect_against("'" SHARED_LIBRARY "' --filter=nothing", 2);
    cr_assert(strstr(text, "nothing to compare") != NULL, "%s", text);
    free(text);
}

#ifdef __x86_64__
Test(bench, missing_instruction_set_is_named)
{
    if (!command_exists("qemu-x86_64"))
        cr_skip_test("no qemu-x86_64");
    command_result result =
        command_run("qemu-x86_64 -cpu Haswell '%s' --isa=avx512 --benchmark_filter=^relu/.*n:16/normal "
                    "2>errors",
                    BENCH_PROGRAM);
    cr_assert(result.status == 0);
    cr_assert(strstr(result.text, "skipped: this CPU lacks the instruction set\n") != NULL, "%s", result.text);
    free(result.text);
}
#endif

/* ------------------------------------------------------------------------------------------------- compare */

/* One benchmark of a report, with its median ratios and the deviation of both. */
typedef struct sample {
    const char *name;
    double n;
    double x_copy;
    double x_expf;
    double deviation;
} sample;

/* x_copy 0 writes a skipped benchmark. */
static void write_report(const char *path, const sample *samples, size_t count)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    fprintf(file, "{\"context\": {}, \"benchmarks\": [");
    for (size_t i = 0; i < count; i++) {
        const sample *s = &samples[i];
        const char *comma = i == 0 ? "" : ",";
        if (s->x_copy == 0.0)
            fprintf(file, "%s{\"run_name\": \"%s\", \"run_type\": \"iteration\", \"error_occurred\": true}", comma,
                    s->name);
        else
            fprintf(file,
                    "%s{\"run_name\": \"%s\", \"run_type\": \"aggregate\", \"aggregate_name\": \"median\", \"n\": %g, "
                    "\"x_copy\": %g, \"x_expf\": %g}, {\"run_name\": \"%s\", \"run_type\": \"aggregate\", "
                    "\"aggregate_name\": \"cv\", \"n\": 0, \"x_copy\": %g, \"x_expf\": %g}",
                    comma, s->name, s->n, s->x_copy, s->x_expf, s->name, s->deviation, s->deviation);
    }
    fprintf(file, "]}\n");
    fclose(file);
}

static void expect_compare(const char *arguments, int status, const char *const *texts)
{
    command_result result = command_run("'%s' %s 2>&1", COMPARE_PROGRAM, arguments);
    cr_assert(result.status == status, "status %d, not %d: %s", result.status, status, result.text);
    for (; *texts != NULL; texts++)
        cr_assert(strstr(result.text, *texts) != NULL, "no '%s' in: %s", *texts, result.text);
    free(result.text);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const sample before[] = {
    {"slow", 1024, 2.0, 1.0, 0.01},    {"fast", 1024, 2.0, 1.0, 0.01}, {"same", 1024, 2.0, 1.0, 0.01},
    {"noisy", 1024, 2.0, 1.0, 0.10},   {"copy", 1024, 2.0, 1.0, 0.01}, {"lost", 1024, 2.0, 1.0, 0.01},
    {"skipped", 1024, 2.0, 1.0, 0.01},
};
static const sample after[] = {
    {"slow", 1024, 2.2, 1.1, 0.01},  {"fast", 1024, 1.8, 0.9, 0.01}, {"same", 1024, 2.04, 1.02, 0.01},
    {"noisy", 1024, 2.5, 1.25, 0.1}, {"copy", 1024, 2.5, 0.99, 0.0}, {"new", 1024, 2.0, 1.0, 0.01},
    {"skipped", 0, 0.0, 0.0, 0.0},
};
enum { BEFORE = sizeof before / sizeof before[0], AFTER = sizeof after / sizeof after[0] };

Test(compare, verdicts)
{
    write_report("old.json", before, BEFORE);
    write_report("new.json", after, AFTER);
    expect_compare("old.json new.json", 1,
                   TEXTS("SLOWER   slow ", "faster   fast ", "skipped  skipped\n", "new      new\n", "+10.0 %",
                         "5 compared: 1 slower, 1 faster, 3 the same within the noise;",
                         "; 1 skipped; 1 only in the old report\n"));
}

Test(compare, nothing_slower)
{
    write_report("old.json", before, BEFORE);
    write_report("new.json", after + 1, AFTER - 1);
    expect_compare("old.json new.json", 0, TEXTS("4 compared: 0 slower, 1 faster"));
    expect_compare("old.json old.json", 0, TEXTS("7 compared: 0 slower, 0 faster, 7 the same"));
}

Test(compare, agreement_counts_what_is_in_cache)
{
    static sample one[10];
    static sample two[10];
    static char names[10][8];
    for (size_t i = 0; i < 10; i++) {
        snprintf(names[i], sizeof names[i], "b%zu", i);
        one[i] = (sample){names[i], i == 9 ? 131073 : 131072, 2.0, 1.0, 0.01};
        two[i] = one[i];
        two[i].x_copy *= i == 9 ? 2.0 : 1.04;
    }
    write_report("one.json", one, 10);
    write_report("two.json", two, 10);
    expect_compare("--agreement=5 one.json two.json", 0, TEXTS("9 of 9 benchmarks in cache (100.0 %)"));
    expect_compare("--agreement 3 one.json two.json", 1, TEXTS("0 of 9 benchmarks in cache (0.0 %)"));
    two[0].x_expf = 0.5;
    write_report("two.json", two, 10);
    expect_compare("--agreement=5 one.json two.json", 1, TEXTS("8 of 9 benchmarks in cache (88.9 %)", "100.0 %  b0 "));
}

Test(compare, what_is_no_report)
{
    write_report("old.json", before, 1);
    write_report("other.json", before + 1, 1);
    free(command_run("echo '{' >broken.json; echo '{}' >empty.json").text);
    expect_compare("old.json broken.json", 2, TEXTS("broken.json: not a report"));
    expect_compare("empty.json old.json", 2, TEXTS("empty.json: not a report"));
    expect_compare("old.json missing.json", 2, TEXTS("missing.json: No such file"));
    expect_compare("old.json other.json", 2, TEXTS("no benchmark in common"));
    expect_compare("old.json", 2, TEXTS("Usage:"));
    expect_compare("--agreement=x old.json old.json", 2, TEXTS("'x' is not a percentage"));
}

Test(compare, takes_what_bench_writes)
{
    command_result result = command_run("'%s' --benchmark_min_time=0.001 --benchmark_filter=^relu/.*n:16/normal "
                                        "--benchmark_out=report.json 2>&1",
                                        BENCH_PROGRAM);
    cr_assert(result.status == 0, "%s", result.text);
    free(result.text);
    expect_compare("report.json report.json", 0, TEXTS("1 compared: 0 slower"));
    expect_compare("--agreement=5 report.json report.json", 0, TEXTS("1 of 1 benchmarks in cache"));
}
