/*
 * Processors that this machine is not, played by qemu: x86-64 without AVX-512 and without AVX2, where the dispatcher
 * must fall back and never fault, and AArch64, whose results must be the same bits. Criterion's own runner does not
 * work inside the emulator, so the host's tests drive the programs there.
 *
 * For AArch64 the environment names its program `vact` (VACT_NEON_PROGRAM) and what runs it (VACT_NEON_RUNNER, a
 * command with its options); VACT_REQUIRE_NEON=1 makes their absence a failure.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "command.h"
#include "dispatch/table.h"
#include "kernels/registry.h"

static const vacti_op_info *end_of_registry(void) { return vacti_registry + vacti_registry_count; }

static void clear_environment(void)
{
    unsetenv("VACT_ISA");
    unsetenv("VACT_MATH");
}

/* A sanitizer's runtime does not start under the emulator. */
static bool sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    return false;
}

/* Checks one member of `vact info --json` as the runner's CPU gives it. */
static void expect_info(const char *runner, const char *program, const char *member, const char *want)
{
    command_result info = command_run("%s '%s' info --json", runner, program);
    cr_assert(info.status == 0, "%s vact info: status %d", runner, info.status);
    cJSON *document = cJSON_Parse(info.text);
    const char *got = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(document, member));
    cr_expect(got && strcmp(got, want) == 0, "%s vact info: %s is %s, expected %s", runner, member,
              got ? got : "absent", want);
    cJSON_Delete(document);
    free(info.text);
}

/* ------------------------------------------------------------------------------------------- x86-64 */

typedef struct processor {
    const char *model; /* of qemu-x86_64 -cpu */
    const char *build; /* the strongest that it runs */
} processor;

/* SandyBridge has AVX and neither FMA nor AVX2; of the two Haswells one lacks AVX2 alone and one FMA alone. qemu 7.2
 * has no AVX-512, so real CPUs with it are emulated without. */
static const processor processors[] = {
    {"Nehalem", "scalar"}, {"SandyBridge", "scalar"},       {"Haswell", "avx2"},
    {"EPYC", "avx2"},      {"Haswell,-avx2", "scalar_fma"}, {"Haswell,-fma", "scalar"}};

enum { PROCESSOR_COUNT = sizeof processors / sizeof processors[0] };

static int processor_indices[PROCESSOR_COUNT];

static struct criterion_test_params each_processor(void)
{
    for (int i = 0; i < PROCESSOR_COUNT; i++)
        processor_indices[i] = i;
    return cr_make_param_array(int, processor_indices, PROCESSOR_COUNT);
}

static const processor *processor_or_skip(int index, char *runner, size_t size)
{
    clear_environment();
    if (sanitized())
        cr_skip("emulated: not under a sanitizer");
    if (strcmp(vacti_builds[vacti_build_count - 1], "scalar") != 0 || !vacti_table_of_build("avx2", VACT_MATH_AUTO))
        cr_skip("emulated: only builds for x86-64 are tried on other x86-64 CPUs");
    if (!command_exists("qemu-x86_64"))
        cr_skip("qemu-x86_64: not installed");
    snprintf(runner, size, "qemu-x86_64 -cpu %s", processors[index].model);
    return &processors[index];
}

ParameterizedTestParameters(emulated, info) { return each_processor(); }

ParameterizedTest(int *index, emulated, info)
{
    char runner[64];
    const processor *which = processor_or_skip(*index, runner, sizeof runner);
    expect_info(runner, VACT_PROGRAM, "isa", which->build);
    expect_info(runner, VACT_PROGRAM, "detected", which->build);
    /* Nothing can choose what the CPU cannot run. */
    setenv("VACT_ISA", "avx512", 1);
    expect_info(runner, VACT_PROGRAM, "isa", which->build);
}

/* The errors there, of every variant, against the oracle: the baseline build uses other functions of SLEEF. */
ParameterizedTestParameters(emulated, bounds) { return each_processor(); }

ParameterizedTest(int *index, emulated, bounds)
{
    char runner[64];
    const processor *which = processor_or_skip(*index, runner, sizeof runner);
    char operations[1024] = "";
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++)
        if (info->kind != VACT_KIND_ROWS && info->kind != VACT_KIND_GATE) { /* whose samples take minutes here */
            size_t length = strlen(operations);
            snprintf(operations + length, sizeof operations - length, "%s%s", length ? "," : "", info->name);
        }
    /* the largest prime below 2^20 */
    command_result result =
        command_run("%s '%s' accuracy --quiet --isa %s --math all --stride 1048573 --threads 1 --op %s 2>&1", runner,
                    VACT_PROGRAM, which->build, operations);
    cr_expect(result.status == 0, "%s: status %d\n%s", runner, result.status, result.text);
    free(result.text);
}

enum { ROWS = 48, COLS = 66, ELEMENTS = ROWS * COLS };

