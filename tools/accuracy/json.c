/*
 * The results as JSON. Schema:
 *
 *   version, numerics_version, stride
 *   results  one object per operation, function, parameters, variant and build:
 *     op
 *     function          forward, backward (dy*f'(x)) or backward_from_output (dy*f'(y))
 *     math              the variant; "plain" where one kernel serves every variant
 *     build
 *     params            name: "value" as a string with 9 digits; prelu's slope counts as a parameter
 *     bound             in ULP: the registry's, or 2 of a gradient; for information, not read back
 *     shards            [[i, n], ...], the parts of the inputs covered; [[1, 1]] for all
 *     inputs            how many were tried; a gradient has two results per input
 *     max_error         in ULP, as a string with 17 digits, or "inf"
 *     max_input         the smallest bit pattern that shows it, as "0x0123abcd"; 0x00000000 where max_error is 0
 *     falls             order errors: of an increasing operation at its defaults, the results that are smaller than
 *                       that of the next smaller input
 *     misrounded        results that are not correctly rounded (of a gradient: and have an error above 0.5)
 *     failures          NaN, an infinity or a zero's sign where they are wrong
 *     differing         results with other bits than those of the reference build in the same run
 *     first_differing   the smallest such input, where there is one
 *     bits              16 hexadecimal digits, equal where all results are equal (all NaNs are); compares builds of
 *                       separate runs
 *   rows     as results, for operations over rows: columns, and `distribution` (of the logits that show
 *            max_error) in place of shards, max_input and first_differing
 */
#include "json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "tools/tool.h"

/* By accuracy_function. */
static const char *const functions[] = {"forward", "backward", "backward_from_output"};

static void add_text(cJSON *object, const char *name, const char *format, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, format, value);
    cJSON_AddStringToObject(object, name, text);
}

static void add_shards(cJSON *object, const accuracy_record *record)
{
    cJSON *shards = cJSON_AddArrayToObject(object, "shards");
    for (uint32_t i = 0; i < record->shard_count; i++) {
        if ((record->shards[i / 64] >> (i % 64) & 1) != 0) {
            const int pair[2] = {(int)i + 1, (int)record->shard_count};
            cJSON_AddItemToArray(shards, cJSON_CreateIntArray(pair, 2));
        }
    }
}

static cJSON *object_of_record(const accuracy_record *record)
{
    const accuracy_tally *tally = &record->tally;
    const vacti_op_info *info = record->target.info;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "op", info->name);
    cJSON_AddStringToObject(object, "function", functions[record->target.function]);
    cJSON_AddStringToObject(object, "math", record->math);
    cJSON_AddStringToObject(object, "build", record->build);
    cJSON *params = cJSON_AddObjectToObject(object, "params");
    char text[40];
    for (int i = 0; i < accuracy_param_count(info); i++) {
        snprintf(text, sizeof text, "%.9g", (double)record->target.params.v[i]);
        cJSON_AddStringToObject(params, accuracy_param_name(info, i), text);
    }
    cJSON_AddNumberToObject(object, "bound", accuracy_bound(record));
    if (record->columns != 0)
        cJSON_AddNumberToObject(object, "columns", record->columns);
    else
        add_shards(object, record);
    cJSON_AddNumberToObject(object, "inputs", (double)tally->inputs);
    snprintf(text, sizeof text, "%.17g", tally->max_error);
    cJSON_AddStringToObject(object, "max_error", text);
    if (record->columns != 0)
        cJSON_AddStringToObject(object, "distribution", accuracy_distributions[tally->max_input]);
    else
        add_text(object, "max_input", "0x%08" PRIx64, tally->max_input);
    if (accuracy_rises(&record->target))
        cJSON_AddNumberToObject(object, "falls", (double)tally->order_errors);
    cJSON_AddNumberToObject(object, "misrounded", (double)tally->misrounded);
    cJSON_AddNumberToObject(object, "failures", (double)tally->failures);
    cJSON_AddNumberToObject(object, "differing", (double)tally->differing);
    if (record->columns == 0 && tally->differing != 0)
        add_text(object, "first_differing", "0x%08" PRIx64, tally->first_differing);
    add_text(object, "bits", "%016" PRIx64, tally->bits);
    return object;
}

