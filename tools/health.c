/* vact health: statistics of a layer's outputs in a .npy file. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "npy.h"
#include "tool.h"

enum { KEY_OP = 0x101, KEY_LOW, KEY_HIGH, KEY_TOLERANCE, KEY_AXIS };

typedef struct request {
    const char *path;
    const vacti_op_info *op; /* null where none was named */
    float low, high;         /* NaN where not given */
    float tolerance;
    bool axis_given;
    long axis;
    bool json;
} request;

/* What was found. */
typedef struct findings {
    double zero, saturated; /* shares */
    size_t nan, infinite;
    bool has_limits, has_units;
    size_t axis, units, dead;
} findings;

static const char documentation[] =
    "Counts zeros, dead units (0 in the whole batch) and saturated elements in the float32 outputs in IN.npy, and "
    "shows "
    "the gain for initialising weights."
    "\v"
    "A unit is an index along --axis; it is dead if all its elements are 0. An element is saturated if it lies within "
    "--tolerance of --low or --high. --op sets these limits for sigmoid, tanh, hard_sigmoid, hard_sigmoid6, hardtanh, "
    "softsign, relu6, elu, celu and selu. The gain is that of --op at default parameters.";

/* ------------------------------------------------------------------------------------------ the question */

static float parse_float(const struct argp_state *state, const char *name, const char *text)
{
    char *end;
    float value = strtof(text, &end);
    if (end == text || *end != '\0' || isnan(value))
        vact_tool_misused(state, "--%s: '%s' is not a number", name, text);
    return value;
}

static long parse_axis(const struct argp_state *state, const char *text)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0)
        vact_tool_misused(state, "--axis: '%s' is not a whole number", text);
    return value;
}

/* The limits at which an activation saturates, at default parameters. */
static void limits_of(vact_op op, float *low, float *high)
{
    switch ((int)op) {
    case VACT_OP_SIGMOID:
    case VACT_OP_HARD_SIGMOID:
    case VACT_OP_HARD_SIGMOID6: *low = 0.0f, *high = 1.0f; break;
    case VACT_OP_TANH:
    case VACT_OP_HARDTANH:
    case VACT_OP_SOFTSIGN: *low = -1.0f, *high = 1.0f; break;
    case VACT_OP_RELU6: *low = 0.0f, *high = 6.0f; break;
    case VACT_OP_ELU:
    case VACT_OP_CELU: *low = -1.0f, *high = INFINITY; break;
    case VACT_OP_SELU: *low = -1.7580993f, *high = INFINITY; break;
    default: break;
    }
}

