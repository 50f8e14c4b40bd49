/* The program vact_bench: its options, its benchmarks and their report. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "against.h"
#include "cases.h"
#include "dispatch/table.h"
#include "lut.h"
#include "narrow.h"
#include "options.h"
#include "shim.h"
#include "special.h"
#include "table.h"

enum { EXIT_USAGE = 2, MOST_ARGUMENTS = 256 };

static void help(void)
{
    printf("Usage: vact_bench [--isa=NAME,...] [--benchmark_FLAG...]\n"
           "\n"
           "Measures the kernels of vact, each in turn with a loop over SLEEF's expf and with copying\n"
           "the array: copy is the faster of memcpy and a copy with streaming stores.\n"
           "\n"
           "  --isa=NAME,...     the instruction sets, or all; one that this CPU lacks is reported as skipped\n"
           "                     (default: the one in use, %s). Here:",
           vacti_table_current()->build);
    for (size_t i = 0; i < vacti_build_count; i++)
        printf(" %s", vacti_builds[i]);
    printf("\n"
           "  --benchmark_filter=REGEX   the benchmarks to run, by name: operation/type/instruction "
           "set/variant/n:elements/\n"
           "                     distribution, with call/ before it for calls through the public function\n"
           "                     and epilogue/ for act(x + bias); these and gated units against the bare activation;\n"
           "                     special/operation/.../every:-20, one_in_two:-20 or one_in_eight:-20 for arguments\n"
           "                     near a number, against the uniform distribution; lut_8/ and softmax_8/ for tables "
           "of\n"
           "                     bytes, against a plain loop; /bf16/ and /f16/ for 16 bits, against float too;\n"
           "                     softmax_options/ against softmax without options\n"
           "\n"
           "Without --benchmark_format it prints a table, with it Google Benchmark's report. Defaults:\n"
           "--benchmark_repetitions=5 --benchmark_min_time=0.05 (of the kernel alone). vact_bench --against=OLD.so\n"
           "compares two builds of the library instead (vact_bench --against --help). Google Benchmark's flags:\n"
           "\n");
    bm_help();
}

static bool register_build(const char *build)
{
    return cases_register(build) && special_register(build) && options_register(build) && lut_register(build) &&
           narrow_register(build);
}

static bool is_build(const char *name)
{
    for (size_t i = 0; i < vacti_build_count; i++)
        if (strcmp(vacti_builds[i], name) == 0)
            return true;
    return false;
}

/* Ends the program where the list has an unknown name. */
static void register_list(char *list)
{
    char *rest = NULL;
    for (char *name = strtok_r(list, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        if (strcmp(name, "all") == 0) {
            for (size_t i = 0; i < vacti_build_count; i++)
                if (!register_build(vacti_builds[i]))
                    abort();
        } else if (!is_build(name)) {
            fprintf(stderr, "vact_bench: --isa: '%s' is not in this build (see vact_bench --help)\n", name);
            exit(EXIT_USAGE);
        } else if (!register_build(name)) {
            abort();
        }
    }
}

static bool wants_google_report(int argc, char **argv)
{
    static const char format[] = "--benchmark_format";
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], format, sizeof format - 1) == 0)
            return true;
    return getenv("BENCHMARK_FORMAT") != NULL;
}

/* argv with our defaults in front; the user's options override them. */
static int with_defaults(int argc, char **argv, char **all)
{
    static char repetitions[] = "--benchmark_repetitions=5";
    static char min_time[] = "--benchmark_min_time=0.05";
    int count = 0;
    all[count++] = argv[0];
    all[count++] = repetitions;
    all[count++] = min_time;
    for (int i = 1; i < argc && count < MOST_ARGUMENTS; i++)
        all[count++] = argv[i];
    all[count] = NULL;
    return count;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"isa", required_argument, NULL, 'i'}, {NULL, 0, NULL, 0}};
    char *arguments[MOST_ARGUMENTS + 1];
    char *isa = NULL;
    if (against_is_asked(argc, argv))
        return against(argc, argv);
    bool google_report = wants_google_report(argc, argv);
    int count = with_defaults(argc, argv, arguments);

    bm_initialize(&count, arguments, help);
    for (int option = 0; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
        if (option != 'i')
            return EXIT_USAGE;
        isa = optarg;
    }
    arguments[optind - 1] = arguments[0];
    if (bm_unrecognized(count - optind + 1, arguments + optind - 1))
        return EXIT_USAGE;

    bm_context("vact_version", vact_info()->version);
    bm_context("vact_features", vact_info()->features);
    bm_context("vact_sleef", vact_info()->sleef_version);
    if (isa != NULL)
        register_list(isa);
    else if (!register_build(vacti_table_current()->build))
        abort();
    if (bm_run(google_report ? NULL : table_report, NULL) == 0) {
        fprintf(stderr, "vact_bench: no benchmark ran (--isa=all adds the other instruction sets)\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
