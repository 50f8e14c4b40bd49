/* The command line of vact apply. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "request.h"
#include "tools/paths.h"
#include "typed.h"

enum {
    KEY_OP = 0x101,
    KEY_SLOPE = 0x102,
    KEY_ISA = 0x103,
    KEY_MATH = 0x104,
    KEY_BACKWARD = 0x105,
    KEY_FROM_OUTPUT = 0x106,
    KEY_AXIS = 0x107,
    KEY_PACKED = 0x108,
    KEY_DSLOPE = 0x109,
    KEY_DUP = 0x10a,
    KEY_IN_SCALE = 0x10b,
    KEY_IN_ZERO = 0x10c,
    KEY_OUT_SCALE = 0x10d,
    KEY_OUT_ZERO = 0x10e,
    KEY_TYPE = 0x10f,
    KEY_OUTPUT_TYPE = 0x110,
    KEY_FIRST_PARAMETER = 0x200 /* one key per entry of known.names */
};

enum { MOST_PARAMETERS = 24, FIXED_OPTIONS = 16 };

/* The parameters of all operations, from the registry: each is an option. */
static struct {
    const char *names[MOST_PARAMETERS];
    char texts[MOST_PARAMETERS][320];
    int count;
    struct argp_option options[FIXED_OPTIONS + MOST_PARAMETERS + 1];
} known;

static const char *given[MOST_PARAMETERS]; /* the argument of each, or null */

static const char documentation[] =
    "Applies an operation to the array in IN.npy, of float32, bfloat16 or float16, and writes the result to OUT.npy, "
    "of "
    "the same shape and type."
    "\v"
    "IN.npy may have any shape, in C order or, for operations element by element, in Fortran order, which "
    "OUT.npy then has too. softmax and log_softmax run along the last axis, or --axis. prelu takes one slope for all, "
    "or one per channel; channels are axis 1, or axis 0 of an array with one axis.\n"
    "Operations element by element round the exact result once to bfloat16 or float16. The others, gradients, and "
    "those "
    "from one type to another with --output-type are computed in float32 and then rounded. NumPy has no bfloat16: "
    "ml_dtypes saves it as 2 raw bytes, '<V2', which are taken for bfloat16 unless --type says f16. "
    "numpy.load(FILE).view(ml_dtypes.bfloat16) reads them back. int16 and uint16 need --type. --dslope is float32.\n"
    "IN.npy may also hold int8 or uint8, quantised as ONNX has it, for operations element by element and softmax along "
    "the last axis; OUT.npy then has the same type. --in-scale and --out-scale say what its elements stand for.\n"
    "--backward takes the gradient of the outputs and writes the gradient of the inputs.\n"
    "A gated unit (glu, swiglu ...) takes gate and up from two files of one shape, or from one file with --packed. The "
    "gradient of the gate goes to OUT.npy and that of up to --dup; with --packed both go to OUT.npy.\n"
    "OUT.npy is replaced only when every result is complete, including --dslope or --dup; it may be IN.npy itself. "
    "Files may be larger than memory, but for 16-bit elements in gated units, gradients and along another axis.\n"
    "With - for IN.npy or OUT.npy an operation on one input streams from standard input or to standard output, in "
    "little "
    "memory. What was written to standard output before an error stays written.";

static void collect_parameters(void)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        for (int p = 0; p < vacti_registry[i].param_count; p++) {
            const vacti_param_info *info = &vacti_registry[i].params[p];
            int k = 0;
            while (k < known.count && strcmp(known.names[k], info->name) != 0)
                k++;
            if (k == MOST_PARAMETERS)
                continue;
            if (k == known.count) {
                known.names[known.count++] = info->name;
                snprintf(known.texts[k], sizeof known.texts[k], "Of ");
            } else {
                size_t used = strlen(known.texts[k]);
                snprintf(known.texts[k] + used, sizeof known.texts[k] - used, ", ");
            }
            size_t used = strlen(known.texts[k]);
            snprintf(known.texts[k] + used, sizeof known.texts[k] - used, "%s (default %g)", vacti_registry[i].name,
                     (double)info->default_value);
        }
    }
}

