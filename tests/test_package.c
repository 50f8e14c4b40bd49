/*
 * vact as engines use it: installed and found by CMake or pkg-config, or as a part of their own build, in C and C++,
 * shared and static. Each test installs this build, moves the prefix to a path with spaces, and builds and runs the
 * README's example against it as a separate project.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "command.h"
#include "program.h"
#include "support.h"
#include "vact/vact.h"

static const char consumers[] = VACT_SOURCE_DIR "/tests/consumers";
static const char quickstart[] = VACT_SOURCE_DIR "/examples/quickstart.c";

static char folder[32];
static char prefix[64];

static void remove_folder(void)
{
    if (folder[0] != '\0')
        free(command_run("rm -r '%s'", folder).text);
}

/* A test that is skipped ends without its fixture's end. */
#define SKIP(...)                                                                                                      \
    do {                                                                                                               \
        remove_folder();                                                                                               \
        cr_skip(__VA_ARGS__);                                                                                          \
    } while (false)

/* Runs a line of the shell that must succeed; its output is to be freed. */
#define SHELL(...) shell_result(command_run(__VA_ARGS__), __LINE__)

static char *shell_result(command_result result, int line)
{
    cr_assert(result.status == 0, "line %d: status %d: %s", line, result.status, result.text);
    return result.text;
}

static void make_folder(void)
{
    if (TEST_SANITIZED)
        SKIP("package: not under a sanitizer");
    unsetenv("VACT_ISA");
    unsetenv("VACT_MATH");
    setenv("CMAKE_GENERATOR", VACT_CMAKE_GENERATOR, 1);
    snprintf(folder, sizeof folder, "/tmp/vact package XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(prefix, sizeof prefix, "%s/the prefix", folder);
}

/* Puts a build folder's package into the prefix by way of another place. */
static void install_from(const char *build)
{
    free(SHELL("'%s' --install '%s' --prefix '%s/elsewhere' 2>&1", VACT_CMAKE, build, folder));
    free(SHELL("mv '%s/elsewhere' '%s'", folder, prefix));
}

static void enter(void)
{
    if (!VACT_PACKAGE_IS_WHOLE)
        SKIP("package: this build leaves a library or the installation out");
    install_from(VACT_BINARY_DIR);
}

/* The README says what its example prints, and vact_info() on which instruction set. */
static void expect_example(char *printed, const char *isa)
{
    char expected[128];
    snprintf(expected, sizeof expected, "-7.61985e-23 -0.158655 0 2.99595 on %s\n", isa);
    cr_expect(strcmp(printed, expected) == 0, "the example prints %s", printed);
    free(printed);
}

static void expect_dependence(const char *binary, bool shared)
{
    char *text = SHELL("readelf --wide --dynamic '%s/%s'", folder, binary), soname[32];
    snprintf(soname, sizeof soname, "[libvact.so.%d.%d]", VACT_VERSION_MAJOR, VACT_VERSION_MINOR);
    cr_expect((strstr(text, soname) != NULL) == shared, "%s %s %s", binary, shared ? "does not need" : "needs", soname);
    free(text);
}

typedef struct consumer {
    const char *language, *compiler; /* in CMake's words and in the shell's */
    bool shared;
} consumer;

static const consumer each_consumer[] = {
    {"C", VACT_C_COMPILER, true}, {"C", VACT_C_COMPILER, false}, {"CXX", "c++", true}, {"CXX", "c++", false}};

enum { CONSUMER_COUNT = sizeof each_consumer / sizeof each_consumer[0] };

static int indices[CONSUMER_COUNT];

static struct criterion_test_params all_consumers(void)
{
    for (int i = 0; i < CONSUMER_COUNT; i++)
        indices[i] = i;
    return cr_make_param_array(int, indices, CONSUMER_COUNT);
}

static const consumer *consumer_or_skip(int index)
{
    const consumer *which = &each_consumer[index];
    if (!command_exists(which->compiler))
        SKIP("%s: not installed", which->compiler);
    return which;
}

TestSuite(package, .init = make_folder, .fini = remove_folder);

/* ------------------------------------------------------------------------------------------ find_package */

static command_result configure_installed(const char *build, const consumer *which, const char *library,
                                          const char *wanted)
{
    return command_run("'%s' -S '%s/installed' -B '%s/%s' -DCMAKE_PREFIX_PATH='%s' -DLANGUAGE=%s -DLIBRARY=%s "
                       "-DWANTED='%s' -DCMAKE_%s_COMPILER='%s' 2>&1",
                       VACT_CMAKE, consumers, folder, build, prefix, which->language, library, wanted, which->language,
                       which->compiler);
}

static void build_in(const char *build) { free(SHELL("'%s' --build '%s/%s' 2>&1", VACT_CMAKE, folder, build)); }

static void expect_consumer(const consumer *which, const char *library, const char *wanted)
{
    command_result configured = configure_installed("build", which, library, wanted);
    cr_assert(configured.status == 0, "%s", configured.text);
    free(configured.text);
    build_in("build");
    expect_example(SHELL("'%s/build/engine'", folder), vact_info()->isa);
    expect_dependence("build/engine", which->shared);
}

ParameterizedTestParameters(package, find_package) { return all_consumers(); }

ParameterizedTest(int *index, package, find_package)
{
    const consumer *which = consumer_or_skip(*index);
    enter();
    expect_consumer(which, which->shared ? "vact::vact" : "vact::vact_static",
                    which->shared ? VACT_VERSION : "COMPONENTS;static");
}

/* A missing component is an error with a message when the project is configured. */
Test(package, find_package_refuses)
{
    static const char *const wanted[][2] = {
        {"99", "99"}, {"0.1", "0.1"}, {"COMPONENTS;imaginary", "no component imaginary"}};
    enter();
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        command_result configured = configure_installed("refused", &each_consumer[0], "vact::vact", wanted[i][0]);
        cr_expect(configured.status != 0, "find_package(vact %s) finds", wanted[i][0]);
        cr_expect(strstr(configured.text, wanted[i][1]), "without '%s': %s", wanted[i][1], configured.text);
        free(configured.text);
    }
}

