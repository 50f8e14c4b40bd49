/* `vact accuracy --merge`: shards give the whole; what cannot be joined is refused, what exceeds a bound is reported.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accuracy_plain.h"
#include "command.h"
#include "program.h"
#include "support.h"

TestSuite(accuracy_merge, .init = program_enter, .fini = program_leave);

#define STRIDE "--stride=1048573 "       /* a prime: 4097 inputs */
#define OTHER_STRIDE "--stride=1048571 " /* another */

/* Sweeps into a file. */
static void sweep_on(const char *builds, const char *path, const char *arguments)
{
    char line[512];
    snprintf(line, sizeof line, "accuracy --quiet --isa=%s --json=%s %s", builds, path, arguments);
    program_expect(program_run(line), 0, "");
}

/* On the build that every CPU runs. */
static void sweep(const char *path, const char *arguments)
{
    sweep_on(vacti_builds[vacti_build_count - 1], path, arguments);
}

static const program_result *merge(const char *files)
{
    char line[512];
    snprintf(line, sizeof line, "accuracy --merge --json=merged.json %s", files);
    return program_run(line);
}

/* Puts a value into the document, or, where `list` is not null, into one of that list of results; null takes the member
 * away. */
static void edit(const char *path, const char *list, int index, const char *member, cJSON *value)
{
    cJSON *document = json_document(path);
    cJSON *object = list ? cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(document, list), index) : document;
    cr_assert_not_null(object, "%s has no %s[%d]", path, list, index);
    cJSON_DeleteItemFromObjectCaseSensitive(object, member);
    if (value)
        cJSON_AddItemToObject(object, member, value);
    char *text = cJSON_Print(document);
    FILE *file = fopen(path, "w");
    cr_assert(text && file && fputs(text, file) >= 0 && fclose(file) == 0);
    cJSON_free(text);
    cJSON_Delete(document);
}

/* ----------------------------------------------------------------------------------- shards that fit */

static void expect_the_whole(const char *builds, const char *arguments)
{
    char line[256], path[16];
    sweep_on(builds, "whole.json", arguments);
    for (int i = 1; i <= 3; i++) {
        snprintf(line, sizeof line, "--shard=%d/3 %s", i, arguments);
        snprintf(path, sizeof path, "%d.json", i);
        sweep_on(builds, path, line);
    }
    program_expect(merge("3.json 1.json 2.json"), 0, "");
    char *whole = read_text("whole.json"), *merged = read_text("merged.json");
    cr_assert(whole && merged);
    cr_expect(strcmp(whole, merged) == 0, "%s: the whole\n%sand merged\n%s", arguments, whole, merged);
    free(whole), free(merged);
}

Test(accuracy_merge, shards_make_the_whole)
{
    const char *plainest = vacti_builds[vacti_build_count - 1];
    expect_the_whole(plainest, "--stride=65537 --math=all --op=leaky_relu,elu,softmax");
    expect_the_whole(plainest, "--stride=65537 --backward --op=sigmoid,gelu");
    /* of which the variant sleef has other bits without FMA */
    if (vacti_build_runs("scalar") && vacti_build_runs("scalar_fma"))
        expect_the_whole("scalar,scalar_fma", "--stride=65537 --math=all --op=exp");
}

/* The figures put into a shard. */
typedef struct shard {
    double inputs, order_errors, misrounded, failures, differing;
    const char *max_error, *max_input, *first_differing, *bits;
} shard;

static void pretend(const char *path, const shard *found)
{
    edit(path, "results", 0, "inputs", cJSON_CreateNumber(found->inputs));
    edit(path, "results", 0, "falls", cJSON_CreateNumber(found->order_errors));
    edit(path, "results", 0, "misrounded", cJSON_CreateNumber(found->misrounded));
    edit(path, "results", 0, "failures", cJSON_CreateNumber(found->failures));
    edit(path, "results", 0, "differing", cJSON_CreateNumber(found->differing));
    edit(path, "results", 0, "max_error", cJSON_CreateString(found->max_error));
    edit(path, "results", 0, "max_input", cJSON_CreateString(found->max_input));
    edit(path, "results", 0, "bits", cJSON_CreateString(found->bits));
    if (found->first_differing)
        edit(path, "results", 0, "first_differing", cJSON_CreateString(found->first_differing));
}