static void make_options(void)
{
    const struct argp_option fixed[FIXED_OPTIONS] = {
        {"op", KEY_OP, "NAME", 0, "The operation; `vact list' names them all", 1},
        {"slope", KEY_SLOPE, "FILE.npy", 0, "For prelu: the slopes (default: 0.25 for all)", 2},
        {"axis", KEY_AXIS, "N", 0, "For softmax and log_softmax: the axis (default -1: the last)", 2},
        {"backward", KEY_BACKWARD, "DY.npy", 0, "Write DY*f'(IN); DY has the shape of f(IN)", 2},
        {"dslope", KEY_DSLOPE, "FILE.npy", 0, "For prelu with --backward: write the gradient of the slopes here", 2},
        {"dup", KEY_DUP, "FILE.npy", 0, "For gated units in two files with --backward: write the gradient of UP here",
         2},
        {"from-output", KEY_FROM_OUTPUT, NULL, 0, "With --backward: IN.npy holds the outputs f(x)", 2},
        {"packed", KEY_PACKED, "LAYOUT", 0,
         "For gated units: IN.npy holds gate and up along its last axis: gate-first, gate-second (PyTorch's glu), "
         "interleaved or interleaved-second",
         2},
        {"type", KEY_TYPE, "NAME", 0,
         "bf16 or f16: what 16-bit elements hold that the file gives no type ('<V2', int16, uint16)", 2},
        {"output-type", KEY_OUTPUT_TYPE, "NAME", 0, "f32, bf16 or f16: the type of OUT.npy (default: that of IN.npy)",
         2},
        {"in-scale", KEY_IN_SCALE, "VALUE", 0, "For int8 and uint8: an element q of IN.npy stands for (q - zero)*scale",
         2},
        {"in-zero", KEY_IN_ZERO, "N", 0, "For int8 and uint8: the zero point of IN.npy (default 0)", 2},
        {"out-scale", KEY_OUT_SCALE, "VALUE", 0, "For int8 and uint8: the scale of OUT.npy", 2},
        {"out-zero", KEY_OUT_ZERO, "N", 0, "For int8 and uint8: the zero point of OUT.npy (default 0)", 2},
        {"isa", KEY_ISA, "NAME", 0, "auto, scalar, avx2, avx512 or neon", 3},
        {"math", KEY_MATH, "NAME", 0, "The variant: auto, sleef, fast or cr", 3},
    };
    memcpy(known.options, fixed, sizeof fixed);
    for (int k = 0; k < known.count; k++)
        known.options[FIXED_OPTIONS + k] =
            (struct argp_option){known.names[k], KEY_FIRST_PARAMETER + k, "VALUE", 0, known.texts[k], 2};
}

/* The index of the operation's parameter of that name; -1 if none. */
static int parameter_index(const vacti_op_info *op, const char *name)
{
    for (int i = 0; i < op->param_count; i++)
        if (strcmp(op->params[i].name, name) == 0)
            return i;
    return -1;
}

static void reject_parameter(const struct argp_state *state, const vacti_op_info *op, const char *name)
{
    if (op->kind == VACT_KIND_CHANNELS)
        vact_tool_misused(state, "%s has no parameter %s; it has: slope", op->name, name);
    else if (op->param_count == 0)
        vact_tool_misused(state, "%s has no parameter %s; it has none", op->name, name);
    else {
        char has[160] = "";
        size_t used = 0;
        for (int i = 0; i < op->param_count && used < sizeof has; i++)
            used += (size_t)snprintf(has + used, sizeof has - used, "%s%s", i == 0 ? "" : ", ", op->params[i].name);
        vact_tool_misused(state, "%s has no parameter %s; it has: %s", op->name, name, has);
    }
}

static float parse_value(const struct argp_state *state, const char *name, const char *text)
{
    char *end;
    errno = 0;
    float value = strtof(text, &end);
    if (end == text || *end != '\0')
        vact_tool_misused(state, "--%s: '%s' is not a number", name, text);
    if (errno == ERANGE && isinf(value))
        vact_tool_misused(state, "--%s: %s is beyond the largest float", name, text);
    return value;
}

static float parse_scale(const struct argp_state *state, const char *name, const char *text)
{
    const float scale = parse_value(state, name, text);
    if (!(scale > 0.0f) || isinf(scale))
        vact_tool_misused(state, "--%s: '%s' is not positive and finite", name, text);
    return scale;
}

static int32_t parse_zero(const struct argp_state *state, const char *name, const char *text)
{
    char *end;
    long zero = strtol(text, &end, 10);
    if (end == text || *end != '\0' || zero < INT8_MIN || zero > UINT8_MAX)
        vact_tool_misused(state, "--%s: '%s' is not a zero point of int8 or uint8", name, text);
    return (int32_t)zero;
}

