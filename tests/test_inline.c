/*
 * vact/inline.h in an engine's translation unit: tests/consumers/inline/digest.c is compiled with an engine's flags by
 * every installed compiler, and must print the digests of the library's kernels.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "consumers/inline/inputs.h"
#include "support.h"

#define AVX2 "-mavx2 -mfma"
#define AVX512 "-mavx512f -mavx512bw -mavx512dq -mavx512vl " AVX2

/* Parts of -ffast-math of which Clang has no macro. */
#define CLANG_FAST                                                                                                     \
    "-fassociative-math -fno-signed-zeros -fno-trapping-math -freciprocal-math -fapprox-func -fno-honor-nans "         \
    "-ffp-contract=fast "

typedef struct consumer {
    char compiler[64], flags[256], suffix[8], runner[64];
    char build[16]; /* what the CPU must run */
} consumer;

static consumer consumers[] = {
    {"gcc", "-O2 " AVX2, "m256", "", "avx2"},
    {"gcc", "-O3 " AVX512, "m512", "", "avx512"},
    {"gcc", "-O3 -funroll-loops " AVX512, "m256", "", "avx512"}, /* both vector types in one translation unit */
    {"gcc", "-O0 " AVX512, "m512", "", "avx512"},
    {"clang", "-O2 " AVX2, "m256", "", "avx2"},
    {"clang-14", "-O3 -ffp-contract=fast " AVX512, "m512", "", "avx512"},
    {"clang-19", "-O2 " AVX2, "m256", "", "avx2"},
    {"clang-19", "-O3 -ffp-contract=fast " AVX512, "m512", "", "avx512"},
    {"g++", "-O2 -x c++ -std=gnu++11 " AVX512, "m512", "", "avx512"},
    {"g++", "-O2 -x c++ -std=c++17 " AVX2, "m128", "", "avx2"},
    {"gcc", "-O2 -ffast-math -fno-fast-math " AVX2, "m256", "",
     "avx2"}, /* what docs/operations/inline.md tells engines */
    {"gcc", "-O2 -ffast-math -DIN_C_BY_PRAGMA " AVX2, "m256", "", "avx2"},
    {"clang-14", "-O2 -ffast-math -fno-fast-math " AVX2, "m256", "", "avx2"},
    {"clang-19", "-O2 -ffast-math -fno-fast-math " AVX2, "m128", "", "avx2"},
    {"clang-14", "-O2 " CLANG_FAST AVX2, "m128", "", "avx2"},
    {"clang-14", "-O2 " CLANG_FAST AVX512, "m256", "", "avx512"},
    {"clang-14", "-O3 " CLANG_FAST AVX512, "m512", "", "avx512"},
    {"clang-14", "-O2 -fno-honor-infinities " AVX512, "m512", "", "avx512"},
    {"clang-19", "-O2 " CLANG_FAST AVX512, "m256", "", "avx512"},
    {"clang-19", "-O2 " CLANG_FAST AVX512, "m512", "", "avx512"},
    {"clang++-19", "-O2 -x c++ -std=c++17 " AVX2, "m256", "", "avx2"},
    {"aarch64-linux-gnu-gcc", "-O2", "f32x4", "qemu-aarch64 -L /", ""},
    {"clang-19", "--target=aarch64-linux-gnu -O2 " CLANG_FAST, "f32x4", "qemu-aarch64 -L /", ""},
};

/* The library's results for the same inputs, from the reference for bits; argument and sum as the consumer has them. */
static uint64_t expected_digest(const vacti_op_info *info, const vacti_table *table, bool dressed)
{
    float *x = malloc(3 * INLINE_INPUTS * sizeof *x), *u = x + INLINE_INPUTS, *y = u + INLINE_INPUTS;
    cr_assert(x, "out of memory");
    for (uint32_t i = 0; i < INLINE_INPUTS; i++) {
        x[i] = inline_input(i) * (dressed ? INLINE_FACTOR : 1.0f);
        u[i] = inline_input(2u * i + 1u);
    }
    unsigned slot = VACT_OP_SLOT(info->op);
    if (info->kind == VACT_KIND_GATE)
        table->gate[slot](y, x, u, INLINE_INPUTS, NULL);
    else
        table->unary[slot](y, x, INLINE_INPUTS, NULL);
    for (size_t i = 0; i < INLINE_INPUTS && dressed; i++)
        y[i] += u[i];
    uint64_t digest = inline_digest(y, INLINE_INPUTS);
    free(x);
    return digest;
}

static void check_digests(const consumer *c, char *text)
{
    const vacti_table *table = vacti_table_of_build("scalar_fma", VACT_MATH_FAST);
    size_t functions = 0, lines = 0;
    char *rest = NULL;
    for (size_t i = 0; i < vacti_registry_count; i++)
        functions += vacti_registry[i].kind == VACT_KIND_UNARY || vacti_registry[i].kind == VACT_KIND_GATE;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[64];
        uint64_t plain, dressed;
        cr_assert(sscanf(line, "%63s %" SCNx64 " %" SCNx64, name, &plain, &dressed) == 3, "printed: %s", line);
        const vacti_op_info *info = vacti_registry_by_name(name);
        cr_assert(info, "prints %s", name);
        lines++;
        cr_expect(plain == expected_digest(info, table, false), "%s %s: vact_%s_%s has other bits", c->compiler,
                  c->flags, name, c->suffix);
        cr_expect(dressed == expected_digest(info, table, true),
                  "%s %s: vact_%s_%s between a product and a sum has other bits", c->compiler, c->flags, name,
                  c->suffix);
    }
    cr_expect(lines == functions, "%zu of %zu functions", lines, functions);
}

