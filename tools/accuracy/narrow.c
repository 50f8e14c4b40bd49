#include "narrow.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "builds.h"
#include "output.h"
#include "reference/narrow.h"
#include "report.h"
#include "tools/pool.h"
#include "tools/tool.h"

/* Widths that make a row of 79 columns. */
#define ROW_FORMAT "%-20s %-4s %5s %9s %15s %10s\n"

static const char *const words[] = {"f32", "bf16", "f16"};

/* The inputs and results of one operation; too large for the stack. */
typedef struct buffers {
    uint16_t inputs[ACCURACY_NARROW_INPUTS], results[ACCURACY_NARROW_INPUTS], reference[ACCURACY_NARROW_INPUTS];
    double exact[ACCURACY_NARROW_INPUTS];
} buffers;

typedef struct run {
    const accuracy_options *options;
    accuracy_job job;               /* the builds */
    accuracy_narrow_tally *tallies; /* of the first operation's builds, the second's ... */
} run;

static bool run_kernel(const vacti_table *table, vact_op op, vact_type type, buffers *b, uint16_t *results)
{
    vact_unary_bf16_fn *const bf16 = table->unary_bf16[VACT_OP_SLOT(op)];
    vact_unary_f16_fn *const f16 = table->unary_f16[VACT_OP_SLOT(op)];
    if (type == VACT_BF16 ? bf16 == NULL : f16 == NULL) {
        vact_tool_fail("--type", "%s is not in this build of vact", words[type]);
        return false;
    }
    if (type == VACT_BF16)
        bf16((vact_bf16 *)results, (const vact_bf16 *)b->inputs, ACCURACY_NARROW_INPUTS, NULL);
    else
        f16((vact_f16 *)results, (const vact_f16 *)b->inputs, ACCURACY_NARROW_INPUTS, NULL);
    return true;
}

static bool is_nan(uint16_t bits, vact_type type) { return isnan(vacti_narrow_widen(bits, type)); }

static void count_differing(accuracy_narrow_tally *tally, const buffers *b, vact_type type)
{
    for (uint32_t i = ACCURACY_NARROW_INPUTS; i-- > 0;)
        if (b->results[i] != b->reference[i] && !(is_nan(b->results[i], type) && is_nan(b->reference[i], type))) {
            tally->differing++;
            tally->first_differing = i;
        }
}

/* One operation on every build. */
static bool try_operation(const run *r, size_t index, buffers *b)
{
    const vacti_op_info *const info = r->options->targets[index].info;
    const vact_type type = r->options->type;
    accuracy_narrow_tally *const tallies = r->tallies + index * r->job.build_count;
    accuracy_narrow_tally *const reference = &tallies[r->job.reference];
    if (!run_kernel(r->job.tables[r->job.reference], info->op, type, b, b->reference))
        return false;
    accuracy_narrow_exact(b->exact, info, type);
    accuracy_narrow_judge(reference, type, b->exact, b->reference);
    for (size_t k = 0; k < r->job.build_count; k++) {
        if (k == r->job.reference)
            continue;
        if (!run_kernel(r->job.tables[k], info->op, type, b, b->results))
            return false;
        tallies[k] = *reference;
        if (memcmp(b->results, b->reference, sizeof b->results) == 0)
            continue;
        accuracy_narrow_judge(&tallies[k], type, b->exact, b->results);
        count_differing(&tallies[k], b, type);
    }
    return true;
}

static bool try_all(const run *r)
{
    buffers *const b = malloc(sizeof *b);
    if (b == NULL) {
        vact_tool_fail("results", "out of memory");
        return false;
    }
    for (size_t i = 0; i < ACCURACY_NARROW_INPUTS; i++)
        b->inputs[i] = (uint16_t)i;
    bool complete = true;
    for (size_t i = 0; complete && i < r->options->target_count; i++)
        complete = !vact_pool_stop && try_operation(r, i, b);
    free(b);
    return complete;
}

static bool is_fault(const accuracy_narrow_tally *tally) { return tally->misrounded != 0 || tally->differing != 0; }

static size_t count_faults(const run *r)
{
    size_t faults = 0;
    for (size_t i = 0; i < r->options->target_count * r->job.build_count; i++)
        faults += is_fault(&r->tallies[i]) ? 1 : 0;
    return faults;
}

static double value_of(uint32_t input, vact_type type) { return (double)vacti_narrow_widen((uint16_t)input, type); }

static void print_row(const run *r, size_t index, const accuracy_narrow_tally *tally)
{
    const vact_type type = r->options->type;
    char error[16], input[32] = "-", misrounded[16];
    snprintf(error, sizeof error, "%.4f", accuracy_shown_error(tally->max_error));
    if (tally->max_error > 0.0)
        snprintf(input, sizeof input, "%.9g", value_of(tally->max_input, type));
    snprintf(misrounded, sizeof misrounded, "%" PRIu32, tally->misrounded);
    printf(ROW_FORMAT, r->options->targets[index].info->name, words[type], "0.50", error, input, misrounded);
}

