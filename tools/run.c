/* vact run: every operation over one tensor, with its speed and its largest error. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dispatch/table.h"
#include "npy.h"
#include "output.h"
#include "run_measure.h"
#include "tool.h"

enum { KEY_SAVE = 0x101, KEY_ISA = 0x102, KEY_MATH = 0x103, KEY_REPETITIONS = 0x104 };
enum { SEED = 1, ALIGNMENT = 64 };
static const double MOST_NOISE = 0.1;

typedef struct request {
    const char *path;
    const char *save_path;
    vact_tool_choice kernels;
    int repetitions;
    bool json;
} request;

static const struct argp_option options[] = {
    {"save", KEY_SAVE, "FILE.npy", 0, "Save the random tensor", 0},
    {"isa", KEY_ISA, "NAME", 0, "auto, scalar, avx2, avx512 or neon", 0},
    {"math", KEY_MATH, "NAME", 0, "The variant: auto, sleef, fast or cr", 0},
    {"repetitions", KEY_REPETITIONS, "N", 0, "Timed passes per operation, 1 to 101 (default 15)", 0},
    {"json", 'j', NULL, 0, "Print JSON", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const char documentation[] =
    "Applies every operation with its default parameters (prelu with a slope of 0.25) to the float32 tensor in "
    "FILE.npy, or to random pre-activations of shape (16384, 1024) from normal(0, 2). Prints the build, the variant, "
    "the "
    "speed and the largest error of each."
    "\v"
    "GB/s counts the bytes read and written. `x copy' is the time relative to copying the tensor, by memcpy or by "
    "streaming stores, whichever is faster, in turn with the operation. Both are of the processor's time in this "
    "program, and means of the middle half of all passes. `?' marks an `x copy' that is uncertain by more than 10 %, "
    "as "
    "two standard errors: so much the time of one copy changed from pass to pass. Errors are in ULP, against double "
    "precision. softmax and log_softmax run along the last axis.\n"
    "Exit status 1 if an error exceeds its bound.";

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Normal numbers of mean 0 and the given standard deviation, by Box and Muller's method. */
static void draw_normal(float *values, size_t count, double deviation)
{
    static const double two_pi = 6.283185307179586;
    uint64_t state = SEED;
    for (size_t i = 0; i < count; i += 2) {
        double u = ((double)(next_random(&state) >> 11) + 1.0) * 0x1p-53; /* in (0, 1] */
        double angle = two_pi * (double)(next_random(&state) >> 11) * 0x1p-53;
        double radius = deviation * sqrt(-2.0 * log(u));
        values[i] = (float)(radius * cos(angle));
        if (i + 1 < count)
            values[i + 1] = (float)(radius * sin(angle));
    }
}