ParameterizedTestParameters(inline_header, bits)
{
    return cr_make_param_array(consumer, consumers, sizeof consumers / sizeof consumers[0]);
}

ParameterizedTest(consumer *c, inline_header, bits, .timeout = 300)
{
    char folder[] = "/tmp/vact-inline-XXXXXX";
    if (!command_exists(c->compiler))
        cr_skip("%s is not installed", c->compiler);
    if (c->runner[0] && !command_exists("qemu-aarch64"))
        cr_skip("qemu-aarch64 is not installed");
    if (c->runner[0] && !command_exists("aarch64-linux-gnu-gcc")) /* with it, the library for Clang to link */
        cr_skip("aarch64-linux-gnu-gcc is not installed");
    if (!vacti_build_runs("scalar_fma") || (c->build[0] && !vacti_build_runs(c->build)))
        cr_skip("this CPU lacks %s", c->build);
    cr_assert_not_null(mkdtemp(folder));
    command_result compiled = command_run("%s %s -DSUFFIX=%s -I'" VACT_SOURCE_DIR "/include' -I'" VACT_BINARY_DIR
                                          "/generated/include' -I'" VACT_SOURCE_DIR "' '" VACT_SOURCE_DIR
                                          "/tests/consumers/inline/digest.c' -o %s/digest -lm 2>&1",
                                          c->compiler, c->flags, c->suffix, folder);
    cr_expect(compiled.status == 0, "%s %s: %s", c->compiler, c->flags, compiled.text);
    if (compiled.status == 0) {
        command_result printed = command_run("%s %s/digest", c->runner, folder);
        cr_expect(printed.status == 0, "%s %s: status %d", c->compiler, c->flags, printed.status);
        check_digests(c, printed.text);
        free(printed.text);
    }
    free(compiled.text);
    free(command_run("rm -r %s", folder).text);
}

/* A matrix product of an engine in C++17 with the activation on its accumulators, and no warnings. ./dev compilers has
 * every compiler at every level. */
Test(inline_header, gemm, .timeout = 300)
{
    static const char *const builds[][2] = {{"g++ -O2 -DSET=m256 " AVX2, "avx2"},
                                            {"g++ -O3 -DSET=m512 " AVX512, "avx512"},
                                            {"clang++-14 -O2 -DSET=m128 " AVX2, "avx2"},
                                            {"clang++-19 -O3 -DSET=m512 " AVX512, "avx512"}};
    char folder[] = "/tmp/vact-gemm-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(builds[i][0], " "), builds[i][0]);
        if (!command_exists(name) || !vacti_build_runs(builds[i][1]))
            continue;
        command_result run =
            command_run("'" VACT_SOURCE_DIR "/tests/consumers/gemm/build' '" VACT_BINARY_DIR "' %s/gemm %s 2>&1",
                        folder, builds[i][0]);
        cr_expect(run.status == 0 && strstr(run.text, "12 passed, 0 failed"), "%s: status %d: %s", builds[i][0],
                  run.status, run.text);
        free(run.text);
    }
    free(command_run("rm -r %s", folder).text);
}

/* One message, whatever the language is too old for. */
Test(inline_header, refuses_old_cxx)
{
    static const char *const compilers[] = {"g++", "clang++-14", "clang++-19"};
    static const struct {
        const char *standard;
        bool accepted;
    } standards[] = {{"gnu++98", false}, {"c++11", false}, {"c++14", false},
                     {"gnu++14", true},  {"c++17", true},  {"c++20", true}};
    for (size_t i = 0; i < sizeof compilers / sizeof compilers[0]; i++)
        for (size_t k = 0; k < sizeof standards / sizeof standards[0] && command_exists(compilers[i]); k++) {
            command_result compiled =
                command_run("echo '#include <vact/inline.h>' | %s -x c++ -std=%s -fsyntax-only " AVX512
                            " -I'" VACT_SOURCE_DIR "/include' -I'" VACT_BINARY_DIR "/generated/include' - 2>&1",
                            compilers[i], standards[k].standard);
            const char *first = strstr(compiled.text, "error:");
            const bool told = first && strstr(compiled.text, "needs C++17") && !strstr(first + 1, "error:");
            cr_expect(standards[k].accepted ? compiled.status == 0 : compiled.status != 0 && told, "%s -std=%s: %s",
                      compilers[i], standards[k].standard, compiled.text);
            free(compiled.text);
        }
}

#define NULL_TOO " -Wzero-as-null-pointer-constant"