/* ------------------------------------------------------------------------------------------ pkg-config */

static void enter_pkg_config(void)
{
    char *path = SHELL("dirname \"$(find '%s' -name vact.pc)\"", prefix);
    path[strcspn(path, "\n")] = '\0';
    setenv("PKG_CONFIG_PATH", path, 1);
    setenv("PKG_CONFIG_LIBDIR", folder, 1); /* in place of the system's: no other package is needed */
    free(path);
}

/* The shell splits what pkg-config prints, whose spaces are escaped, only by eval. */
static void compile_example(const consumer *which, const char *libraries)
{
    free(SHELL("eval \"'%s' %s -Wall -Wextra -Werror '%s' -o '%s/engine' $(pkg-config --cflags vact) $(%s)\" 2>&1",
               which->compiler, which->language[1] == 'X' ? "-x c++" : "-std=c99", quickstart, folder, libraries));
}

ParameterizedTestParameters(package, pkg_config) { return all_consumers(); }

ParameterizedTest(int *index, package, pkg_config)
{
    const consumer *which = consumer_or_skip(*index);
    enter();
    enter_pkg_config();
    compile_example(which, which->shared ? "pkg-config --libs vact"
                                         : "pkg-config --static --libs vact | sed s/-lvact/-l:libvact.a/");
    expect_dependence("engine", which->shared);
    char *libraries = SHELL("pkg-config --variable=libdir vact | tr -d '\\\\\n'");
    setenv("LD_LIBRARY_PATH", libraries, 1);
    free(libraries);
    expect_example(SHELL("'%s/engine'", folder), vact_info()->isa);
}