static void check_request(const struct argp_state *state, request *asked)
{
    float low = NAN, high = NAN;
    if (asked->op)
        limits_of(asked->op->op, &low, &high);
    if (isnan(low) && !(isnan(asked->low) && isnan(asked->high)))
        low = -INFINITY, high = INFINITY; /* where only one limit is given, there is no other */
    if (isnan(asked->low))
        asked->low = low;
    if (isnan(asked->high))
        asked->high = high;
    if (asked->low > asked->high)
        vact_tool_misused(state, "--low must not be above --high");
    if (!(asked->tolerance >= 0.0f) || isinf(asked->tolerance))
        vact_tool_misused(state, "--tolerance must be finite and not negative");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    request *asked = state->input;
    switch (key) {
    case KEY_OP: asked->op = vact_tool_operation(state, argument); return 0;
    case KEY_LOW: asked->low = parse_float(state, "low", argument); return 0;
    case KEY_HIGH: asked->high = parse_float(state, "high", argument); return 0;
    case KEY_TOLERANCE: asked->tolerance = parse_float(state, "tolerance", argument); return 0;
    case KEY_AXIS:
        asked->axis_given = true;
        asked->axis = parse_axis(state, argument);
        return 0;
    case 'j': asked->json = true; return 0;
    case ARGP_KEY_ARG:
        if (asked->path != NULL)
            vact_tool_misused(state, "'%s' is one file too many", argument);
        asked->path = argument;
        return 0;
    case ARGP_KEY_END:
        if (asked->path == NULL)
            vact_tool_misused(state, "a file is needed: IN.npy");
        check_request(state, asked);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ------------------------------------------------------------------------------------------- the answer */

/* A unit is dead where all its elements are 0. They are columns of [outer, units*inner], which are counted with a mask
 * of one byte per column. */
static bool count_dead(findings *found, const float *x, const vact_shape *shape)
{
    size_t outer = 1, inner = 1, columns, dead_columns;
    for (size_t i = 0; i < (size_t)shape->dimensions; i++)
        if (i != found->axis) /* in Fortran order the axes before it are the inner ones */
            *((i < found->axis) != shape->fortran ? &outer : &inner) *= shape->sizes[i];
    found->units = shape->sizes[found->axis];
    columns = found->units * inner;
    unsigned char *mask = malloc(columns + 1);
    bool ok = mask != NULL && vact_dead_units_f32(&dead_columns, mask, x, outer, columns) == VACT_OK;
    for (size_t u = 0; ok && u < found->units; u++) {
        size_t dead = 0;
        for (size_t i = 0; i < inner; i++)
            dead += mask[u * inner + i];
        found->dead += inner > 0 && dead == inner;
    }
    free(mask);
    return ok;
}

/* False when out of memory. */
static bool examine(findings *found, const request *asked, const float *x, const vact_shape *shape)
{
    size_t n = shape->count;
    for (size_t i = 0; i < n; i++) {
        found->nan += isnan(x[i]) != 0;
        found->infinite += isinf(x[i]) != 0;
    }
    found->has_limits = !isnan(asked->low);
    bool ok = vact_zero_fraction_f32(&found->zero, x, n) == VACT_OK;
    if (found->has_limits)
        ok = ok &&
             vact_saturated_fraction_f32(&found->saturated, x, n, asked->low, asked->high, asked->tolerance) == VACT_OK;
    return ok && (!found->has_units || count_dead(found, x, shape));
}

static double percent(size_t count, size_t of) { return of == 0 ? 0.0 : 100.0 * (double)count / (double)of; }

static float default_parameter(const vacti_op_info *op)
{
    return op->param_count > 0 ? op->params[0].default_value : 0.25f; /* prelu's slope is PyTorch's initial value */
}

static void print_table(const findings *found, const request *asked, const vact_shape *shape)
{
    char words[128];
    vact_npy_shape_text(words, sizeof words, shape);
    printf("shape       %s, %zu elements\n", words, shape->count);
    printf("zero        %.2f %%\n", 100.0 * found->zero);
    if (found->has_units)
        printf("dead units  %zu of %zu (%.2f %%), axis %zu\n", found->dead, found->units,
               percent(found->dead, found->units), found->axis);
    if (found->has_limits)
        printf("saturated   %.2f %% within %g of %g or %g\n", 100.0 * found->saturated, (double)asked->tolerance,
               (double)asked->low, (double)asked->high);
    printf("NaN         %zu\n", found->nan);
    printf("infinite    %zu\n", found->infinite);
    if (asked->op) {
        double gain = vact_gain(asked->op->op, default_parameter(asked->op));
        if (isnan(gain))
            printf("gain        none for %s\n", asked->op->name);
        else
            printf("gain        %.6g for %s\n", gain, asked->op->name);
    }
}

/* The shortest decimal that is this float. JSON has no infinity: a missing limit is null. */
static void add_float(cJSON *object, const char *name, float value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.7g", (double)value);
    cJSON_AddRawToObject(object, name, isinf(value) ? "null" : digits);
}

static int print_json(const findings *found, const request *asked, const vact_shape *shape)
{
    cJSON *document = cJSON_CreateObject();
    cJSON *sizes = cJSON_AddArrayToObject(document, "shape");
    for (int i = 0; i < shape->dimensions; i++)
        cJSON_AddItemToArray(sizes, cJSON_CreateNumber((double)shape->sizes[i]));
    cJSON_AddNumberToObject(document, "elements", (double)shape->count);
    cJSON_AddNumberToObject(document, "zero_fraction", found->zero);
    if (found->has_units) {
        cJSON *units = cJSON_AddObjectToObject(document, "units");
        cJSON_AddNumberToObject(units, "axis", (double)found->axis);
        cJSON_AddNumberToObject(units, "count", (double)found->units);
        cJSON_AddNumberToObject(units, "dead", (double)found->dead);
    }
    if (found->has_limits) {
        cJSON *saturated = cJSON_AddObjectToObject(document, "saturated");
        add_float(saturated, "low", asked->low);
        add_float(saturated, "high", asked->high);
        add_float(saturated, "tolerance", asked->tolerance);
        cJSON_AddNumberToObject(saturated, "fraction", found->saturated);
    }
    cJSON_AddNumberToObject(document, "nan", (double)found->nan);
    cJSON_AddNumberToObject(document, "infinite", (double)found->infinite);
    if (asked->op) {
        cJSON_AddStringToObject(document, "op", asked->op->name);
        double gain = vact_gain(asked->op->op, default_parameter(asked->op));
        if (isnan(gain))
            cJSON_AddNullToObject(document, "gain");
        else
            cJSON_AddNumberToObject(document, "gain", gain);
    }
    return vact_tool_print_json(document);
}

/* The axis of the units as an index. An array with one axis has no units without --axis. */
static bool find_axis(findings *found, const request *asked, const vact_shape *shape)
{
    long axis = asked->axis < 0 ? asked->axis + shape->dimensions : asked->axis;
    found->has_units = asked->axis_given || shape->dimensions >= 2;
    if (asked->axis_given && (axis < 0 || axis >= shape->dimensions)) {
        vact_tool_fail(asked->path, "has %d axes, so there is no axis %ld", shape->dimensions, asked->axis);
        return false;
    }
    found->axis = axis < 0 ? 0 : (size_t)axis;
    return true;
}

static int report(const request *asked, vact_npy *in)
{
    findings found = {0};
    if (!find_axis(&found, asked, &in->shape))
        return VACT_TOOL_FAILURE;
    const float *x = vact_npy_values(in);
    if (x == NULL || !examine(&found, asked, x, &in->shape))
        return vact_tool_fail(asked->path, "out of memory");
    if (!vact_npy_unchanged())
        return VACT_TOOL_FAILURE;
    if (asked->json)
        return print_json(&found, asked, &in->shape);
    print_table(&found, asked, &in->shape);
    return VACT_TOOL_OK;
}

int vact_tool_health(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"op", KEY_OP, "NAME", 0, "The activation that computed the outputs", 1},
        {"axis", KEY_AXIS, "N", 0, "The axis of the units (default -1: the last)", 2},
        {"low", KEY_LOW, "VALUE", 0, "The lower limit of the outputs", 3},
        {"high", KEY_HIGH, "VALUE", 0, "The upper limit of the outputs", 3},
        {"tolerance", KEY_TOLERANCE, "VALUE", 0, "The distance from a limit that counts as saturated (default 0.01)",
         3},
        {"json", 'j', NULL, 0, "Print JSON", 4},
        {NULL, 0, NULL, 0, NULL, 0}};
    const struct argp argp = {options, parse, "IN.npy", documentation, NULL, NULL, NULL};
    request asked = {.low = NAN, .high = NAN, .tolerance = 0.01f, .axis = -1};
    if (vact_tool_parse(&argp, argc, argv, 0, &asked) != 0)
        return VACT_TOOL_USAGE;

    vact_npy in;
    if (!vact_npy_open_any(&in, asked.path))
        return VACT_TOOL_FAILURE;
    int status = report(&asked, &in);
    vact_npy_close(&in);
    return status;
}
