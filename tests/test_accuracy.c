/* `vact accuracy` finds what a plain loop over the same inputs finds, however the work is split; digests are `bits`. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accuracy_plain.h"
#include "command.h"
#include "program.h"
#include "support.h"
#include "tools/accuracy/hash.h"

TestSuite(accuracy, .init = program_enter, .fini = program_leave);

/* A prime, so that all low bits of the patterns occur. */
#if TEST_SANITIZED
#define STRIDE 1048573
#else
#define STRIDE 65537
#endif
#define TEXT_OF(number) #number
#define DECIMAL(number) TEXT_OF(number)
#define THINNED "--stride=" DECIMAL(STRIDE) " "

static const uint64_t all_inputs = (uint64_t)1 << 32;

/* ---------------------------------------------------------------------------------------- the findings */

/* The builds that this CPU runs, with commas, including the baseline, some of whose bits differ. */
static size_t list_builds(char *list, size_t size)
{
    size_t count = 0;
    list[0] = '\0';
    for (size_t i = 0; i < vacti_build_count; i++) {
        if (!vacti_build_runs(vacti_builds[i]))
            continue;
        size_t length = strlen(list);
        snprintf(list + length, size - length, "%s%s", count++ == 0 ? "" : ",", vacti_builds[i]);
    }
    return count;
}

static size_t variants(void)
{
    size_t count = 0;
    for (int math = VACT_MATH_SLEEF; math <= VACT_MATH_CR; math++)
        count += vacti_table_of_build(vacti_builds[0], (vact_math)math) != NULL;
    return count;
}

/* An operation that needs no variant is the same in any table. */
static const vacti_table *table_of(const char *build, const cJSON *result)
{
    const char *name = json_text(result, "math");
    const vact_math math = strcmp(name, "sleef") == 0 ? VACT_MATH_SLEEF
                           : strcmp(name, "cr") == 0  ? VACT_MATH_CR
                                                      : VACT_MATH_FAST;
    const vacti_table *table = vacti_table_of_build(build, math);
    cr_assert_not_null(table, "%s has no such table", build);
    return table;
}

static void expect_plain(const cJSON *result, uint64_t start, uint64_t end, uint32_t stride)
{
    const char *build = json_text(result, "build");
    const accuracy_target target = json_target(result);
    const vacti_table *reference = table_of(vacti_build_runs("scalar_fma") ? "scalar_fma" : "scalar", result);
    accuracy_tally expected = plain_sweep(&target, table_of(build, result), reference, start, end, stride);
    accuracy_tally found = json_tally(result);
    char subject[128];
    snprintf(subject, sizeof subject, "%s %s %s %s", json_text(result, "op"), json_text(result, "function"),
             json_text(result, "math"), build);
    expect_findings(subject, &found, &expected);
}

/* Sweeps on every build; `subjects` is the number of operations, variants and functions that the arguments name. The
 * document is to be deleted. */
static cJSON *sweep(const char *arguments, size_t subjects)
{
    char builds[128], line[512];
    size_t count = list_builds(builds, sizeof builds);
    snprintf(line, sizeof line, "accuracy --quiet --threads=3 --isa=%s --json=sweep.json %s", builds, arguments);
    program_expect(program_run(line), 0, "");
    cJSON *document = json_document("sweep.json");
    int results = cJSON_GetArraySize(json_array(document, "results"));
    cr_assert(results == (int)(count * subjects), "%s: %d results instead of %zu", arguments, results,
              count * subjects);
    return document;
}

static void expect_plain_sweep(const char *arguments, size_t subjects, uint64_t start, uint64_t end, uint32_t stride)
{
    cJSON *document = sweep(arguments, subjects);
    const cJSON *result = NULL;
    cJSON_ArrayForEach(result, json_array(document, "results")) { expect_plain(result, start, end, stride); }
    cJSON_Delete(document);
}

Test(accuracy, of_operations)
{
    expect_plain_sweep(THINNED "--math=all --op=relu,leaky_relu,gelu,log_sigmoid,exp,prelu", 3 + 3 * variants(), 0,
                       all_inputs, STRIDE);
}

Test(accuracy, of_gradients)
{
    /* relu's and sigmoid's from the output too */
    expect_plain_sweep(THINNED "--backward --op=relu,gelu,sigmoid", 5, 0, all_inputs, STRIDE);
}

/* At other parameters no operation counts as increasing. */
Test(accuracy, of_parameters)
{
    expect_plain_sweep(THINNED "--math=all --op=elu,celu --param=alpha=0.5", 2 * variants(), 0, all_inputs, STRIDE);
    cJSON *document = json_document("sweep.json");
    const cJSON *result = NULL;
    cJSON_ArrayForEach(result, json_array(document, "results"))
    {
        const cJSON *params = cJSON_GetObjectItemCaseSensitive(result, "params");
        cr_expect_str_eq(json_text(params, "alpha"), "0.5");
        cr_expect_not(cJSON_HasObjectItem(result, "falls"), "order errors that were not counted");
    }
    cJSON_Delete(document);
    document = sweep(THINNED "--math=fast --op=elu --param=alpha=1", 1);
    cr_expect(cJSON_HasObjectItem(cJSON_GetArrayItem(json_array(document, "results"), 0), "falls"));
    cJSON_Delete(document);
}

/* All inputs of a block, which take many chunks: where log_sigmoid has order errors and its largest error, where
 * sigmoid's variant sleef has order errors, and where a gradient is judged by 2^-25*|dy|. */