/* Word for word, with a path with spaces. */
Test(package, pkg_config_as_readme_writes_it)
{
    char *readme = read_text(VACT_SOURCE_DIR "/README.md");
    if (!readme)
        SKIP("README.md: not there");
    enter();
    enter_pkg_config();
    char *start = strstr(readme, "\nor by pkg-config");
    cr_assert_not_null(start, "README.md has no pkg-config");
    start = strstr(start, "```sh\n");
    cr_assert_not_null(start);
    start += strlen("```sh\n");
    *strstr(start, "```") = '\0';
    char *libraries = SHELL("pkg-config --variable=libdir vact | tr -d '\\\\\n'");
    setenv("LD_LIBRARY_PATH", libraries, 1);
    free(libraries);
    free(SHELL("cp '%s' '%s/engine.c'", quickstart, folder));
    size_t lines = 0;
    for (char *line = strtok(start, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        free(SHELL("cd '%s' && rm -f a.out && { %s\n} 2>&1", folder, line));
        expect_dependence("a.out", lines == 0);
        expect_example(SHELL("'%s/a.out'", folder), vact_info()->isa);
    }
    cr_expect(lines == 2, "README.md has %zu lines for pkg-config", lines);
    free(readme);
}

Test(package, pkg_config_version)
{
    enter();
    enter_pkg_config();
    char *version = SHELL("pkg-config --modversion vact");
    cr_expect(strcmp(version, VACT_VERSION "\n") == 0, "vact.pc says version %s", version);
    free(version);
}

/* ------------------------------------------------------------------------------------ add_subdirectory */

static char *digests(const char *program)
{
    /* a prime, so that all low bits of the patterns occur */
    return SHELL("'%s' accuracy --quiet --threads 1 --stride 65537 --digest -", program);
}

static void expect_same_digests(const char *program)
{
    char *here = digests(VACT_PROGRAM), *there = digests(program);
    char *here_rest = here, *there_rest = there;
    cr_expect(strstr(here, "\ngelu "), "no digest of gelu");
    /* Line by line: Criterion hangs on a long message. */
    while (here_rest && there_rest) {
        const char *here_line = strsep(&here_rest, "\n"), *there_line = strsep(&there_rest, "\n");
        cr_assert(strcmp(here_line, there_line) == 0, "-O0 gives \"%s\", this build \"%s\"", there_line, here_line);
    }
    cr_expect(!here_rest && !there_rest, "one has more digests than the other");
    free(here);
    free(there);
}

/* A NaN among usual numbers, and its neighbours. */
static void expect_same_gradients(const char *program)
{
    static const char *const operations[] = {"relu", "gelu", "tanh", "hard_swish"};
    enum { COUNT = 150 };
    float x[COUNT], dy[COUNT];
    char path[sizeof folder + 16];
    for (int i = 0; i < COUNT; i++)
        x[i] = i % 71 == 5 ? NAN : 0.05f * (float)(i - 60), dy[i] = 0.75f;
    snprintf(path, sizeof path, "%s/x.npy", folder);
    npy_save(path, "(150,)", x, COUNT);
    snprintf(path, sizeof path, "%s/dy.npy", folder);
    npy_save(path, "(150,)", dy, COUNT);
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        for (size_t k = 0; k < vacti_build_count; k++)
            if (vacti_build_runs(vacti_builds[k]) && strncmp(vacti_builds[k], "scalar", 6) != 0)
                free(SHELL("cd '%s' && export VACT_ISA=%s && '%s' apply --op %s --backward dy.npy x.npy here.npy && "
                           "'%s' apply --op %s --backward dy.npy x.npy there.npy && cmp here.npy there.npy",
                           folder, vacti_builds[k], VACT_PROGRAM, operations[i], program, operations[i]));
}

/* Both libraries, not optimised at all; and then their bits are the same. `./dev compilers` asks that of other
 * compilers, and at a finer stride. */
Test(package, subproject_in_c_unoptimised)
{
    char program[sizeof folder + 32];
    free(SHELL("'%s' -S '%s/subproject' -B '%s/build' -DLANGUAGE=C -DCMAKE_C_COMPILER='%s' -DCMAKE_BUILD_TYPE=Debug "
               "-DCMAKE_C_FLAGS_DEBUG=-O0 2>&1",
               VACT_CMAKE, consumers, folder, VACT_C_COMPILER));
    build_in("build");
    expect_example(SHELL("'%s/build/engine'", folder), vact_info()->isa);
    expect_dependence("build/engine", true);
    expect_example(SHELL("'%s/build/engine_static'", folder), vact_info()->isa);
    expect_dependence("build/engine_static", false);
    char *exported = SHELL("nm --dynamic --defined-only '%s/build/libplugin.so'", folder);
    cr_expect(strstr(exported, "plugin_run") && !strstr(exported, "vact_"), "the plugin exports %s", exported);
    free(exported);

    free(SHELL("'%s' -DVACT_BUILD_TOOLS=ON '%s/build' 2>&1", VACT_CMAKE, folder));
    free(SHELL("'%s' --build '%s/build' --target vact_program 2>&1", VACT_CMAKE, folder));
    snprintf(program, sizeof program, "%s/build/vact/vact", folder);
    expect_same_digests(program);
    expect_same_gradients(program);
}

/* Static libraries alone, as CMake's own variable asks, and then installed from there. -O1 compiles the fastest; that
 * this build's own package is optimised is tested above. */
Test(package, subproject_in_cxx_static_alone)
{
    const consumer *which = consumer_or_skip(CONSUMER_COUNT - 1);
    free(SHELL("'%s' -S '%s/subproject' -B '%s/sub' -DLANGUAGE=CXX -DCMAKE_C_COMPILER='%s' "
               "-DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O1 -DBUILD_SHARED_LIBS=OFF -DVACT_INSTALL=ON 2>&1",
               VACT_CMAKE, consumers, folder, VACT_C_COMPILER));
    build_in("sub");
    expect_example(SHELL("'%s/sub/engine'", folder), vact_info()->isa);
    expect_dependence("sub/engine", false);

    char build[sizeof folder + 8];
    snprintf(build, sizeof build, "%s/sub", folder);
    install_from(build);
    char *shared = SHELL("find '%s' -name '*vact.so*'", prefix);
    cr_expect(shared[0] == '\0', "a shared library was installed: %s", shared);
    free(shared);
    expect_consumer(which, "vact::vact", "");
    enter_pkg_config();
    compile_example(which, "pkg-config --libs vact");
    expect_example(SHELL("'%s/engine'", folder), vact_info()->isa);
}

/* What CMake writes for an option of optimisation: the last of a command counts. */
static char *levels(const char *files)
{
    return SHELL("grep '\"command\":.*/%s\\.c[^.]' '%s/build/compile_commands.json' | "
                 "sed -E 's/^/ -O0 /; s/.* -O([0-9a-z]*) .*/\\1/' | sort | uniq -c | tr -s ' \\n' ' '",
                 files, folder);
}

static void expect_levels(const char *type, const char *files, const char *expected)
{
    char *text = levels(files);
    cr_expect(strcmp(text, expected) == 0, "build type \"%s\": %s at%s", type, files, text);
    free(text);
}

/* Kernels are optimised unless the build type is Debug, also in a project that names none: six of AVX-512 and AVX2, and
 * the scalar ones, which nobody runs for speed. Unity builds of the project around leave vact's files apart. And the
 * names of a sanitizer that it chooses may be undefined in the library. ./dev builds builds all that. */
Test(package, subproject_kernels_are_optimised)
{
    static const char *const types[][4] = {{"", " 4 2 22 3 26 s ", " 2 2 ", ""},
                                           {"MinSizeRel", " 4 2 22 3 26 s ", " 2 s ", ""},
                                           {"Coverage", " 4 2 22 3 26 s ", " 2 0 ", ""},
                                           {"Debug", " 52 0 ", " 2 0 ", ""},
                                           {"Debug", " 52 1 ", " 2 g ", "-DCMAKE_C_FLAGS_DEBUG=-Og"},
                                           {"Debug", " 52 1 ", " 2 s ", "-DCMAKE_C_FLAGS_DEBUG=-Os"},
                                           {"Release", " 4 2 22 3 26 s ", " 2 3 ", ""}};
    if (!VACT_WITH_SLEEF)
        SKIP("package: from the sources vact is built with SLEEF");
#if !defined(__x86_64__)
    SKIP("package: this processor has other builds of the kernels");
#endif
    free(SHELL("'%s' -S '%s/subproject' -B '%s/build' -DLANGUAGE=C -DCMAKE_C_COMPILER='%s' -DCMAKE_C_FLAGS= "
               "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_UNITY_BUILD=ON 2>&1",
               VACT_CMAKE, consumers, folder, VACT_C_COMPILER));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        free(SHELL("'%s' -DCMAKE_BUILD_TYPE='%s' %s '%s/build' 2>&1", VACT_CMAKE, types[i][0], types[i][3], folder));
        free(SHELL("! grep -r no-undefined '%s/build' --include=build.ninja --include=link.txt", folder));
        expect_levels(types[i][0], "kernels_[a-z0-9_]*", types[i][1]);
        expect_levels(types[i][0], "dispatch/api", types[i][2]);
        char *unity =
            SHELL("grep -c 'build/vact/CMakeFiles/[a-z_]*.dir/Unity' '%s/build/compile_commands.json'; true", folder);
        cr_expect(atoi(unity) == 0, "%s files of vact are joined", unity);
        free(unity);
    }
}

