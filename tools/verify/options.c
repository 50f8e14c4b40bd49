#include "options.h"

#include <argp.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tool.h"

enum {
    OPTION_OP = 256,
    OPTION_ISA,
    OPTION_MATH,
    OPTION_TYPE,
    OPTION_QUICK,
    OPTION_FILE,
    OPTION_WRITE,
    OPTION_JSON,
    OPTION_THREADS,
    OPTION_QUIET
};

static const struct argp_option option_table[] = {
    {NULL, 0, NULL, 0, "What", 1},
    {"quick", OPTION_QUICK, NULL, 0, "Only samples and what has few inputs: seconds instead of minutes", 0},
    {"op", OPTION_OP, "NAME[,NAME...]", 0,
     "These operations, by name or by a pattern such as 'gelu*' (default: all, softmax_axis and the like included)", 0},
    {"isa", OPTION_ISA, "NAME[,NAME...]", 0,
     "These builds: scalar, scalar_fma, avx2, avx512, neon (default: the fastest that this CPU runs)", 0},
    {"math", OPTION_MATH, "NAME", 0, "This variant: plain, fast, sleef or cr", 0},
    {"type", OPTION_TYPE, "NAME", 0, "Elements of this type: f32, bf16, f16 or f64", 0},
    {"file", OPTION_FILE, "FILE", 0, "The hashes to compare with (default: those installed with this program)", 0},
    {NULL, 0, NULL, 0, "Output", 2},
    {"json", OPTION_JSON, "FILE", 0, "The results as JSON; - is standard output", 0},
    {"write", OPTION_WRITE, "FILE", 0,
     "Instead of comparing, write the hashes that this library has. What is not chosen keeps the line that it has in "
     "FILE, and so do other versions of SLEEF",
     0},
    {NULL, 0, NULL, 0, "Running", 3},
    {"threads", OPTION_THREADS, "N", 0, "This many threads (default: one per CPU)", 0},
    {"quiet", OPTION_QUIET, NULL, 0, "No progress on standard error", 0},
    {0}};

static const char documentation[] =
    "Computes the results of every operation over all inputs of its type, or over a published sample, and compares "
    "their hashes with those of this release: whether this machine, compiler and library return the same bits as "
    "every other."
    "\v"
    "A difference is named by the first of 64 blocks of inputs that has it. Results of `sleef' are compared where the "
    "library was compiled against the version of SLEEF that the file names, and with FMA; elsewhere they are skipped.\n"
    "Exit status: 0 no bits differ, 1 otherwise or on failure, 2 wrong usage, 130 interrupted.";

static bool matches_any(const verify_options *options, const char *pattern)
{
    for (size_t i = 0; i < options->function_count; i++)
        if (fnmatch(pattern, options->functions[i].operation, 0) == 0)
            return true;
    return false;
}

/* What is no function here may be another framework's name of one. */
static void add_pattern(verify_options *options, struct argp_state *state, const char *pattern)
{
    if (options->pattern_count == VERIFY_MOST_PATTERNS)
        vact_tool_misused(state, "too many operations");
    options->patterns[options->pattern_count++] =
        matches_any(options, pattern) ? pattern : vact_tool_operation(state, pattern)->name;
}

static void add_build(verify_options *options, struct argp_state *state, const char *name)
{
    const char *build = vact_tool_build(state, name);
    for (size_t i = 0; i < options->build_count; i++)
        if (options->builds[i] == build)
            return;
    options->builds[options->build_count++] = build;
}

/* One of the words, which are separated by spaces. */
static const char *choose(struct argp_state *state, const char *option, const char *words, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = words; at != NULL; at = strchr(at, ' '), at = at != NULL ? at + 1 : NULL)
        if (length != 0 && strncmp(at, name, length) == 0 && (at[length] == ' ' || at[length] == '\0'))
            return name;
    vact_tool_misused(state, "%s '%s' is not one of: %s", option, name, words);
    return NULL;
}

static void check(const verify_options *options, struct argp_state *state)
{
    if (options->write != NULL && (options->file != NULL || options->json != NULL || options->build_count > 1))
        vact_tool_misused(state, "--write does not compare: no --file, no --json, and one build");
    if (options->write != NULL && strcmp(options->write, "-") == 0)
        vact_tool_misused(state, "--write needs the name of a file, whose other lines it keeps");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    verify_options *options = state->input;
    uint32_t number = 0;
    char *rest = argument;
    switch (key) {
    case OPTION_QUICK: options->quick = true; return 0;
    case OPTION_OP:
        for (char *name = strsep(&rest, ","); name != NULL; name = strsep(&rest, ","))
            add_pattern(options, state, name);
        return 0;
    case OPTION_ISA:
        for (char *name = strsep(&rest, ","); name != NULL; name = strsep(&rest, ","))
            add_build(options, state, name);
        return 0;
    case OPTION_MATH: options->math = choose(state, "--math", "plain fast sleef cr", argument); return 0;
    case OPTION_TYPE: options->types = choose(state, "--type", "f32 bf16 f16 f64", argument); return 0;
    case OPTION_FILE: options->file = argument; return 0;
    case OPTION_WRITE: options->write = argument; return 0;
    case OPTION_JSON: options->json = argument; return 0;
    case OPTION_THREADS:
        if (!vact_tool_number(argument, 4096, argument + strlen(argument), &number))
            vact_tool_misused(state, "--threads '%s' is not a number from 1 to 4096", argument);
        options->threads = number;
        return 0;
    case OPTION_QUIET: options->quiet = true; return 0;
    case ARGP_KEY_ARG: vact_tool_misused(state, "'%s': an argument without an option", argument); return 0;
    case ARGP_KEY_END: check(options, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

void verify_parse(verify_options *options, const verify_function *functions, size_t count, int argc, char **argv)
{
    const struct argp argp = {option_table, parse_option, NULL, documentation, NULL, NULL, NULL};
    *options = (verify_options){.functions = functions, .function_count = count, .threads = vact_tool_threads()};
    if (vact_tool_parse(&argp, argc, argv, 0, options) != 0)
        exit(VACT_TOOL_USAGE);
    if (options->build_count == 0)
        options->builds[options->build_count++] = vacti_table_find(VACT_ISA_AUTO, VACT_MATH_FAST)->build;
}

bool verify_chooses(const verify_options *options, const verify_function *f)
{
    if (options->quick && !f->quick)
        return false;
    if (options->math != NULL && strncmp(f->variant, options->math, strlen(options->math)) != 0)
        return false;
    if (options->types != NULL && strcmp(verify_type(f), options->types) != 0)
        return false;
    for (size_t i = 0; i < options->pattern_count; i++)
        if (fnmatch(options->patterns[i], f->operation, 0) == 0)
            return true;
    return options->pattern_count == 0;
}
