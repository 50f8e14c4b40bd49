#include "accuracy_plain.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernels/reference/reference.h"
#include "support.h"
#include "tools/accuracy/settle.h"

/* --------------------------------------------------------------------------------------- the plain loop */

static float *new_floats(size_t n)
{
    float *values = malloc(n * sizeof *values);
    cr_assert_not_null(values, "out of memory");
    return values;
}

static void run(const vacti_table *table, const accuracy_target *target, float *y, const float *dy, const float *x,
                size_t n)
{
    unsigned slot = VACT_OP_SLOT(target->info->op);
    if (target->function == ACCURACY_BACKWARD)
        table->backward[slot](y, dy, x, n, &target->params);
    else if (target->function == ACCURACY_FROM_OUTPUT)
        table->from_output[slot](y, dy, x, n, &target->params);
    else if (target->info->kind == VACT_KIND_CHANNELS)
        table->channels[slot](y, x, target->params.v, 1, 1, n);
    else
        table->unary[slot](y, x, n, &target->params);
}

/* The inputs go up, so that the first one is the smallest. */
static void add_result(accuracy_tally *tally, const accuracy_target *target, const vacti_table *table, float x,
                       float dy, float y, float reference)
{
    vact_op op = target->info->op;
    const vact_params_f32 *params = &target->params;
    bool misrounded = false;
    double error = 0.0;
    if (target->function == ACCURACY_FORWARD) {
        double exact = vacti_reference_f32(op)((double)x, params);
        if (table->math == VACT_MATH_CR && target->info->kind == VACT_KIND_UNARY)
            accuracy_settle(target, &exact, &x, 1);
        error = vacti_forward_error(op, params, (double)x, y, exact);
        misrounded = !test_same(y, (float)exact);
    } else {
        bool from_output = target->function == ACCURACY_FROM_OUTPUT;
        double slope = from_output ? vacti_reference_derivative_from_output(op, (double)x, params)
                                   : vacti_reference_derivative(op, (double)x, params);
        error = vacti_gradient_error(op, params, (double)x, from_output, slope, (double)dy, y);
        misrounded = error > 0.5 && y != (float)((double)dy * slope);
    }
    tally->misrounded += misrounded ? 1 : 0;
    tally->failures += isinf(error) ? 1 : 0;
    if (error > tally->max_error) {
        tally->max_error = error;
        tally->max_input = test_raw_bits(x);
    }
    if (!test_same(y, reference) && tally->differing++ == 0)
        tally->first_differing = test_raw_bits(x);
}

/* x goes from `before` to its neighbour, up the bit patterns. */
static bool in_wrong_order(float before, float x, float y_before, float y)
{
    if (signbit(before) != signbit(x))
        return false;
    return signbit(x) ? y > y_before : y < y_before;
}

accuracy_tally plain_sweep(const accuracy_target *target, const vacti_table *table, const vacti_table *reference,
                           uint64_t start, uint64_t end, uint32_t stride)
{
    accuracy_tally tally = {0};
    uint64_t first = (start + stride - 1) / stride * stride;
    if (first >= end)
        return tally;
    size_t lead = first >= stride ? 1 : 0; /* the input before, needed only for order errors */
    size_t n = lead + (size_t)((end - first + stride - 1) / stride);
    int passes = target->function == ACCURACY_FORWARD ? 1 : 2;
    float *x = new_floats(n), *dy[2], *y[2], *from_reference[2];
    for (size_t i = 0; i < n; i++)
        x[i] = test_from_bits((uint32_t)(first + (i - lead) * stride));
    for (int pass = 0; pass < passes; pass++) {
        dy[pass] = new_floats(n), y[pass] = new_floats(n), from_reference[pass] = new_floats(n);
        for (size_t i = 0; i < n; i++)
            dy[pass][i] = pass == 0 ? 1.0f : accuracy_random_dy(test_raw_bits(x[i]));
        run(table, target, y[pass], dy[pass], x, n);
        run(reference, target, from_reference[pass], dy[pass], x, n);
    }
    bool rises = accuracy_rises(target);
    for (size_t i = lead; i < n; i++) {
        tally.inputs++;
        for (int pass = 0; pass < passes; pass++)
            add_result(&tally, target, table, x[i], dy[pass][i], y[pass][i], from_reference[pass][i]);
        tally.order_errors += rises && i > 0 && in_wrong_order(x[i - 1], x[i], y[0][i - 1], y[0][i]) ? 1 : 0;
    }
    for (int pass = 0; pass < passes; pass++)
        free(dy[pass]), free(y[pass]), free(from_reference[pass]);
    free(x);
    return tally;
}

