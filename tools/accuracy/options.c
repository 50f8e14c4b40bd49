#include "options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tool.h"

enum {
    OPTION_OP = 256,
    OPTION_ISA,
    OPTION_MATH,
    OPTION_STRIDE,
    OPTION_SHARD,
    OPTION_THREADS,
    OPTION_PARAM,
    OPTION_BACKWARD,
    OPTION_TYPE,
    OPTION_DIGEST,
    OPTION_JSON,
    OPTION_MARKDOWN,
    OPTION_MERGE,
    OPTION_QUIET
};

static const struct argp_option option_table[] = {
    {NULL, 0, NULL, 0, "Inputs", 1},
    {"op", OPTION_OP, "NAME[,NAME...]", 0, "These operations (default: all)", 0},
    {"isa", OPTION_ISA, "NAME[,NAME...]", 0,
     "These builds: scalar, scalar_fma, avx2, avx512, neon (default: all that this CPU runs; scalar, which has no FMA, "
     "only where it is the only one)",
     0},
    {"math", OPTION_MATH, "NAME", 0, "This variant: auto (default), sleef, fast, cr, or all of them", 0},
    {"backward", OPTION_BACKWARD, NULL, 0,
     "The gradients dy*f'(x) instead of the operations, with dy = 1 and with a random dy", 0},
    {"type", OPTION_TYPE, "NAME", 0,
     "The elements: f32 (default), bf16 or f16. Of the last two every element-by-element operation with its default "
     "parameters, over all 65,536 inputs, on all builds that this CPU runs; goes with --op, --isa, --json and --quiet",
     0},
    {"param", OPTION_PARAM, "NAME=VALUE", 0, "A parameter of the operations named by --op", 0},
    {"stride", OPTION_STRIDE, "N", 0, "Every N-th bit pattern (default 1: all), and fewer rows", 0},
    {"shard", OPTION_SHARD, "I/N", 0, "The I-th of N parts of the inputs, counted from 1", 0},
    {NULL, 0, NULL, 0, "Output", 2},
    {"json", OPTION_JSON, "FILE", 0, "The results as JSON; - is standard output", 0},
    {"markdown", OPTION_MARKDOWN, "FILE", 0, "The table of docs/accuracy.md; - is standard output", 0},
    {"digest", OPTION_DIGEST, "FILE", 0,
     "Instead of errors, a hash of the results per 2^20 bit patterns, as text, of the first build named or the "
     "strongest: equal files mean equal bits; - is standard output",
     0},
    {"merge", OPTION_MERGE, NULL, 0, "Instead of a sweep, join the results in the JSON FILEs", 0},
    {NULL, 0, NULL, 0, "Running", 3},
    {"threads", OPTION_THREADS, "N", 0, "This many threads (default: one per CPU)", 0},
    {"quiet", OPTION_QUIET, NULL, 0, "No progress on standard error", 0},
    {0}};

static const char documentation[] =
    "Sweeps all 2^32 float inputs of every operation. Reports the largest error in ULP, the input that has it, how "
    "many "
    "results are not correctly rounded, and how many differ in a bit between builds (each is compared with "
    "scalar_fma). "
    "Operations over rows are sampled with random logits."
    "\v"
    "`order errors' counts the results of an increasing operation that are smaller than the result of the next smaller "
    "input.\n"
    "With --type bf16 or f16 every result must be the exact value, rounded once.\n"
    "Exit status: 0 all results are within their bounds and no bits differ, 1 otherwise or on failure, 2 wrong usage, "
    "130 interrupted.";

static void add_op(accuracy_options *options, struct argp_state *state, const char *name)
{
    const vacti_op_info *info = vact_tool_operation(state, name);
    for (size_t i = 0; i < options->op_count; i++)
        if (options->ops[i] == info)
            return;
    if (options->op_count == ACCURACY_MOST_OPS)
        vact_tool_misused(state, "too many operations");
    options->ops[options->op_count++] = info;
}

static void add_build(accuracy_options *options, struct argp_state *state, const char *name)
{
    const char *build = vact_tool_build(state, name);
    for (size_t i = 0; i < options->build_count; i++)
        if (options->builds[i] == build)
            return;
    options->builds[options->build_count++] = build;
}