bool accuracy_write_json(const accuracy_report *report, FILE *stream)
{
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "version", report->version);
    cJSON_AddNumberToObject(document, "numerics_version", report->numerics_version);
    cJSON_AddNumberToObject(document, "stride", report->stride);
    cJSON *results = cJSON_AddArrayToObject(document, "results");
    cJSON *rows = cJSON_AddArrayToObject(document, "rows");
    for (size_t i = 0; i < report->count; i++)
        cJSON_AddItemToArray(report->records[i].columns != 0 ? rows : results, object_of_record(&report->records[i]));
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

static const char *string_member(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text == NULL ? "" : text;
}

static bool number_member(const cJSON *object, const char *name, uint64_t most, uint64_t *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0.0 && item->valuedouble <= (double)most) ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *value = (uint64_t)item->valuedouble;
    return true;
}

static bool hex_member(const cJSON *object, const char *name, uint64_t most, uint64_t *value)
{
    const char *text = string_member(object, name);
    char *end = NULL;
    errno = 0;
    *value = strtoull(text, &end, 16);
    return text[0] != '\0' && text[0] != '-' && *end == '\0' && errno == 0 && *value <= most;
}

static bool read_params(const cJSON *object, accuracy_target *target)
{
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(object, "params");
    target->params = accuracy_defaults(target->info);
    for (int i = 0; i < accuracy_param_count(target->info); i++) {
        const char *text = string_member(params, accuracy_param_name(target->info, i));
        char *end = NULL;
        target->params.v[i] = strtof(text, &end);
        if (text[0] == '\0' || *end != '\0')
            return false;
    }
    return cJSON_GetArraySize(params) == accuracy_param_count(target->info) &&
           accuracy_accepts(target->info, &target->params);
}