void expect_findings(const char *subject, const accuracy_tally *found, const accuracy_tally *expected)
{
    const struct {
        const char *name;
        uint64_t found, expected;
    } counts[] = {{"inputs", found->inputs, expected->inputs},
                  {"misrounded", found->misrounded, expected->misrounded},
                  {"failures", found->failures, expected->failures},
                  {"falls", found->order_errors, expected->order_errors},
                  {"differing", found->differing, expected->differing}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        cr_expect(counts[i].found == counts[i].expected, "%s: %" PRIu64 " %s, a plain loop finds %" PRIu64, subject,
                  counts[i].found, counts[i].name, counts[i].expected);
    cr_expect(found->max_error == expected->max_error, "%s: largest error %.17g, of a plain loop %.17g", subject,
              found->max_error, expected->max_error);
    cr_expect(expected->max_error == 0.0 || found->max_input == expected->max_input,
              "%s: the largest error at 0x%08" PRIx32 ", of a plain loop at 0x%08" PRIx32, subject, found->max_input,
              expected->max_input);
    cr_expect(expected->differing == 0 || found->first_differing == expected->first_differing,
              "%s: the first to differ is 0x%08" PRIx32 ", by a plain loop 0x%08" PRIx32, subject,
              found->first_differing, expected->first_differing);
}

/* ------------------------------------------------------------------------------------------------ JSON */

cJSON *json_document(const char *path)
{
    char *text = read_text(path);
    cr_assert_not_null(text, "%s: not there", path);
    cJSON *document = cJSON_Parse(text);
    cr_assert_not_null(document, "%s is not JSON: %s", path, text);
    free(text);
    return document;
}

const char *json_text(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    cr_assert_not_null(text, "no string %s", name);
    return text;
}

double json_number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    cr_assert(cJSON_IsNumber(item), "no number %s", name);
    return item->valuedouble;
}

const cJSON *json_array(const cJSON *object, const char *name)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(object, name);
    cr_assert(cJSON_IsArray(array), "no array %s", name);
    return array;
}

accuracy_target json_target(const cJSON *result)
{
    accuracy_target target = {.info = vacti_registry_by_name(json_text(result, "op"))};
    const char *function = json_text(result, "function");
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(result, "params");
    cr_assert_not_null(target.info);
    target.function = strcmp(function, "backward") == 0               ? ACCURACY_BACKWARD
                      : strcmp(function, "backward_from_output") == 0 ? ACCURACY_FROM_OUTPUT
                                                                      : ACCURACY_FORWARD;
    for (int i = 0; i < accuracy_param_count(target.info); i++)
        target.params.v[i] = strtof(json_text(params, accuracy_param_name(target.info, i)), NULL);
    return target;
}

static uint32_t bit_pattern(const cJSON *object, const char *name)
{
    return (uint32_t)strtoul(json_text(object, name), NULL, 16);
}

accuracy_tally json_tally(const cJSON *result)
{
    accuracy_tally tally = {.inputs = (uint64_t)json_number(result, "inputs"),
                            .misrounded = (uint64_t)json_number(result, "misrounded"),
                            .failures = (uint64_t)json_number(result, "failures"),
                            .differing = (uint64_t)json_number(result, "differing"),
                            .bits = strtoull(json_text(result, "bits"), NULL, 16),
                            .max_error = strtod(json_text(result, "max_error"), NULL)};
    if (cJSON_HasObjectItem(result, "falls"))
        tally.order_errors = (uint64_t)json_number(result, "falls");
    if (cJSON_HasObjectItem(result, "max_input")) /* of rows it has none */
        tally.max_input = bit_pattern(result, "max_input");
    if (cJSON_HasObjectItem(result, "first_differing"))
        tally.first_differing = bit_pattern(result, "first_differing");
    return tally;
}
