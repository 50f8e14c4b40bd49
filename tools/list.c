/* vact list: the operations, from the registry. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "tool.h"

enum { KEY_TYPE = 0x101 };

/* A type of elements. Of the 16-bit types: the bound where parameters are not the defaults, in ULP. */
typedef struct type {
    const char *word, *name;
    double bound;
} type;

static const type types[] = {
    {"f32", "float32", 0.0}, {"bf16", "bfloat16", 0.5001}, {"f16", "float16", 0.502}, {"f64", "float64", 0.0}};

/* Of double, sampled (vact/f64.h). */
static const double bound_fast_f64 = 1.5, bound_sleef_f64 = 4.0;

/* Whether `cr` has a kernel of the operation's own. */
static bool has_cr(const vacti_op_info *op)
{
    return (op->needs_math || op->near) && vacti_table_of_build(vacti_builds[0], VACT_MATH_CR) != NULL;
}

typedef struct request {
    bool json;
    vact_type type;
    size_t count;
    const vacti_op_info **operations; /* those named, in the order given; at most as many as arguments */
} request;

static const char *kind_code(vact_kind kind)
{
    switch (kind) {
    case VACT_KIND_UNARY: return "unary";
    case VACT_KIND_CHANNELS: return "channels";
    case VACT_KIND_ROWS: return "rows";
    case VACT_KIND_GATE: return "gate";
    }
    return "";
}