/* Neither the generated source of a kernel nor what it includes has an operation's bound. */
Test(package, changed_bound_recompiles_no_kernel)
{
    static const char configure[] = "'%s' -S '%s/copy' -B '%s/build' -DVACT_BUILD_TESTS=OFF -DVACT_BUILD_TOOLS=OFF "
                                    "-DVACT_WITH_SLEEF=OFF -DVACT_BUILD_EXAMPLES=OFF -DCMAKE_C_COMPILER='%s' 2>&1";
    free(SHELL("mkdir '%s/copy' && cd '%s' && cp -R CMakeLists.txt LICENSE cmake dispatch include kernels '%s/copy'",
               folder, VACT_SOURCE_DIR, folder));
    free(SHELL(configure, VACT_CMAKE, folder, folder, VACT_C_COMPILER));
    free(SHELL("cd '%s/build/generated' && touch -d @1000000000 kernels_*.c", folder));
    free(SHELL("cd '%s/copy/kernels' && cp registry.def before && sed -i 's/BOUND(0\\.5)/BOUND(0.75)/; "
               "s/BOUNDS(2\\.0, /BOUNDS(2.5, /' registry.def && ! cmp registry.def before",
               folder));
    free(SHELL(configure, VACT_CMAKE, folder, folder, VACT_C_COMPILER));
    char *written = SHELL(
        "cd '%s/build/generated' && ls kernels_*.c >all && find . -name 'kernels_*.c' -newermt @1000000000", folder);
    cr_expect(written[0] == '\0', "a bound changes %s", written);
    free(written);
    char *included = SHELL("cd '%s/copy' && for set in plain fast; do '%s' -MM -I kernels -I . -I include "
                           "\"$(ls ../build/generated/kernels_*_$set.c | tail -n 1)\"; done",
                           folder, VACT_C_COMPILER);
    cr_expect(strstr(included, "kernels/abi.h") && strstr(included, "act/plain/relu.h"), "is the search right? %s",
              included);
    cr_expect(!strstr(included, "registry"), "a kernel includes the registry: %s", included);
    free(included);
}