Test(accuracy_merge, adds_what_shards_found)
{
    static const shard found[3] = {
        {10, 1, 3, 1, 0, "1.5", "0x00000001", NULL, "fffffffffffffff0"},
        {20, 2, 5, 0, 4, "2.5", "0x50000000", "0x5a000000", "0000000000000020"},
        {30, 4, 7, 2, 9, "2.5", "0xa0000000", "0xaa000000", "0000000000000001"},
    };
    static const accuracy_tally expected = {.inputs = 60,
                                            .order_errors = 7,
                                            .misrounded = 15,
                                            .failures = 3,
                                            .differing = 13,
                                            .max_error = 2.5,
                                            .max_input = 0x50000000,
                                            .first_differing = 0x5a000000,
                                            .bits = 0x11};
    sweep("1.json", STRIDE "--op=leaky_relu --shard=1/3");
    sweep("2.json", STRIDE "--op=leaky_relu --shard=2/3");
    sweep("3.json", STRIDE "--op=leaky_relu --shard=3/3");
    pretend("1.json", &found[0]);
    pretend("2.json", &found[1]);
    pretend("3.json", &found[2]);
    const char *const orders[] = {"1.json 2.json 3.json", "3.json 2.json 1.json", "2.json 3.json 1.json"};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        const program_result *result = merge(orders[i]);
        cr_assert(result->status == 1 && strstr(result->out, "FAIL: wrong NaN, infinity or zero"), "status %d: %s%s",
                  result->status, result->out, result->err);
        cJSON *document = json_document("merged.json");
        const cJSON *results = json_array(document, "results");
        cr_assert(cJSON_GetArraySize(results) == 1);
        accuracy_tally merged = json_tally(cJSON_GetArrayItem(results, 0));
        expect_findings(orders[i], &merged, &expected);
        cr_expect(merged.bits == expected.bits, "%s: bits %016" PRIx64, orders[i], merged.bits);
        cJSON_Delete(document);
    }
}

/* --------------------------------------------------------------------------------------- what does not */

static void expect_refused(const char *files, const char *message)
{
    program_expect(merge(files), 1, message);
    cr_expect(access("merged.json", F_OK) != 0, "%s: merged all the same", files);
}

Test(accuracy_merge, refuses_shards_that_do_not_fit)
{
    static const char *const files[][2] = {
        {"1.json", STRIDE "--op=leaky_relu --shard=1/3"},
        {"2.json", STRIDE "--op=leaky_relu --shard=2/3"},
        {"3.json", STRIDE "--op=leaky_relu --shard=3/3"},
        {"whole.json", STRIDE "--op=leaky_relu"},
        {"half.json", STRIDE "--op=leaky_relu --shard=2/2"},
        {"stride.json", OTHER_STRIDE "--op=leaky_relu --shard=2/3"},
        {"alpha.json", STRIDE "--op=leaky_relu --param=alpha=0.5 --shard=2/3"},
        {"gradient.json", STRIDE "--op=leaky_relu --backward --shard=2/3"},
        {"rows.json", STRIDE "--op=softmax"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        sweep(files[i][0], files[i][1]);
    program_expect(program_run("accuracy --merge 1.json 2.json 3.json"), 0, "");

    expect_refused("1.json 2.json 3.json 2.json", "overlapping shards: the same shard is in more than one file");
    expect_refused("whole.json whole.json", "overlapping shards: the same shard is in more than one file");
    expect_refused("whole.json 2.json", "overlapping shards: one file holds all inputs, another a part of them");
    expect_refused("1.json half.json", "shards of different divisions cannot be joined");
    char missing[64];
    snprintf(missing, sizeof missing, "leaky_relu, plain, %s: missing shards: 2/3",
             vacti_builds[vacti_build_count - 1]);
    expect_refused("1.json 3.json", missing);
    expect_refused("2.json", "missing shards: 1/3 3/3");
    expect_refused("1.json alpha.json 3.json", "missing shards: 2/3");
    expect_refused("1.json gradient.json 3.json", "missing shards: 2/3");
    expect_refused("1.json stride.json 3.json", "made with stride 1048571, another file with 1048573");
    expect_refused("rows.json whole.json rows.json", "these rows are in more than one file");

    edit("2.json", NULL, 0, "numerics_version", cJSON_CreateNumber(VACT_NUMERICS_VERSION + 1));
    expect_refused("1.json 2.json 3.json", "2.json: made by vact " VACT_VERSION " with numerics version");
    edit("2.json", NULL, 0, "numerics_version", cJSON_CreateNumber(VACT_NUMERICS_VERSION));
    edit("2.json", NULL, 0, "version", cJSON_CreateString("0.0.0"));
    expect_refused("1.json 2.json 3.json", "2.json: made by vact 0.0.0");
    edit("2.json", NULL, 0, "version", cJSON_CreateString(VACT_VERSION));
    edit("2.json", "results", 0, "build", cJSON_CreateString("other"));
    expect_refused("1.json 2.json 3.json", missing);
    edit("2.json", "results", 0, "build", cJSON_CreateString(vacti_builds[vacti_build_count - 1]));
    program_expect(program_run("accuracy --merge 1.json 2.json 3.json"), 0, "");
}

Test(accuracy_merge, refuses_what_is_no_result)
{
    static const char *const members[] = {"op",         "function", "math",      "build", "params",
                                          "shards",     "inputs",   "max_error", "falls", "max_input",
                                          "misrounded", "failures", "differing", "bits"};
    static const char *const heads[] = {"version", "numerics_version", "stride"};
    char message[96];
    sweep("whole.json", STRIDE "--op=leaky_relu");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        command_result copied = command_run("cp whole.json less.json");
        free(copied.text);
        edit("less.json", "results", 0, members[i], NULL);
        snprintf(message, sizeof message, "less.json: results[0]: '%s' is missing or wrong", members[i]);
        expect_refused("less.json", message);
    }
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        command_result copied = command_run("cp whole.json less.json");
        free(copied.text);
        edit("less.json", NULL, 0, heads[i], NULL);
        expect_refused("less.json", "not a result of vact accuracy");
    }
    edit("whole.json", NULL, 0, "rows", NULL);
    expect_refused("whole.json", "whole.json: no array 'rows': not a result of vact accuracy");
    expect_refused("none.json", "none.json: No such file or directory");
    expect_refused("/dev/null", "/dev/null: not JSON");
}