static void expect_plain_block(const char *arguments, size_t subjects, uint32_t block)
{
    char line[256];
    if (TEST_SANITIZED)
        cr_skip("accuracy: all inputs of a block take long under a sanitizer");
    snprintf(line, sizeof line, "--shard=%" PRIu32 "/%d %s", block + 1, ACCURACY_BLOCKS, arguments);
    uint64_t start = (uint64_t)block << ACCURACY_BLOCK_BITS;
    expect_plain_sweep(line, subjects, start, start + ((uint64_t)1 << ACCURACY_BLOCK_BITS), 1);
}

Test(accuracy, of_every_input_near_5) { expect_plain_block("--op=log_sigmoid --math=all", variants(), 0x40b); }

Test(accuracy, of_every_input_near_minus_4) { expect_plain_block("--op=sigmoid --math=all", variants(), 0xc08); }

Test(accuracy, of_every_gradient_near_minus_a_quarter) { expect_plain_block("--op=gelu --backward", 1, 0xbe8); }

/* ------------------------------------------------------------------------------------- the same, split */

static void expect_same_results(const char *arguments)
{
    char line[256];
    snprintf(line, sizeof line, "accuracy --quiet --threads=1 --json=one.json %s", arguments);
    program_expect(program_run(line), 0, "");
    snprintf(line, sizeof line, "accuracy --quiet --threads=3 --json=three.json %s", arguments);
    program_expect(program_run(line), 0, "");
    char *one = read_text("one.json"), *three = read_text("three.json");
    cr_assert(one && three);
    cr_expect(strcmp(one, three) == 0, "%s: by one thread\n%sby three\n%s", arguments, one, three);
    free(one), free(three);
}

Test(accuracy, does_not_depend_on_threads)
{
    expect_same_results(THINNED "--math=all --op=relu,elu,gelu,softmax");
    expect_same_results(THINNED "--backward --op=sigmoid,gelu");
    expect_same_results("--shard=763/1024 --stride=61 --backward --op=gelu"); /* from -0.25 down */
}

/* --------------------------------------------------------------------------------------------- digests */

/* The lines of an operation, "NAME VARIANT PLACE HASH": the blocks from the first on, and the sum. */
static void expect_digests(const char *digests, const cJSON *result, uint32_t first, uint32_t end)
{
    char label[ACCURACY_LABEL], start[ACCURACY_LABEL + 32];
    const accuracy_target target = json_target(result);
    accuracy_label(label, &target);
    int length = snprintf(start, sizeof start, "\n%s %s ", label, json_text(result, "math"));
    uint32_t block = first, place = 0;
    uint64_t hash = 0, sum = 0, all = 0;
    const char *at = digests;
    for (; (at = strstr(at, start)) != NULL && block < end; at += length, block++) {
        cr_assert(sscanf(at + length, "%" SCNu32 " %" SCNx64, &place, &hash) == 2, "%.80s", at);
        cr_assert(place == block, "%s: block %" PRIu32 " where %" PRIu32 " is due", label, place, block);
        sum += accuracy_hash_join(block, hash);
    }
    cr_assert(at != NULL && sscanf(at + length, "all %" SCNx64, &all) == 1, "%s: no sum after block %" PRIu32, label,
              block);
    uint64_t bits = json_tally(result).bits;
    cr_expect(all == bits, "%s: the digest says %016" PRIx64 ", JSON %016" PRIx64, label, all, bits);
    cr_expect(sum == bits, "%s: the sum of blocks is %016" PRIx64 ", JSON has %016" PRIx64, label, sum, bits);
}

static void expect_digests_of_rows(const char *digests, const cJSON *result)
{
    char line[128];
    snprintf(line, sizeof line, "\n%s %s columns:%.0f %s\n", json_text(result, "op"), json_text(result, "math"),
             json_number(result, "columns"), json_text(result, "bits"));
    cr_expect(strstr(digests, line), "the digests lack%s", line);
}

static void expect_digests_of(const char *arguments, uint32_t first, uint32_t end)
{
    char line[256];
    snprintf(line, sizeof line, "accuracy --quiet --json=results.json %s", arguments);
    program_expect(program_run(line), 0, "");
    snprintf(line, sizeof line, "accuracy --quiet --digest=digests %s", arguments);
    program_expect(program_run(line), 0, "");
    snprintf(line, sizeof line, "accuracy --quiet --digest=others --isa=%s %s", vacti_builds[vacti_build_count - 1],
             arguments);
    program_expect(program_run(line), 0, "");
    char *digests = read_text("digests"), *others = read_text("others");
    cJSON *document = json_document("results.json");
    const cJSON *result = NULL;
    cr_assert(digests && others);
    cr_expect(strcmp(digests, others) == 0, "%s: the digests of two builds differ", arguments);
    cJSON_ArrayForEach(result, json_array(document, "results")) { expect_digests(digests, result, first, end); }
    cJSON_ArrayForEach(result, json_array(document, "rows")) { expect_digests_of_rows(digests, result); }
    cJSON_Delete(document);
    free(digests), free(others);
}

Test(accuracy, digests_are_bits)
{
    /* fast, of which the baseline build has the same bits */
    expect_digests_of(THINNED "--math=fast --op=relu,gelu,prelu,softmax", 0, ACCURACY_BLOCKS);
    expect_digests_of(THINNED "--backward --op=relu,gelu", 0, ACCURACY_BLOCKS);
    expect_digests_of("--stride=17 --shard=1020/4096 --math=fast --op=exp", 1019, 1020);
    expect_digests_of("--stride=17 --shard=1020/4096 --backward --op=exp", 1019, 1020);
}