/* What would change results is refused when the project is configured, wherever CMake sees it. The compiler reports
 * nothing of these. */
Test(package, subproject_refuses_flags)
{
    static const char *const flags[][2] = {
        {"-DCMAKE_C_FLAGS=-fsingle-precision-constant", "-fsingle-precision-constant"},
        {"-DCMAKE_C_FLAGS='-O2 -mfpmath=sse+387 -g'", "-mfpmath=sse+387"},
        {"-DOPTIONS='-g;-fno-signed-zeros'", "-fno-signed-zeros"},
        {"-DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE='-Ofast'", "-Ofast"},
        {"-DOPTIONS='$<$<CONFIG:Release>:-ffast-math>'", "-ffast-math"},
        {"-DOPTIONS='$<$<COMPILE_LANGUAGE:CXX>:-ffast-math>;-O3'", NULL}};
    char wanted[128];
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        command_result configured =
            command_run("rm -rf '%s/build'; '%s' -S '%s/subproject' -B '%s/build' -DLANGUAGE=C "
                        "-DCMAKE_C_COMPILER='%s' -DVACT_WITH_SLEEF=OFF %s 2>&1 | tr -s '\\n ' ' '",
                        folder, VACT_CMAKE, consumers, folder, VACT_C_COMPILER, flags[i][0]);
        snprintf(wanted, sizeof wanted, "vact: %s changes results", flags[i][1] ? flags[i][1] : "");
        cr_expect(flags[i][1] ? strstr(configured.text, wanted) != NULL
                              : strstr(configured.text, "Generating done") != NULL,
                  "%s: %s", flags[i][0], configured.text);
        free(configured.text);
    }
}