/* One of the options of bytes. */
static void parse_quantisation(const struct argp_state *state, int key, const char *text, vact_apply_quantisation *to)
{
    static const char *const options[] = {"--in-scale", "--in-zero", "--out-scale", "--out-zero"};
    const char *const name = options[key - KEY_IN_SCALE];
    to->given = to->given == NULL ? name : to->given;
    switch (key) {
    case KEY_IN_SCALE: to->in_scale = parse_scale(state, name + 2, text); break;
    case KEY_IN_ZERO: to->in_zero = parse_zero(state, name + 2, text); break;
    case KEY_OUT_SCALE: to->out_scale = parse_scale(state, name + 2, text); break;
    default: to->out_zero = parse_zero(state, name + 2, text); break;
    }
}

static void parse_type(const struct argp_state *state, const char *word, vact_apply_request *asked)
{
    asked->type_word = word;
    if (!vact_apply_element_of(word, &asked->type) || asked->type == VACT_ELEMENT_F32)
        vact_tool_misused(state, "--type: '%s' is not bf16 or f16", word);
}

static void parse_output_type(const struct argp_state *state, const char *word, vact_apply_request *asked)
{
    asked->output_word = word;
    if (!vact_apply_element_of(word, &asked->output))
        vact_tool_misused(state, "--output-type: '%s' is not f32, bf16 or f16", word);
}

static int parse_axis(const struct argp_state *state, const char *text)
{
    char *end;
    errno = 0;
    long axis = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || labs(axis) > VACT_NPY_MAX_DIMENSIONS)
        vact_tool_misused(state, "--axis: '%s' is not an axis", text);
    return (int)axis;
}

bool vact_apply_takes_bytes(const vact_apply_request *asked)
{
    return asked->dy_path == NULL && (asked->op->kind == VACT_KIND_UNARY || asked->op->op == VACT_OP_SOFTMAX);
}

/* Options that only some operations have. */
static void check_kind(const struct argp_state *state, const vact_apply_request *asked)
{
    const vacti_op_info *op = asked->op;
    if (asked->dy_path != NULL)
        vact_tool_needs_gradients(state, "--backward");
    if (asked->axis_word != NULL && op->kind != VACT_KIND_ROWS)
        vact_tool_misused(state, "--axis is for softmax and log_softmax, not for %s", op->name);
    if (asked->bytes.given != NULL && !vact_apply_takes_bytes(asked))
        vact_tool_misused(state, "%s is for operations element by element and softmax, forward", asked->bytes.given);
    if (asked->bytes.given != NULL && (asked->type_word != NULL || asked->output_word != NULL))
        vact_tool_misused(state, "%s is for int8 and uint8, which go without --type and --output-type",
                          asked->bytes.given);
    bool two = op->kind == VACT_KIND_GATE && asked->packed_word == NULL && asked->dy_path != NULL;
    if (two && asked->dup_path == NULL)
        vact_tool_misused(state, "--dup is missing: where to write the gradient of UP.npy");
    if (!two && asked->dup_path != NULL)
        vact_tool_misused(state, "--dup is for gated units in two files, with --backward");
    if (asked->dslope_path != NULL && (op->kind != VACT_KIND_CHANNELS || asked->dy_path == NULL))
        vact_tool_misused(state, "--dslope is for prelu, with --backward");
    const char *second = two ? asked->dup_path : asked->dslope_path;
    if (second != NULL && vact_path_same(second, asked->paths[asked->path_count - 1]))
        vact_tool_misused(state, "%s and OUT.npy are the same file: '%s'", two ? "--dup" : "--dslope", second);
    if (asked->from_output && asked->dy_path == NULL)
        vact_tool_misused(state, "--from-output needs --backward");
    if (asked->from_output && !op->keeps_output && op->kind != VACT_KIND_ROWS)
        vact_tool_misused(state, "%s has no gradient from its output", op->name);
}

/* What - cannot stand for. */
static void check_streams(const struct argp_state *state, const vact_apply_request *asked)
{
    const char *const others[] = {asked->slope_path, asked->dy_path, asked->dslope_path, asked->dup_path};
    bool streams = false;
    for (int i = 0; i < asked->path_count; i++)
        streams |= vact_apply_is_stream(asked->paths[i]);
    if (streams && asked->bytes.given != NULL)
        vact_tool_misused(state, "%s is for files; - is not for bytes", asked->bytes.given);
    if (streams && (asked->op->kind == VACT_KIND_GATE || asked->dy_path != NULL))
        vact_tool_misused(state, "- is for operations on one input; `./-' is a file of that name");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i] != NULL && vact_apply_is_stream(others[i]))
            vact_tool_misused(state, "- is for IN.npy and OUT.npy; `./-' is a file of that name");
}