static float *allocate(size_t count)
{
    size_t bytes = count * sizeof(float);
    if (bytes > SIZE_MAX - ALIGNMENT)
        return NULL;
    return aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

static float *load(const char *path, vact_shape *shape)
{
    vact_npy file;
    if (!vact_npy_open(&file, path))
        return NULL;
    *shape = file.shape;
    float *values = NULL;
    if (shape->count == 0)
        vact_tool_fail(path, "the array is empty, so there is nothing to measure");
    else if ((values = allocate(shape->count)) == NULL)
        vact_tool_fail(path, "out of memory");
    else
        memcpy(values, file.bytes, shape->count * sizeof(float));
    if (values != NULL && !vact_npy_unchanged()) {
        free(values);
        values = NULL;
    }
    vact_npy_close(&file);
    return values;
}

static float *draw(vact_shape *shape)
{
    *shape = (vact_shape){.dimensions = 2, .sizes = {16384, 1024}, .count = (size_t)16384 * 1024}; /* 64 MiB */
    float *values = allocate(shape->count);
    if (values == NULL)
        vact_tool_fail("tensor", "out of memory");
    else
        draw_normal(values, shape->count, 2.0);
    return values;
}

static bool save(const char *path, const vact_shape *shape, const float *values)
{
    vact_output out = {0};
    float *elements = vact_output_add_npy(&out, path, shape);
    if (elements == NULL)
        return false;
    memcpy(elements, values, shape->count * sizeof(float));
    return vact_output_commit(&out);
}

/* GB/s, the bytes read and written over the time. */
static double speed(const vact_run_result *result, const vact_run_tensor *tensor)
{
    return 2.0 * (double)(tensor->count * sizeof(float)) / result->seconds * 1e-9;
}

static double bound(const vact_run_result *result)
{
    return vacti_registry_bound(result->op, vacti_table_current()->math);
}

static bool within(const vact_run_result *result) { return result->max_error <= bound(result); }

/* Too noisy to tell the time relative to copy. */
static bool noisy(const vact_run_result *result) { return result->noise > MOST_NOISE; }

static void print_head(const request *asked, const vact_shape *shape)
{
    char sizes[512];
    const vact_info_t *info = vact_info();
    vact_npy_shape_text(sizes, sizeof sizes, shape);
    printf("vact %s, %s build, variant %s, SLEEF %s\n", info->version, info->isa, info->math, info->sleef_version);
    char *source = vact_tool_escape(asked->path == NULL ? "drawn from normal(0, 2)" : asked->path);
    printf("float32 %s, %.1f MiB, %s\n\n", sizes, (double)shape->count * sizeof(float) / 1048576.0,
           source == NULL ? "?" : source);
    free(source);
    printf("%-18s%-12s%-8s%8s%9s%11s%8s\n", "operation", "isa", "variant", "GB/s", "x copy", "max ULP", "bound");
}

static void print_row(const vact_run_result *result, const vact_run_tensor *tensor)
{
    printf("%-18s%-12s%-8s%8.2f%9.2f%c%10.4f%8.4g%s\n", result->op->name, vact_info()->isa,
           vact_tool_variant(result->op), speed(result, tensor), result->to_copy, noisy(result) ? '?' : ' ',
           result->max_error, bound(result), within(result) ? "" : "  EXCEEDED");
    if (!within(result))
        printf("    at element %zu: input %a, result %a\n", result->error_at, (double)tensor->src[result->error_at],
               (double)tensor->dst[result->error_at]);
    fflush(stdout);
}

static cJSON *json_head(const request *asked, const vact_shape *shape)
{
    const vact_info_t *info = vact_info();
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "version", info->version);
    cJSON_AddStringToObject(document, "isa", info->isa);
    cJSON_AddStringToObject(document, "math", info->math);
    cJSON_AddStringToObject(document, "sleef_version", info->sleef_version);
    cJSON_AddStringToObject(document, "source", asked->path == NULL ? "normal(0, 2)" : asked->path);
    cJSON *sizes = cJSON_AddArrayToObject(document, "shape");
    for (int i = 0; i < shape->dimensions; i++)
        cJSON_AddItemToArray(sizes, cJSON_CreateNumber((double)shape->sizes[i]));
    cJSON_AddArrayToObject(document, "results");
    return document;
}

static void json_row(cJSON *document, const vact_run_result *result, const vact_run_tensor *tensor)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "operation", result->op->name);
    cJSON_AddStringToObject(row, "isa", vact_info()->isa);
    cJSON_AddStringToObject(row, "variant", vact_tool_variant(result->op));
    cJSON_AddNumberToObject(row, "gb_per_second", speed(result, tensor));
    cJSON_AddNumberToObject(row, "relative_to_copy", result->to_copy);
    cJSON_AddNumberToObject(row, "noise", result->noise);
    cJSON_AddBoolToObject(row, "noisy", noisy(result));
    if (isinf(result->max_error)) /* JSON has no infinity */
        cJSON_AddStringToObject(row, "max_error_ulp", "inf");
    else
        cJSON_AddNumberToObject(row, "max_error_ulp", result->max_error);
    cJSON_AddNumberToObject(row, "bound_ulp", bound(result));
    cJSON_AddBoolToObject(row, "within_bound", within(result));
    cJSON_AddItemToArray(cJSON_GetObjectItem(document, "results"), row);
}