/* ------------------------------------------------------------------------------------ parts left out */

/* The kernels of an instruction set or of a gradient in a library, as nm names them. */
static char *optional_kernels(const char *library)
{
    return SHELL("nm '%s' | grep -E ' vacti_.*(_f32_avx|backward.*_f32_)'; true", library);
}

/* What the options leave out is not there, what stays has the bits of this build, and a gradient that is not there is
 * refused where the order of the checks says. GCC takes the shortest at -O1. */
Test(package, parts_left_out)
{
    static const char refused[] = "relu: 3\nelu from output: 3\nby code: 3\nby code from output: 3\nswiglu: 3\n"
                                  "packed: 3\nsoftmax: 3\nsoftmax, masked: 3\nlog_softmax: 3\nlogsumexp: 3\nprelu: 3\n"
                                  "wrong parameter: 1\nwrong code: 1\nnull pointers: 3\nnull pointers, prelu: 3\n"
                                  "stride: 3\nkernels: 1000\navx: 00, sleef: 0\n";
    char library[sizeof folder + 32];
    free(SHELL(
        "'%s' -S '%s' -B '%s/build' -DVACT_BUILD_AVX512=OFF -DVACT_BUILD_AVX2=OFF -DVACT_WITH_GRADIENTS=OFF "
        "-DVACT_WITH_SLEEF=OFF -DVACT_BUILD_STATIC=OFF -DVACT_BUILD_TESTS=OFF -DVACT_BUILD_TOOLS=OFF "
        "-DVACT_BUILD_EXAMPLES=OFF -DCMAKE_C_COMPILER='%s' -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O1 2>&1",
        VACT_CMAKE, VACT_SOURCE_DIR, folder, VACT_C_COMPILER));
    free(SHELL("'%s' --build '%s/build' --parallel 2 2>&1", VACT_CMAKE, folder));
    snprintf(library, sizeof library, "%s/build/libvact.so", folder);
    char *left = optional_kernels(library), *here = optional_kernels(VACT_SHARED_LIBRARY);
    cr_expect(left[0] == '\0', "left in: %.200s", left);
    cr_expect(strstr(here, "vacti_gelu_backward_f32_") && strstr(here, "vacti_softmax_backward_f32_"),
              "the names of kernels are others than this test knows");
    free(left);
    free(here);

    free(SHELL("'%s' -std=c99 -Wall -Wextra -Werror -I '%s/include' '%s/options/without.c' '%s' -o '%s/without' 2>&1",
               VACT_C_COMPILER, VACT_SOURCE_DIR, consumers, library, folder));
    char *without = SHELL("LD_LIBRARY_PATH='%s/build' '%s/without'", folder, folder);
    char *whole = SHELL("LD_LIBRARY_PATH=\"$(dirname '%s')\" '%s/without'", VACT_SHARED_LIBRARY, folder);
    size_t first = strcspn(whole, "\n") + 1;
    cr_expect(strncmp(without, whole, first) == 0, "other bits: %.40s and %.40s", without, whole);
    cr_expect(strstr(without, refused), "without gradients: %s", without);
    cr_expect(strstr(whole, "relu: 0, written\n") && strstr(whole, "prelu: 0, written\n"), "with: %s", whole);
    free(without);
    free(whole);
}