static bool read_shards(const cJSON *object, accuracy_record *record)
{
    const cJSON *pair = NULL;
    cJSON_ArrayForEach(pair, cJSON_GetObjectItemCaseSensitive(object, "shards"))
    {
        const cJSON *shard = cJSON_GetArrayItem(pair, 0);
        const cJSON *count = cJSON_GetArrayItem(pair, 1);
        if (!cJSON_IsNumber(shard) || !cJSON_IsNumber(count) || count->valueint < 1 ||
            count->valueint > ACCURACY_BLOCKS || shard->valueint < 1 || shard->valueint > count->valueint ||
            (record->shard_count != 0 && record->shard_count != (uint32_t)count->valueint))
            return false;
        uint32_t bit = (uint32_t)shard->valueint - 1;
        record->shard_count = (uint32_t)count->valueint;
        record->shards[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
    return record->shard_count != 0;
}

static bool read_distribution(const cJSON *object, accuracy_record *record)
{
    const char *name = string_member(object, "distribution");
    for (uint32_t i = 0; i < ACCURACY_DISTRIBUTIONS; i++) {
        if (strcmp(accuracy_distributions[i], name) == 0) {
            record->tally.max_input = i;
            return true;
        }
    }
    return false;
}

/* Where something was found: a bit pattern for the sweep, the distribution for rows. */
static const char *read_places(const cJSON *object, bool rows, accuracy_record *record)
{
    uint64_t value = 0;
    if (rows) {
        record->shard_count = 1;
        record->shards[0] = 1;
        if (!number_member(object, "columns", UINT32_MAX, &value) || value == 0)
            return "columns";
        record->columns = (uint32_t)value;
        return read_distribution(object, record) ? NULL : "distribution";
    }
    if (!read_shards(object, record))
        return "shards";
    if (!hex_member(object, "max_input", UINT32_MAX, &value))
        return "max_input";
    record->tally.max_input = (uint32_t)value;
    value = 0;
    if (record->tally.differing != 0 && !hex_member(object, "first_differing", UINT32_MAX, &value))
        return "first_differing";
    record->tally.first_differing = (uint32_t)value;
    return NULL;
}

static bool read_function(const cJSON *object, accuracy_function *function)
{
    for (int i = ACCURACY_FORWARD; i <= ACCURACY_FROM_OUTPUT; i++)
        if (strcmp(functions[i], string_member(object, "function")) == 0) {
            *function = (accuracy_function)i;
            return true;
        }
    return false;
}

/* The name of a member that is missing or wrong; null if there is none. */
static const char *read_record(const cJSON *object, bool rows, accuracy_record *record)
{
    const uint64_t most = (uint64_t)1 << 53;
    accuracy_tally *tally = &record->tally;
    record->target.info = vacti_registry_by_name(string_member(object, "op"));
    if (record->target.info == NULL || (record->target.info->kind == VACT_KIND_ROWS) != rows)
        return "op";
    snprintf(record->math, sizeof record->math, "%s", string_member(object, "math"));
    snprintf(record->build, sizeof record->build, "%s", string_member(object, "build"));
    if (!read_function(object, &record->target.function))
        return "function";
    if (record->math[0] == '\0')
        return "math";
    if (record->build[0] == '\0')
        return "build";
    if (!read_params(object, &record->target))
        return "params";
    const char *error = string_member(object, "max_error");
    char *end = NULL;
    tally->max_error = strtod(error, &end);
    if (error[0] == '\0' || *end != '\0' || !(tally->max_error >= 0.0))
        return "max_error";
    if (!number_member(object, "inputs", most, &tally->inputs))
        return "inputs";
    if (accuracy_rises(&record->target) && !number_member(object, "falls", most, &tally->order_errors))
        return "falls";
    if (!number_member(object, "misrounded", most, &tally->misrounded))
        return "misrounded";
    if (!number_member(object, "failures", most, &tally->failures))
        return "failures";
    if (!number_member(object, "differing", most, &tally->differing))
        return "differing";
    if (!hex_member(object, "bits", UINT64_MAX, &tally->bits))
        return "bits";
    return read_places(object, rows, record);
}

static bool read_records(accuracy_report *report, const char *path, const cJSON *document, const char *member)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(document, member);
    if (!cJSON_IsArray(array)) {
        vact_tool_fail(path, "no array '%s': not a result of vact accuracy", member);
        return false;
    }
    const cJSON *object = NULL;
    int index = 0;
    cJSON_ArrayForEach(object, array)
    {
        accuracy_record *record = accuracy_report_add(report);
        if (record == NULL)
            return false;
        const char *wrong = read_record(object, strcmp(member, "rows") == 0, record);
        if (wrong != NULL) {
            vact_tool_fail(path, "%s[%d]: '%s' is missing or wrong", member, index, wrong);
            return false;
        }
        index++;
    }
    return true;
}

static bool read_document(accuracy_report *report, const char *path, const cJSON *document)
{
    const char *version = string_member(document, "version");
    uint64_t numerics = 0;
    uint64_t stride = 0;
    if (version[0] == '\0' || !number_member(document, "numerics_version", 1000000, &numerics) ||
        !number_member(document, "stride", UINT32_MAX, &stride) || stride == 0) {
        vact_tool_fail(path, "no version, numerics_version or stride: not a result of vact accuracy");
        return false;
    }
    if (report->version[0] == '\0') {
        snprintf(report->version, sizeof report->version, "%s", version);
        report->numerics_version = (int)numerics;
        report->stride = (uint32_t)stride;
    }
    if (strcmp(report->version, version) != 0 || report->numerics_version != (int)numerics) {
        vact_tool_fail(path, "made by vact %s with numerics version %d, another file by %s with %d", version,
                       (int)numerics, report->version, report->numerics_version);
        return false;
    }
    if (report->stride != (uint32_t)stride) {
        vact_tool_fail(path, "made with stride %" PRIu64 ", another file with %" PRIu32, stride, report->stride);
        return false;
    }
    return read_records(report, path, document, "results") && read_records(report, path, document, "rows");
}

/* A file as a string; null, with a message, on failure. */
static char *read_text(const char *path, size_t *size)
{
    enum { MOST = 64 << 20 };
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        vact_tool_fail(path, "%s", strerror(errno));
        return NULL;
    }
    char *text = NULL;
    size_t capacity = 0;
    *size = 0;
    do {
        capacity = capacity == 0 ? 65536 : 2 * capacity;
        char *larger = capacity > MOST ? NULL : realloc(text, capacity);
        if (larger == NULL) {
            vact_tool_fail(path, capacity > MOST ? "too large to be a result of vact accuracy" : "out of memory");
            break;
        }
        text = larger;
        *size += fread(text + *size, 1, capacity - *size, stream);
    } while (*size == capacity);
    bool complete = *size < capacity && ferror(stream) == 0 && capacity <= MOST;
    if (ferror(stream) != 0)
        vact_tool_fail(path, "%s", strerror(errno));
    fclose(stream);
    if (!complete) {
        free(text);
        return NULL;
    }
    return text;
}

bool accuracy_read_json(accuracy_report *report, const char *path)
{
    size_t size = 0;
    char *text = read_text(path, &size);
    if (text == NULL)
        return false;
    cJSON *document = cJSON_ParseWithLength(text, size);
    free(text);
    if (document == NULL) {
        vact_tool_fail(path, "not JSON");
        return false;
    }
    bool read = read_document(report, path, document);
    cJSON_Delete(document);
    return read;
}