/* Every operation in turn; the exit status. */
static int measure_all(const request *asked, const vact_shape *shape, const vact_run_tensor *tensor)
{
    int exceeded = 0;
    double noise = 0.0;
    int threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
    cJSON *document = asked->json ? json_head(asked, shape) : NULL;
    if (!asked->json)
        print_head(asked, shape);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        vact_run_result result = {.op = &vacti_registry[i]};
        vact_status status = vact_run_time(&result, tensor, asked->repetitions);
        if (status != VACT_OK || !vact_run_compare(&result, tensor, threads)) {
            cJSON_Delete(document);
            return vact_tool_fail(result.op->name, "%s",
                                  status != VACT_OK ? vact_status_string(status) : "out of memory");
        }
        exceeded += !within(&result);
        noise = fmax(noise, result.noise);
        if (asked->json)
            json_row(document, &result, tensor);
        else
            print_row(&result, tensor);
    }
    int status = asked->json ? vact_tool_print_json(document) : VACT_TOOL_OK;
    if (!asked->json && noise > MOST_NOISE)
        printf("\n? the machine is too noisy to tell: a copy against itself is uncertain by %.0f %%\n", 100.0 * noise);
    if (exceeded > 0)
        return vact_tool_fail("errors", "%d operations exceed their bounds", exceeded);
    if (!asked->json)
        printf("\nall %zu operations within their bounds\n", vacti_registry_count);
    return status;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    request *asked = state->input;
    char *end = NULL;
    switch (key) {
    case 'j': asked->json = true; return 0;
    case KEY_SAVE: asked->save_path = argument; return 0;
    case KEY_ISA: vact_tool_choose_isa(&asked->kernels, state, argument); return 0;
    case KEY_MATH: vact_tool_choose_math(&asked->kernels, state, argument); return 0;
    case KEY_REPETITIONS: {
        long number = strtol(argument, &end, 10);
        if (end == argument || *end != '\0' || number < 1 || number > 101)
            vact_tool_misused(state, "--repetitions: '%s' is not a number from 1 to 101", argument);
        asked->repetitions = (int)number;
        return 0;
    }
    case ARGP_KEY_ARG:
        if (asked->path != NULL)
            vact_tool_misused(state, "'%s' is one file too many", argument);
        asked->path = argument;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

int vact_tool_run(int argc, char **argv)
{
    const struct argp argp = {options, parse, "[FILE.npy]", documentation, NULL, NULL, NULL};
    request asked = {.repetitions = 15};
    vact_shape shape;
    if (vact_tool_parse(&argp, argc, argv, 0, &asked) != 0)
        return VACT_TOOL_USAGE;
    if (!vact_tool_select(&asked.kernels))
        return VACT_TOOL_FAILURE;

    float *src = asked.path == NULL ? draw(&shape) : load(asked.path, &shape);
    if (src == NULL)
        return VACT_TOOL_FAILURE;
    int status = VACT_TOOL_FAILURE;
    float *dst = allocate(shape.count);
    if (dst == NULL) {
        vact_tool_fail("tensor", "out of memory");
    } else if (asked.save_path == NULL || save(asked.save_path, &shape, src)) {
        memset(dst, 0, shape.count * sizeof(float)); /* the pages are mapped before the clock starts */
        size_t cols = shape.dimensions == 0 ? 1 : shape.sizes[shape.dimensions - 1];
        const vact_run_tensor tensor = {src, dst, shape.count, cols};
        status = measure_all(&asked, &shape, &tensor);
    }
    free(dst);
    free(src);
    return status;
}