/* vact_tool_misused does not return; the returns after it are for the reader. */
static void check_request(const struct argp_state *state, vact_apply_request *asked)
{
    if (asked->op_name == NULL) {
        vact_tool_misused(state, "--op is missing");
        return;
    }
    asked->op = vact_tool_operation(state, asked->op_name);
    if (asked->op == NULL)
        return;
    bool gate = asked->op->kind == VACT_KIND_GATE;
    bool three = gate && asked->packed_word == NULL;
    if (asked->packed_word != NULL && !gate)
        vact_tool_misused(state, "--packed is for gated units, and %s is not one", asked->op->name);
    if (asked->path_count < (three ? 3 : 2))
        vact_tool_misused(state, three ? "three files are needed: GATE.npy UP.npy OUT.npy (or --packed IN.npy OUT.npy)"
                                       : "two files are needed: IN.npy OUT.npy");
    if (asked->path_count > (three ? 3 : 2))
        vact_tool_misused(state, "'%s' is one file too many", asked->paths[2]);
    check_streams(state, asked);
    check_kind(state, asked);
    asked->params = vacti_registry_defaults(asked->op);
    if (asked->slope_path != NULL && asked->op->kind != VACT_KIND_CHANNELS)
        reject_parameter(state, asked->op, "slope");
    for (int k = 0; k < known.count; k++) {
        if (given[k] == NULL)
            continue;
        int index = parameter_index(asked->op, known.names[k]);
        if (index < 0)
            reject_parameter(state, asked->op, known.names[k]);
        else
            asked->params.v[index] = parse_value(state, known.names[k], given[k]);
    }
    if (vacti_registry_accepts(asked->op, &asked->params))
        return;
    char domains[160] = "";
    size_t used = 0;
    for (int i = 0; i < asked->op->param_count && used < sizeof domains; i++)
        used += (size_t)snprintf(domains + used, sizeof domains - used, "%s%s must be %s", i == 0 ? "" : ", ",
                                 asked->op->params[i].name, vact_tool_domain(asked->op, i));
    vact_tool_misused(state, "outside the domain of %s: %s", asked->op->name, domains);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    vact_apply_request *asked = state->input;
    if (key >= KEY_FIRST_PARAMETER && key < KEY_FIRST_PARAMETER + known.count) {
        given[key - KEY_FIRST_PARAMETER] = argument;
        return 0;
    }
    switch (key) {
    case KEY_OP: asked->op_name = argument; return 0;
    case KEY_SLOPE: asked->slope_path = argument; return 0;
    case KEY_BACKWARD: asked->dy_path = argument; return 0;
    case KEY_DSLOPE: asked->dslope_path = argument; return 0;
    case KEY_DUP: asked->dup_path = argument; return 0;
    case KEY_FROM_OUTPUT: asked->from_output = true; return 0;
    case KEY_AXIS:
        asked->axis_word = argument;
        asked->axis = parse_axis(state, argument);
        return 0;
    case KEY_PACKED:
        asked->packed_word = argument;
        if (!vact_gate_layout_of(argument, &asked->layout))
            vact_tool_misused(state, "--packed: '%s' is not %s", argument, vact_gate_layout_words);
        return 0;
    case KEY_TYPE: parse_type(state, argument, asked); return 0;
    case KEY_OUTPUT_TYPE: parse_output_type(state, argument, asked); return 0;
    case KEY_IN_SCALE:
    case KEY_IN_ZERO:
    case KEY_OUT_SCALE:
    case KEY_OUT_ZERO: parse_quantisation(state, key, argument, &asked->bytes); return 0;
    case KEY_ISA: vact_tool_choose_isa(&asked->kernels, state, argument); return 0;
    case KEY_MATH: vact_tool_choose_math(&asked->kernels, state, argument); return 0;
    case ARGP_KEY_ARG:
        if (asked->path_count == 3)
            vact_tool_misused(state, "'%s' is one file too many", argument);
        else
            asked->paths[asked->path_count++] = argument;
        return 0;
    case ARGP_KEY_END: check_request(state, asked); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

bool vact_apply_is_stream(const char *path) { return strcmp(path, "-") == 0; }

void vact_apply_parse(vact_apply_request *asked, int argc, char **argv)
{
    collect_parameters();
    make_options();
    const struct argp argp = {known.options, parse, "--op NAME IN.npy OUT.npy\n--op GATE GATE.npy UP.npy OUT.npy",
                              documentation, NULL,  NULL,
                              NULL};
    *asked = (vact_apply_request){.op = NULL};
    if (vact_tool_parse(&argp, argc, argv, 0, asked) != 0)
        exit(VACT_TOOL_USAGE);
}