/* ------------------------------------------------------------------------------------- what is a fault */

/* Merges a file, one result of which is edited; the fault, or "" for none. */
static void expect_fault(const char *path, const char *list, int index, const char *member, const char *value,
                         const char *fault)
{
    command_result copied = command_run("cp '%s' edited.json", path);
    free(copied.text);
    edit("edited.json", list, index, member, cJSON_CreateString(value));
    const program_result *result = merge("edited.json");
    cr_expect(result->status == (fault[0] ? 1 : 0), "%s, %s[%d], %s %s: status %d: %s%s", path, list, index, member,
              value, result->status, result->out, result->err);
    char text[64];
    snprintf(text, sizeof text, "FAIL: %s\n", fault);
    const char *told = strstr(result->out, "FAIL: ");
    cr_expect(fault[0] ? told && strstr(told, text) == told && !strstr(told + 1, "FAIL: ") : !told,
              "%s, %s[%d], %s %s: not '%s': %s", path, list, index, member, value, fault, result->out);
}

static void expect_bound(const char *path, const char *list, double bound)
{
    char within[40], beyond[40];
    snprintf(within, sizeof within, "%.17g", bound);
    snprintf(beyond, sizeof beyond, "%.17g", bound + 0.001);
    expect_fault(path, list, 0, "max_error", within, "");
    expect_fault(path, list, 0, "max_error", beyond, "beyond its bound");
    expect_fault(path, list, 0, "max_error", "inf", "beyond its bound");
}

Test(accuracy_merge, fails_beyond_a_bound)
{
    const vacti_op_info *gelu = vacti_registry_by_name("gelu");
    sweep("relu.json", STRIDE "--op=relu");
    expect_bound("relu.json", "results", 0.0);
    sweep("fast.json", STRIDE "--op=gelu --math=fast");
    expect_bound("fast.json", "results", gelu->bound_fast);
    if (vacti_table_of_build(vacti_builds[0], VACT_MATH_SLEEF)) {
        sweep("sleef.json", STRIDE "--op=gelu --math=sleef");
        expect_bound("sleef.json", "results", gelu->bound_sleef);
    }
    sweep("gradient.json", STRIDE "--op=gelu --backward");
    expect_bound("gradient.json", "results", 2.0); /* of every gradient: vact.h */
    sweep("rows.json", STRIDE "--op=softmax --math=fast");
    expect_bound("rows.json", "rows", vacti_registry_by_name("softmax")->bound_fast);
}

/* Another hash than the reference build's, as from a separate run. */
Test(accuracy_merge, fails_where_bits_differ)
{
    static const char hash[] = "0123456789abcdef";
    if (!vacti_build_runs("scalar") || !vacti_build_runs("scalar_fma"))
        cr_skip("scalar_fma, or scalar beside it: this CPU lacks it");
    sweep_on("scalar", "scalar.json", STRIDE "--op=relu,elu --math=all");
    sweep_on("scalar_fma", "fma.json", STRIDE "--op=relu,elu --math=all");
    program_expect(merge("scalar.json fma.json"), 0, "");
    cJSON *document = json_document("merged.json");
    const cJSON *results = json_array(document, "results");
    command_result moved = command_run("mv merged.json both.json");
    free(moved.text);
    for (int i = 0; i < cJSON_GetArraySize(results); i++) {
        const cJSON *result = cJSON_GetArrayItem(results, i);
        bool other = strcmp(json_text(result, "build"), "scalar") == 0;
        bool exempt = other && strcmp(json_text(result, "math"), "sleef") == 0;
        /* Where it is the reference's hash, the other build's is the one that differs. */
        if (other)
            expect_fault("both.json", "results", i, "bits", hash, exempt ? "" : "other bits");
    }
    cJSON_Delete(document);

    command_result copied = command_run("cp both.json edited.json");
    free(copied.text);
    edit("edited.json", "results", 1, "first_differing", cJSON_CreateString("0x00000001"));
    edit("edited.json", "results", 1, "differing", cJSON_CreateNumber(1));
    const program_result *result = merge("edited.json");
    cr_expect(result->status == 1 && strstr(result->out, "FAIL: other bits"), "status %d: %s", result->status,
              result->out);
}