/* An engine's warnings are errors, also of what the preprocessor takes for 0 and of a 0 that is a pointer, which macros
 * for the options would bring into its code. */
Test(inline_header, no_warnings)
{
    static const char source[] = "#include <vact/inline.h>\n"
                                 "vact_cross_entropy_options_f32 a = VACT_CROSS_ENTROPY_OPTIONS_F32;\n"
                                 "vact_bce_with_logits_options_f32 b = VACT_BCE_WITH_LOGITS_OPTIONS_F32;\n"
                                 "vact_epilogue_options_f32 c = VACT_EPILOGUE_OPTIONS_F32;\n"
                                 "vact_softmax_options_f32 d = VACT_SOFTMAX_OPTIONS_F32;\n";
    static const char *const compilers[] = {"gcc -x c -std=c11",
                                            "gcc -x c -std=c99 -pedantic",
                                            "clang-19 -x c -std=c11",
                                            "g++ -x c++ -std=c++17" NULL_TOO,
                                            "g++ -x c++ -std=gnu++11" NULL_TOO,
                                            "clang++-14 -x c++ -std=c++17" NULL_TOO,
                                            "clang++-19 -x c++ -std=c++17" NULL_TOO};
    for (size_t i = 0; i < sizeof compilers / sizeof compilers[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(compilers[i], " "), compilers[i]);
        if (!command_exists(name))
            continue;
        command_result compiled =
            command_run("echo '%s' | %s -fsyntax-only -Wall -Wextra -Wundef -Werror " AVX512 " -I'" VACT_SOURCE_DIR
                        "/include' -I'" VACT_BINARY_DIR "/generated/include' - 2>&1",
                        source, compilers[i]);
        cr_expect(compiled.status == 0, "%s: %s", compilers[i], compiled.text);
        free(compiled.text);
    }
}

/* Each of these lets a compiler reorder or drop operations that keep the accuracy. */
Test(inline_header, refuses_fast_math)
{
    static const char *const flags[] = {"-ffast-math", "-funsafe-math-optimizations", "-ffinite-math-only",
                                        "-freciprocal-math", "-fno-signed-zeros"};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        command_result compiled =
            command_run("echo '#include <vact/inline.h>' | gcc -x c -fsyntax-only %s " AVX2 " -I'" VACT_SOURCE_DIR
                        "/include' -I'" VACT_BINARY_DIR "/generated/include' - 2>&1",
                        flags[i]);
        cr_expect(compiled.status != 0 && strstr(compiled.text, "needs IEEE semantics"), "%s: status %d: %s", flags[i],
                  compiled.status, compiled.text);
        free(compiled.text);
    }
}

/* Arithmetic of other precision than the code says. */
Test(inline_header, refuses_other_precision)
{
    static const char *const compilers[] = {"gcc -x c -std=c99", "g++ -x c++ -std=c++17"};
    static const char *const flags[][2] = {{"-mfpmath=387", "float arithmetic in float"},
                                           {"-mfpmath=sse+387", "float arithmetic in float"},
                                           {"-fsingle-precision-constant", "sizeof 1.0 == sizeof(double)"},
                                           {"-mfpmath=sse", NULL},
                                           {"-mavx512fp16", NULL}};
    for (size_t i = 0; i < sizeof compilers / sizeof compilers[0]; i++)
        for (size_t k = 0; k < sizeof flags / sizeof flags[0]; k++) {
            command_result compiled =
                command_run("echo '#include <vact/inline.h>' | %s -fsyntax-only %s " AVX2 " -I'" VACT_SOURCE_DIR
                            "/include' -I'" VACT_BINARY_DIR "/generated/include' - 2>&1",
                            compilers[i], flags[k][0]);
            if (flags[k][1])
                cr_expect(compiled.status != 0 && strstr(compiled.text, flags[k][1]), "%s: status %d: %s", flags[k][0],
                          compiled.status, compiled.text);
            else
                cr_expect(compiled.status == 0, "%s: %s", flags[k][0], compiled.text);
            free(compiled.text);
        }
}

/* The headers define no macros but vact_* and VACT_*. */
Test(inline_header, names)
{
    static const char *const suffixes[] = {"m256", "m512", "f32x4", "m128"}, *const files[] = {"m256", "m512", "f32x4",
                                                                                               "m256"};
    for (size_t i = 0; i < 4; i++) {
        command_result strangers =
            command_run("grep -hE '^#define' '" VACT_BINARY_DIR
                        "/generated/include/vact/inline_%s.h' | grep -vE '^#define (vact|VACT)_'",
                        files[i]);
        command_result functions = command_run("grep -cE '^static inline .* vact_[a-z0-9_]+_%s\\(' '" VACT_BINARY_DIR
                                               "/generated/include/vact/inline_%s.h'",
                                               suffixes[i], files[i]);
        cr_expect(strangers.text[0] == '\0', "inline_%s.h defines: %s", suffixes[i], strangers.text);
        cr_expect(atoi(functions.text) >= 34, "inline_%s.h has %s functions", suffixes[i], functions.text);
        free(strangers.text), free(functions.text);
    }
}