static char folder[64];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/vact-emulated-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    command_result result = command_run("rm -r '%s'", folder);
    free(result.text);
}

/* Finite values only: which NaN comes out is not promised. */
static void write_input(void)
{
    char path[128], header[128];
    uint32_t bits = 12345;
    snprintf(path, sizeof path, "%s/in.npy", folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", ROWS, COLS);
    fprintf(file, "\x93NUMPY%c%c%c%c%-117s\n", 1, 0, 118, 0, header);
    for (int i = 0; i < ELEMENTS; i++) {
        bits = bits * 1664525u + 1013904223u; /* the linear congruence of Numerical Recipes */
        float x = 0.0f;
        memcpy(&x, &bits, sizeof x);
        if ((bits & 0x7f800000u) == 0x7f800000u || i % 4)
            x = (float)((int32_t)bits >> 8) * 0x1p-18f; /* within +-32, where most operations do something */
        fwrite(&x, sizeof x, 1, file);
    }
    cr_assert(fclose(file) == 0);
}

/* apply must write the same file for each operation under every runner. */
ParameterizedTestParameters(emulated, apply) { return each_processor(); }

ParameterizedTest(int *index, emulated, apply)
{
    char runner[64];
    const processor *which = processor_or_skip(*index, runner, sizeof runner);
    make_folder();
    write_input();
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        const char *packed = info->kind == VACT_KIND_GATE ? "--packed gate-first" : "";
        command_result there = command_run("%s '%s' apply --op %s %s '%s/in.npy' '%s/there.npy' 2>&1", runner,
                                           VACT_PROGRAM, info->name, packed, folder, folder);
        cr_expect(there.status == 0, "%s apply --op %s: status %d: %s", runner, info->name, there.status, there.text);
        command_result here = command_run("'%s' apply --op %s %s '%s/in.npy' '%s/here.npy' 2>&1", VACT_PROGRAM,
                                          info->name, packed, folder, folder);
        cr_expect(here.status == 0, "apply --op %s: status %d: %s", info->name, here.status, here.text);
        command_result same = command_run("cmp '%s/here.npy' '%s/there.npy' 2>&1", folder, folder);
        /* Only in the variant sleef does the baseline build have other bits. */
        bool exempt = info->auto_math == VACT_MATH_SLEEF && strcmp(which->build, "scalar") == 0;
        cr_expect(same.status == 0 || exempt, "%s: %s gives other bits: %s", runner, info->name, same.text);
        free(there.text), free(here.text), free(same.text);
    }
    remove_folder();
}

/* -------------------------------------------------------------------------------------------- AArch64 */

typedef struct foreign {
    const char *runner, *program;
} foreign;

static foreign neon_or_skip(void)
{
    static char runner[1024], program[1024]; /* copied, since setenv may move what getenv gave */
    const char *given_runner = getenv("VACT_NEON_RUNNER"), *given_program = getenv("VACT_NEON_PROGRAM");
    const char *required = getenv("VACT_REQUIRE_NEON");
    bool must = required && strcmp(required, "1") == 0;
    snprintf(runner, sizeof runner, "%s", given_runner ? given_runner : "");
    snprintf(program, sizeof program, "%s", given_program ? given_program : "");
    clear_environment();
    if (access(program, X_OK) != 0) {
        cr_assert(!must, "neon: VACT_NEON_PROGRAM names no program, and VACT_REQUIRE_NEON asks for it");
        cr_skip("neon: VACT_NEON_PROGRAM names no program for AArch64");
    }
    return (foreign){runner, program};
}

Test(emulated, neon_info)
{
    foreign neon = neon_or_skip();
    expect_info(neon.runner, neon.program, "isa", "neon");
    expect_info(neon.runner, neon.program, "detected", "neon");
}

/* The host's program, to be run like the foreign one. */
static const foreign host = {"", VACT_PROGRAM};

/* Hashes of the results of every operation, or with --backward gradient, on the inputs that are multiples of the
 * stride, and of rows. */
static char *digests(foreign where, const char *isa, const char *option, int stride)
{
    command_result result = command_run("%s '%s' accuracy --quiet --threads 1 --digest - --isa %s %s --stride %d",
                                        where.runner, where.program, isa, option, stride);
    cr_assert(result.status == 0, "%s vact accuracy --digest %s: status %d", where.runner, option, result.status);
    return result.text;
}