static bool has_kernel(const vacti_op_info *op, vact_type of)
{
    switch (of) {
    case VACT_F32: return true;
    case VACT_BF16: return vact_kernel_bf16(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL;
    case VACT_F16: return vact_kernel_f16(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL;
    case VACT_F64:
        return vact_kernel_f64(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL ||
               vact_gate_kernel_f64(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL ||
               (op->kind == VACT_KIND_ROWS && VACT_WITH_F64);
    }
    return false;
}

/* Rows have one implementation, and what SLEEF has no function for. */
static bool has_sleef_f64(const vacti_op_info *op)
{
    return VACT_WITH_SLEEF && op->needs_math && !op->own_math && op->kind != VACT_KIND_ROWS;
}

static cJSON *json_of(const vacti_op_info *op, vact_type of)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", op->name);
    cJSON *others = cJSON_AddArrayToObject(object, "aliases");
    for (size_t i = 0; vact_tool_alias(op, i) != NULL; i++)
        cJSON_AddItemToArray(others, cJSON_CreateString(vact_tool_alias(op, i)));
    cJSON_AddStringToObject(object, "kind", kind_code(op->kind));
    cJSON_AddStringToObject(object, "formula", op->formula);
    cJSON *parameters = cJSON_AddArrayToObject(object, "parameters");
    for (int i = 0; i < op->param_count; i++) {
        char value[32];
        cJSON *parameter = cJSON_CreateObject();
        cJSON_AddStringToObject(parameter, "name", op->params[i].name);
        /* the shortest decimal that is this float: 0.01, not the 0.0099999997... that it is as a double */
        const bool finite = isfinite(op->params[i].default_value); /* JSON has no infinity: the word */
        for (int digits = 6; digits <= 9; digits++) {
            snprintf(value, sizeof value, finite ? "%.*g" : "\"%.*g\"", digits, (double)op->params[i].default_value);
            if (!finite || strtof(value, NULL) == op->params[i].default_value)
                break;
        }
        cJSON_AddRawToObject(parameter, "default", value);
        cJSON_AddStringToObject(parameter, "domain", vact_tool_domain(op, i));
        cJSON_AddItemToArray(parameters, parameter);
    }
    cJSON_AddStringToObject(object, "range", op->range);
    cJSON *bounds = cJSON_AddObjectToObject(object, "bounds_ulp");
    if (of == VACT_F64) {
        cJSON_AddNumberToObject(bounds, "fast", bound_fast_f64);
        if (has_sleef_f64(op))
            cJSON_AddNumberToObject(bounds, "sleef", bound_sleef_f64);
    } else if (of != VACT_F32) {
        cJSON_AddNumberToObject(bounds, "plain", 0.5);
        if (op->param_count > 0)
            cJSON_AddNumberToObject(bounds, "other_parameters", types[of].bound);
    } else if (op->needs_math) {
        cJSON_AddNumberToObject(bounds, "sleef", op->bound_sleef);
        cJSON_AddNumberToObject(bounds, "fast", op->bound_fast);
    } else {
        cJSON_AddNumberToObject(bounds, "plain", op->bound_sleef);
    }
    if (of == VACT_F32 && has_cr(op))
        cJSON_AddNumberToObject(bounds, "cr", vacti_registry_bound(op, VACT_MATH_CR));
    cJSON_AddStringToObject(object, "auto",
                            of == VACT_F64   ? "fast"
                            : of != VACT_F32 ? "plain"
                                             : vact_tool_auto_variant(op));
    if (of != VACT_F32)
        cJSON_AddStringToObject(object, "type", types[of].word);
    return object;
}

/* Next to its zero xielu's bound is absolute (vact.h). */
static void print_narrow_bound(const vacti_op_info *op, vact_type of)
{
    printf("    bound       0.5 ULP of %s, correctly rounded", types[of].name);
    if (op->param_count > 0)
        printf("; with other parameters %g ULP%s", types[of].bound,
               op->op == VACT_OP_XIELU ? " but next to its zero" : "");
    putchar('\n');
}

static void print_block(const vacti_op_info *op, vact_type of)
{
    printf("%s\n", op->name);
    for (size_t i = 0; vact_tool_alias(op, i) != NULL; i++)
        printf("%s%s", i == 0 ? "    also        " : ", ", vact_tool_alias(op, i));
    if (vact_tool_alias(op, 0) != NULL)
        putchar('\n');
    printf("    kind        %s\n", vact_tool_kind(op->kind));
    printf("    formula     %s\n", op->formula);
    printf("    parameters  ");
    if (op->kind == VACT_KIND_CHANNELS)
        printf("slope: an array, each value finite");
    else if (op->param_count == 0)
        printf("none");
    for (int i = 0; i < op->param_count; i++)
        printf("%s%s = %g (%s)", i == 0 ? "" : ", ", op->params[i].name, (double)op->params[i].default_value,
               vact_tool_domain(op, i));
    printf("\n    range       %s\n", op->range);
    if (of == VACT_F64)
        printf("    bound       fast %g ULP%s, sampled\n", bound_fast_f64, has_sleef_f64(op) ? ", sleef 4 ULP" : "");
    else if (of != VACT_F32)
        print_narrow_bound(op, of);
    else if (op->needs_math)
        printf("    bound       fast %g ULP, sleef %g ULP", op->bound_fast, op->bound_sleef);
    else
        printf("    bound       plain %g ULP", op->bound_sleef);
    if (of == VACT_F32 && has_cr(op))
        printf(", cr %g ULP", vacti_registry_bound(op, VACT_MATH_CR));
    if (of == VACT_F32)
        putchar('\n');
    if (of == VACT_F32)
        printf("    auto takes  %s\n", vact_tool_auto_variant(op));
    if (of == VACT_F32 && !VACT_WITH_GRADIENTS)
        printf("    gradient    not in this build\n");
}

static void parse_type(const struct argp_state *state, const char *word, request *asked)
{
    for (asked->type = VACT_F32; asked->type <= VACT_F64; asked->type++)
        if (strcmp(word, types[asked->type].word) == 0)
            return;
    vact_tool_misused(state, "--type: '%s' is not f32, bf16, f16 or f64", word);
}

/* Whether there is something to list, with a message where not. */
static bool check(const request *asked)
{
    const char *const word = types[asked->type].word;
    if (!has_kernel(vacti_registry_by_code(VACT_OP_IDENTITY), asked->type)) {
        vact_tool_fail("--type", "this build of vact has no %s", types[asked->type].name);
        return false;
    }
    for (size_t i = 0; i < asked->count; i++)
        if (!has_kernel(asked->operations[i], asked->type)) {
            vact_tool_fail(asked->operations[i]->name, "has no kernels of %s", word);
            return false;
        }
    return true;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    request *asked = state->input;
    switch (key) {
    case 'j': asked->json = true; return 0;
    case KEY_TYPE: parse_type(state, argument, asked); return 0;
    case ARGP_KEY_ARG: asked->operations[asked->count++] = vact_tool_operation(state, argument); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int print_all(const request *asked)
{
    size_t count = asked->count > 0 ? asked->count : vacti_registry_count;
    bool first = true;
    if (!check(asked))
        return VACT_TOOL_FAILURE;
    cJSON *document = asked->json ? cJSON_CreateArray() : NULL;
    for (size_t i = 0; i < count; i++) {
        const vacti_op_info *op = asked->count > 0 ? asked->operations[i] : &vacti_registry[i];
        if (!has_kernel(op, asked->type))
            continue;
        if (asked->json) {
            cJSON_AddItemToArray(document, json_of(op, asked->type));
        } else {
            if (!first)
                putchar('\n');
            print_block(op, asked->type);
            first = false;
        }
    }
    return asked->json ? vact_tool_print_json(document) : VACT_TOOL_OK;
}

int vact_tool_list(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"json", 'j', NULL, 0, "Print JSON", 0},
        {"type", KEY_TYPE, "NAME", 0, "The operations with kernels of this type: f32 (default), bf16, f16 or f64", 0},
        {NULL, 0, NULL, 0, NULL, 0}};
    const struct argp argp = {
        options,
        parse,
        "[OPERATION...]",
        "Lists the operations: formula, parameters with their defaults and domains, the range of the results, the "
        "error "
        "bound of each variant, and the variant that auto takes.\v"
        "An operation may be named in any case, and as PyTorch, ONNX and Hugging Face name it (`also').\n"
        "plain: the operation has no transcendental function, and one kernel serves every variant. Errors are in ULP; "
        "0.5 is correctly rounded. bf16 and f16 have one set of kernels, which serves every variant. On f64 auto is "
        "fast.",
        NULL,
        NULL,
        NULL};
    request asked = {false, VACT_F32, 0, (const vacti_op_info **)calloc((size_t)argc + 1, sizeof *asked.operations)};
    if (asked.operations == NULL)
        return vact_tool_fail("list", "out of memory");
    int status = vact_tool_parse(&argp, argc, argv, 0, &asked) != 0 ? VACT_TOOL_USAGE : print_all(&asked);
    free((void *)asked.operations);
    return status;
}