typedef void add_name(accuracy_options *options, struct argp_state *state, const char *name);

static void split_names(accuracy_options *options, struct argp_state *state, char *list, add_name *add)
{
    char *rest = list;
    for (char *name = strsep(&rest, ","); name != NULL; name = strsep(&rest, ","))
        add(options, state, name);
}

static vact_type parse_type(struct argp_state *state, const char *name)
{
    static const char *const names[] = {"f32", "bf16", "f16"};
    for (int type = VACT_F32; type <= VACT_F16; type++)
        if (strcmp(names[type], name) == 0)
            return (vact_type)type;
    vact_tool_misused(state, "--type '%s' is not f32, bf16 or f16", name);
    return VACT_F32;
}

static void parse_shard(accuracy_options *options, struct argp_state *state, const char *text)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL || !vact_tool_number(text, ACCURACY_BLOCKS, slash, &options->shard) ||
        !vact_tool_number(slash + 1, ACCURACY_BLOCKS, text + strlen(text), &options->shard_count) ||
        options->shard > options->shard_count)
        vact_tool_misused(state, "--shard '%s' is not I/N with 1 <= I <= N <= %d", text, ACCURACY_BLOCKS);
}

static void set_param(accuracy_options *options, struct argp_state *state, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        vact_tool_misused(state, "--param '%s' is not NAME=VALUE", text);
        return;
    }
    char *end = NULL;
    float value = strtof(equals + 1, &end);
    if (equals[1] == '\0' || *end != '\0')
        vact_tool_misused(state, "--param '%s': '%s' is not a number", text, equals + 1);
    for (size_t i = 0; i < options->target_count; i++) {
        accuracy_target *target = &options->targets[i];
        bool found = false;
        for (int k = 0; k < accuracy_param_count(target->info); k++) {
            const char *name = accuracy_param_name(target->info, k);
            if (strlen(name) == (size_t)(equals - text) && strncmp(name, text, strlen(name)) == 0) {
                target->params.v[k] = value;
                found = true;
            }
        }
        if (!found)
            vact_tool_misused(state, "%s has no parameter '%.*s' (see `vact list %s')", target->info->name,
                              (int)(equals - text), text, target->info->name);
    }
}

static void make_targets(accuracy_options *options, struct argp_state *state)
{
    size_t count = options->op_count != 0 ? options->op_count : vacti_registry_count;
    if (count > ACCURACY_MOST_OPS)
        count = ACCURACY_MOST_OPS;
    for (size_t i = 0; i < count; i++) {
        const vacti_op_info *info = options->op_count != 0 ? options->ops[i] : &vacti_registry[i];
        accuracy_target target = {.info = info, .params = accuracy_defaults(info)};
        /* No sweep covers two inputs. tests/test_gates.c measures their errors. */
        if (info->kind == VACT_KIND_GATE && options->op_count != 0)
            vact_tool_misused(state, "%s has two inputs; sweeps cover one", info->name);
        if (info->kind == VACT_KIND_GATE)
            continue;
        if (info->kind != VACT_KIND_UNARY && options->type != VACT_F32) {
            if (options->op_count != 0)
                vact_tool_misused(state, "--type is for element-by-element operations, not for %s", info->name);
            continue;
        }
        if (!options->backward) {
            options->targets[options->target_count++] = target;
            continue;
        }
        if (info->kind != VACT_KIND_UNARY && options->op_count != 0)
            vact_tool_misused(state, "--backward is for element-by-element operations, not for %s", info->name);
        if (info->kind != VACT_KIND_UNARY)
            continue;
        target.function = ACCURACY_BACKWARD;
        options->targets[options->target_count++] = target;
        target.function = ACCURACY_FROM_OUTPUT;
        if (info->keeps_output)
            options->targets[options->target_count++] = target;
    }
    if (options->param_count != 0 && options->op_count == 0)
        vact_tool_misused(state, "--param needs --op");
    for (size_t i = 0; i < options->param_count; i++)
        set_param(options, state, options->params[i]);
    for (size_t i = 0; i < options->target_count; i++)
        if (!accuracy_accepts(options->targets[i].info, &options->targets[i].params))
            vact_tool_misused(state, "%s does not take these parameters (`vact list %s' shows their domains)",
                              options->targets[i].info->name, options->targets[i].info->name);
}