static void expect_same_digests(const char *isa, const char *option, int stride)
{
    foreign neon = neon_or_skip();
    char *here = digests(host, "scalar_fma", option, stride), *here_rest = here;
    char *there = digests(neon, isa, option, stride), *there_rest = there;
    bool gradients = strcmp(option, "--backward") == 0;
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        char start[64];
        /* two inputs are not swept */
        bool swept = gradients ? info->kind == VACT_KIND_UNARY : info->kind != VACT_KIND_GATE;
        snprintf(start, sizeof start, "\n%s %s", info->name, gradients ? "backward " : "");
        cr_expect(!swept || strstr(here, start), "no digest of %s", info->name);
    }
    const char *here_line = NULL, *there_line = NULL;
    do {
        here_line = strsep(&here_rest, "\n");
        there_line = strsep(&there_rest, "\n");
        if (!here_line || !there_line || strcmp(here_line, there_line) != 0)
            break;
    } while (true);
    cr_expect(!here_line && !there_line, "%s on AArch64 \"%s\", scalar_fma here \"%s\"", isa,
              there_line ? there_line : "(end)", here_line ? here_line : "(end)");
    free(here);
    free(there);
}

/* Prime strides, so that all low bits of the patterns occur. */
Test(emulated, neon_digests) { expect_same_digests("neon", "", 8191); }

Test(emulated, neon_digests_of_gradients) { expect_same_digests("neon", "--backward", 8191); }

#if VACT_WITH_SLEEF
Test(emulated, neon_digests_of_sleef) { expect_same_digests("neon", "--math sleef", 8191); }
#endif

Test(emulated, aarch64_scalar_digests) { expect_same_digests("scalar_fma", "", 65537); }

/* Runs a plain program in the folder of `vact`. */
static char *run_beside(foreign where, const char *name)
{
    int length = (int)(strrchr(where.program, '/') ? strrchr(where.program, '/') - where.program + 1 : 0);
    command_result result = command_run("%s '%.*s%s' 2>&1", where.runner, length, where.program, name);
    cr_assert(result.status == 0, "%s %s: status %d: %s", where.runner, name, result.status, result.text);
    return result.text;
}

/* The published bits, from the file beside the program. */
Test(emulated, neon_verify)
{
    static const char *const chosen[] = {"--type bf16", "--type f16", "--type f32 --op softmax,logsumexp_axis"};
    foreign neon = neon_or_skip();
    for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++) {
        command_result run =
            command_run("%s '%s' verify --quick --quiet --isa neon %s 2>&1", neon.runner, neon.program, chosen[i]);
        cr_expect(run.status == 0 && strstr(run.text, " 0 differ, 0 skipped."), "%s: status %d: %s", chosen[i],
                  run.status, run.text);
        free(run.text);
    }
}

/* Short arrays at odd addresses: the program compares neon with scalar_fma there, this test compares that with
 * scalar_fma here. */
Test(emulated, neon_kernels)
{
    static const char start[] = "scalar_fma: ";
    foreign neon = neon_or_skip();
    char *here = run_beside(host, "vact_kernels_tests"), *there = run_beside(neon, "vact_kernels_tests");
    size_t groups = 0;
    for (char *rest = here, *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        if (strncmp(line, start, sizeof start - 1) == 0) {
            cr_expect(strstr(there, line), "here %s, there\n%s", line, there);
            groups++;
        }
    cr_expect(groups > 0, "no hashes of scalar_fma");
    cr_expect(strstr(there, "passed: neon "), "%s", there);
    free(here), free(there);
}

/* The hash that a program prints for a build. */
static void hash_of(char hash[32], foreign where, const char *program, const char *build)
{
    char line[64], *text = run_beside(where, program);
    snprintf(line, sizeof line, "%s ", build);
    const char *found = strstr(text, line);
    cr_assert(found && (found == text || found[-1] == '\n'), "no %s in: %s", build, text);
    cr_assert(sscanf(found + strlen(line), "%31s", hash) == 1);
    free(text);
}

static void expect_same_hashes(const char *program)
{
    char here[32], neon_hash[32], scalar_hash[32];
    foreign neon = neon_or_skip();
    hash_of(here, host, program, "scalar_fma");
    hash_of(neon_hash, neon, program, "neon");
    hash_of(scalar_hash, neon, program, "scalar_fma");
    cr_expect(strcmp(here, neon_hash) == 0, "neon %s, scalar_fma here %s", neon_hash, here);
    cr_expect(strcmp(here, scalar_hash) == 0, "scalar_fma there %s, here %s", scalar_hash, here);
}

Test(emulated, neon_losses) { expect_same_hashes("vact_losses_hash"); }

Test(emulated, neon_tables) { expect_same_hashes("vact_lut_hash"); }

/* 8-bit tables on the other CPUs of this architecture: no kernel is chosen that they lack. */
ParameterizedTestParameters(emulated, tables) { return each_processor(); }

ParameterizedTest(int *index, emulated, tables)
{
    char runner[64], here[32], there[32];
    const processor *which = processor_or_skip(*index, runner, sizeof runner);
    hash_of(here, host, "vact_lut_hash", "scalar_fma");
    hash_of(there, (foreign){runner, VACT_PROGRAM}, "vact_lut_hash", which->build);
    cr_expect(strcmp(here, there) == 0, "%s on %s %s, scalar_fma here %s", which->build, which->model, there, here);
}