/* ----------------------------------------------------------------------------------- what was installed */

Test(package, prefix_is_whole)
{
    enter();
    char *version = SHELL("'%s/bin/vact' --version", prefix);
    cr_expect(strstr(version, VACT_VERSION), "the installed program says %s", version);
    free(version);
    command_result found = command_run("grep -rlIF -e '%s' -e '%s' -e '%s/elsewhere' '%s'", VACT_SOURCE_DIR,
                                       VACT_BINARY_DIR, folder, prefix);
    cr_expect(found.status == 1, "files that name the folders of the build: %s", found.text);
    free(found.text);
    free(SHELL("cmp '%s/LICENSE' '%s/share/doc/vact/LICENSE' 2>&1", VACT_SOURCE_DIR, prefix));
    char *verified = SHELL("'%s/bin/vact' verify --quick --quiet --op relu --type f32", prefix);
    cr_expect(strstr(verified, "share/vact/bits-v"), "the installed program says %s", verified);
    free(verified);
}

Test(package, shared_object)
{
    enter();
    char *library = SHELL("find '%s' -name 'libvact.so.%s' -type f", prefix, VACT_VERSION);
    library[strcspn(library, "\n")] = '\0';
    char *text = SHELL("readelf --wide --dynamic --program-headers '%s'", library), wanted[64], flags[8] = "";
    snprintf(wanted, sizeof wanted, "Library soname: [libvact.so.%d.%d]", VACT_VERSION_MAJOR, VACT_VERSION_MINOR);
    cr_expect(strstr(text, wanted), "no %s", wanted);
    cr_expect(strstr(text, "GNU_RELRO") && strstr(text, "BIND_NOW"), "RELRO is not full");
    cr_expect(!strstr(text, "RPATH") && !strstr(text, "RUNPATH"), "it looks for libraries in folders of its own");
    const char *stack = strstr(text, "GNU_STACK");
    cr_assert_not_null(stack);
    sscanf(stack, "GNU_STACK %*s %*s %*s %*s %*s %7s", flags);
    cr_expect(strcmp(flags, "RW") == 0, "the stack is %s", flags);
    free(text);

    char *guard = SHELL("nm --dynamic --undefined-only '%s'", library);
    cr_expect(strstr(guard, "__stack_chk_fail"), "no function has a stack protector");
    free(guard);
    free(library);
}

/* The package for AArch64, used with the toolchain file that the documentation recommends. */
Test(package, toolchain_file)
{
    const char *program = getenv("VACT_NEON_PROGRAM"), *runner = getenv("VACT_NEON_RUNNER");
    if (!program || !runner)
        SKIP("package: VACT_NEON_PROGRAM names no program for AArch64");
    char *build = SHELL("dirname '%s'", program);
    build[strcspn(build, "\n")] = '\0';
    install_from(build);
    free(SHELL("'%s' -S '%s/examples' -B '%s/build' -DCMAKE_PREFIX_PATH='%s' "
               "-DCMAKE_TOOLCHAIN_FILE='%s/cmake/aarch64-linux-gnu.cmake' 2>&1",
               VACT_CMAKE, VACT_SOURCE_DIR, folder, prefix, VACT_SOURCE_DIR));
    build_in("build");
    expect_example(SHELL("%s '%s/build/quickstart'", runner, folder), "neon");
    free(build);
}

/* ------------------------------------------------------------------------------------------ the README */

Test(documents, readme_shows_the_example)
{
    char *readme = read_text(VACT_SOURCE_DIR "/README.md"), *example = read_text(quickstart);
    if (!readme)
        cr_skip("README.md: not there");
    cr_assert_not_null(example);
    char *start = strstr(readme, "\n```c\n");
    cr_assert_not_null(start, "README.md has no C example");
    start += strlen("\n```c\n");
    char *stop = strstr(start, "```\n");
    cr_assert_not_null(stop);
    *stop = '\0';
    cr_expect(strcmp(start, example) == 0, "README.md's first C example is not examples/quickstart.c");
    free(readme);
    free(example);
}