/* A row for the builds with the reference's bits, and one for each other build. */
static void print_operation(const run *r, size_t index)
{
    const accuracy_job *const job = &r->job;
    const vact_type type = r->options->type;
    const accuracy_narrow_tally *const tallies = r->tallies + index * job->build_count;
    size_t same = 0;
    for (size_t k = 0; k < job->build_count; k++)
        same += tallies[k].differing == 0 ? 1 : 0;
    print_row(r, index, &tallies[job->reference]);
    const char *separator = "    on ";
    for (size_t k = 0; same != job->build_count && k < job->build_count; k++)
        if (tallies[k].differing == 0) {
            printf("%s%s", separator, job->tables[k]->build);
            separator = ", ";
        }
    if (same != job->build_count)
        putchar('\n');
    for (size_t k = 0; k < job->build_count; k++) {
        const accuracy_narrow_tally *const tally = &tallies[k];
        if (k != job->reference && tally->differing == 0)
            continue;
        if (k != job->reference) {
            print_row(r, index, tally);
            printf("    on %s\n    other bits than on %s: %" PRIu32 "\n    first at %.9g\n", job->tables[k]->build,
                   job->tables[job->reference]->build, tally->differing, value_of(tally->first_differing, type));
        }
        if (tally->misrounded != 0)
            printf("    FAIL: misrounded, first at %.9g (0x%04" PRIx32 ")\n", value_of(tally->first_misrounded, type),
                   tally->first_misrounded);
        if (tally->differing != 0)
            puts("    FAIL: other bits");
    }
}

static void print_table(const run *r)
{
    const accuracy_job *const job = &r->job;
    const size_t faults = count_faults(r), results = r->options->target_count * job->build_count;
    printf(ROW_FORMAT, "operation", "type", "bound", "error", "at input", "misrounded");
    for (size_t i = 0; i < r->options->target_count; i++)
        print_operation(r, i);
    printf("\nvact %s, numerics version %d.\nTried: all 2^16 inputs of %s.\n%s", vact_version(),
           vact_info()->numerics_version, words[r->options->type], job->build_count == 1 ? "Build: " : "Builds: ");
    for (size_t k = 0; k < job->build_count; k++)
        printf("%s%s", k == 0 ? "" : ", ", job->tables[k]->build);
    puts(job->build_count == 1 ? "." : ".\nA row without builds is for all of them, with the same bits.");
    if (faults != 0)
        printf("%zu of %zu results fail.\n", faults, results);
    else
        printf("%zu results, none misrounded.\n", results);
}

static void add_bits(cJSON *object, const char *name, const char *format, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, format, value);
    cJSON_AddStringToObject(object, name, text);
}

static cJSON *object_of(const accuracy_narrow_tally *tally, const vacti_op_info *info, vact_type type,
                        const char *build)
{
    char text[40];
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "op", info->name);
    cJSON_AddStringToObject(object, "type", words[type]);
    cJSON_AddStringToObject(object, "build", build);
    cJSON_AddNumberToObject(object, "bound", 0.5);
    cJSON_AddNumberToObject(object, "inputs", ACCURACY_NARROW_INPUTS);
    snprintf(text, sizeof text, "%.17g", tally->max_error);
    cJSON_AddStringToObject(object, "max_error", text);
    add_bits(object, "max_input", "0x%04" PRIx64, tally->max_input);
    cJSON_AddNumberToObject(object, "misrounded", tally->misrounded);
    if (tally->misrounded != 0)
        add_bits(object, "first_misrounded", "0x%04" PRIx64, tally->first_misrounded);
    cJSON_AddNumberToObject(object, "failures", tally->failures);
    cJSON_AddNumberToObject(object, "differing", tally->differing);
    if (tally->differing != 0)
        add_bits(object, "first_differing", "0x%04" PRIx64, tally->first_differing);
    add_bits(object, "bits", "%016" PRIx64, tally->bits);
    return object;
}

/* Like the JSON of floats (json.c), with the members of object_of; input patterns have 4 digits. */
static bool write_json(const run *r, FILE *stream)
{
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "version", vact_version());
    cJSON_AddNumberToObject(document, "numerics_version", vact_info()->numerics_version);
    cJSON *results = cJSON_AddArrayToObject(document, "results");
    for (size_t i = 0; i < r->options->target_count * r->job.build_count; i++)
        cJSON_AddItemToArray(results, object_of(&r->tallies[i], r->options->targets[i / r->job.build_count].info,
                                                r->options->type, r->job.tables[i % r->job.build_count]->build));
    char *text = cJSON_Print(document);
    cJSON_Delete(document);
    if (text == NULL) {
        vact_tool_fail("JSON", "out of memory");
        return false;
    }
    fprintf(stream, "%s\n", text);
    cJSON_free(text);
    return true;
}

static bool show(const run *r, accuracy_output *json)
{
    const bool written = json->stream == NULL || write_json(r, json->stream);
    if (written && !accuracy_output_is_stdout(json))
        print_table(r);
    return accuracy_output_close(json, written) && written && count_faults(r) == 0;
}

bool accuracy_narrow(const accuracy_options *options)
{
    run r = {.options = options};
    accuracy_output json;
    if (!accuracy_choose_builds(&r.job, options, VACT_MATH_AUTO, true) || !accuracy_output_open(&json, options->json))
        return false;
    r.tallies = calloc(options->target_count * r.job.build_count, sizeof *r.tallies);
    bool ok = r.tallies != NULL;
    if (!ok)
        vact_tool_fail("results", "out of memory");
    ok = ok && try_all(&r);
    if (ok)
        ok = show(&r, &json);
    else
        accuracy_output_close(&json, false);
    free(r.tallies);
    return ok;
}