static void check(accuracy_options *options, struct argp_state *state)
{
    bool json_out = options->json != NULL && strcmp(options->json, "-") == 0;
    bool markdown_out = options->markdown != NULL && strcmp(options->markdown, "-") == 0;
    if (json_out && markdown_out)
        vact_tool_misused(state, "--json and --markdown cannot both go to standard output");
    if (options->digest != NULL && (options->json != NULL || options->markdown != NULL))
        vact_tool_misused(state, "--digest does not use the oracle, so it cannot go with --json or --markdown");
    if (options->backward)
        vact_tool_needs_gradients(state, "--backward");
    if (options->backward && options->math_given)
        vact_tool_misused(state, "--backward cannot go with --math: one implementation serves every variant");
    if (options->digest != NULL && options->every_math)
        vact_tool_misused(state, "--digest needs one variant");
    if (options->merge && options->sweeps)
        vact_tool_misused(state, "--merge goes with --json and --markdown only");
    if (options->merge && options->file_count == 0)
        vact_tool_misused(state, "--merge needs files");
    if (!options->merge && options->file_count != 0)
        vact_tool_misused(state, "'%s': an argument without --merge", options->files[0]);
    if (options->type != VACT_F32 &&
        (options->math_given || options->backward || options->param_count != 0 || options->stride != 1 ||
         options->shard_count != 1 || options->digest != NULL || options->markdown != NULL))
        vact_tool_misused(state, "--type bf16 and f16 go with --op, --isa, --json and --quiet only");
    make_targets(options, state);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    accuracy_options *options = state->input;
    uint32_t number = 0;
    if (key >= OPTION_OP && key <= OPTION_DIGEST)
        options->sweeps = true;
    switch (key) {
    case OPTION_OP: split_names(options, state, argument, add_op); return 0;
    case OPTION_ISA: split_names(options, state, argument, add_build); return 0;
    case OPTION_MATH:
        options->math_given = true;
        options->every_math = strcmp(argument, "all") == 0;
        options->math = options->every_math ? VACT_MATH_AUTO : vact_tool_math(state, argument);
        return 0;
    case OPTION_TYPE: options->type = parse_type(state, argument); return 0;
    case OPTION_BACKWARD: options->backward = true; return 0;
    case OPTION_STRIDE:
        if (!vact_tool_number(argument, UINT32_MAX, argument + strlen(argument), &options->stride))
            vact_tool_misused(state, "--stride '%s' is not a number from 1 to 4294967295", argument);
        return 0;
    case OPTION_SHARD: parse_shard(options, state, argument); return 0;
    case OPTION_THREADS:
        if (!vact_tool_number(argument, 4096, argument + strlen(argument), &number))
            vact_tool_misused(state, "--threads '%s' is not a number from 1 to 4096", argument);
        options->threads = number;
        return 0;
    case OPTION_PARAM:
        if (options->param_count == ACCURACY_MOST_PARAMS)
            vact_tool_misused(state, "too many parameters");
        options->params[options->param_count++] = argument;
        return 0;
    case OPTION_DIGEST: options->digest = argument; return 0;
    case OPTION_JSON: options->json = argument; return 0;
    case OPTION_MARKDOWN: options->markdown = argument; return 0;
    case OPTION_MERGE: options->merge = true; return 0;
    case OPTION_QUIET: options->quiet = true; return 0;
    case ARGP_KEY_ARG:
        if (options->file_count == ACCURACY_MOST_FILES)
            vact_tool_misused(state, "too many files");
        options->files[options->file_count++] = argument;
        return 0;
    case ARGP_KEY_END: check(options, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

void accuracy_parse(accuracy_options *options, int argc, char **argv)
{
    const struct argp argp = {option_table, parse_option, "\n--merge FILE...", documentation, NULL, NULL, NULL};
    memset(options, 0, sizeof *options);
    options->math = VACT_MATH_AUTO;
    options->stride = 1;
    options->shard = 1;
    options->shard_count = 1;
    options->threads = vact_tool_threads();
    if (vact_tool_parse(&argp, argc, argv, 0, options) != 0)
        exit(VACT_TOOL_USAGE);
}
