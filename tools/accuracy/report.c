/* Records: their order, their bounds and their faults. */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tool.h"

accuracy_record *accuracy_report_add(accuracy_report *report)
{
    accuracy_record *records = realloc(report->records, (report->count + 1) * sizeof *records);
    if (records == NULL) {
        vact_tool_fail("results", "out of memory");
        return NULL;
    }
    report->records = records;
    accuracy_record *added = &records[report->count++];
    memset(added, 0, sizeof *added);
    return added;
}

void accuracy_report_free(accuracy_report *report)
{
    free(report->records);
    report->records = NULL;
    report->count = 0;
}

static int build_rank(const char *build)
{
    static const char *const order[] = {"avx512", "avx2", "neon", "scalar_fma", "scalar"};
    int count = (int)(sizeof order / sizeof order[0]);
    for (int i = 0; i < count; i++)
        if (strcmp(order[i], build) == 0)
            return i;
    return count;
}

static int compare_subjects(const accuracy_record *a, const accuracy_record *b)
{
    if (a->target.info != b->target.info)
        return a->target.info < b->target.info ? -1 : 1;
    if (a->target.function != b->target.function)
        return a->target.function < b->target.function ? -1 : 1;
    int math = strcmp(a->math, b->math);
    if (math != 0)
        return math;
    for (int i = 0; i < accuracy_param_count(a->target.info); i++)
        if (a->target.params.v[i] != b->target.params.v[i])
            return a->target.params.v[i] < b->target.params.v[i] ? -1 : 1;
    return (a->columns > b->columns) - (a->columns < b->columns);
}

static int compare_records(const void *left, const void *right)
{
    const accuracy_record *a = left;
    const accuracy_record *b = right;
    int subjects = compare_subjects(a, b);
    if (subjects != 0)
        return subjects;
    int builds = build_rank(a->build) - build_rank(b->build);
    return builds != 0 ? builds : strcmp(a->build, b->build);
}

void accuracy_report_sort(accuracy_report *report)
{
    if (report->count != 0)
        qsort(report->records, report->count, sizeof *report->records, compare_records);
}

bool accuracy_same_subject(const accuracy_record *a, const accuracy_record *b) { return compare_subjects(a, b) == 0; }

size_t accuracy_reference_build(const char *const *builds, size_t count)
{
    size_t first = count;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(builds[i], "scalar_fma") == 0)
            return i;
        if (first == count && strcmp(builds[i], "scalar") != 0)
            first = i;
    }
    return first == count ? 0 : first;
}

const accuracy_record *accuracy_reference_record(const accuracy_report *report, const accuracy_record *record)
{
    const accuracy_record *of_subject[ACCURACY_MOST_BUILDS];
    const char *builds[ACCURACY_MOST_BUILDS];
    size_t count = 0;
    for (size_t i = 0; i < report->count && count < ACCURACY_MOST_BUILDS; i++) {
        if (accuracy_same_subject(&report->records[i], record)) {
            of_subject[count] = &report->records[i];
            builds[count++] = report->records[i].build;
        }
    }
    return count == 0 ? record : of_subject[accuracy_reference_build(builds, count)];
}

bool accuracy_differs(const accuracy_report *report, const accuracy_record *record)
{
    return record->tally.differing != 0 || record->tally.bits != accuracy_reference_record(report, record)->tally.bits;
}

bool accuracy_exempt(const accuracy_record *record)
{
    return strcmp(record->build, "scalar") == 0 && record->target.info->needs_math &&
           strcmp(record->math, "sleef") == 0;
}

double accuracy_bound(const accuracy_record *record)
{
    if (record->target.function != ACCURACY_FORWARD)
        return 2.0; /* of every gradient: vact.h */
    if (strcmp(record->math, "cr") == 0)
        return vacti_registry_bound(record->target.info, VACT_MATH_CR);
    bool fast = strcmp(record->math, accuracy_math_name(record->target.info, VACT_MATH_FAST)) == 0;
    return vacti_registry_bound(record->target.info, fast ? VACT_MATH_FAST : VACT_MATH_SLEEF);
}

bool accuracy_complete(const accuracy_record *record)
{
    for (uint32_t i = 0; i < record->shard_count; i++)
        if ((record->shards[i / 64] >> (i % 64) & 1) == 0)
            return false;
    return true;
}

const char *accuracy_fault(const accuracy_report *report, const accuracy_record *record)
{
    if (record->tally.failures != 0)
        return "wrong NaN, infinity or zero";
    if (accuracy_beyond(record->tally.max_error, accuracy_bound(record)))
        return "beyond its bound";
    if (strcmp(record->math, "cr") == 0 && record->tally.misrounded != 0)
        return "misrounded";
    if (accuracy_differs(report, record) && !accuracy_exempt(record))
        return "other bits";
    return "";
}

size_t accuracy_count_faults(const accuracy_report *report)
{
    size_t faults = 0;
    for (size_t i = 0; i < report->count; i++)
        faults += accuracy_fault(report, &report->records[i])[0] != '\0' ? 1 : 0;
    return faults;
}

double accuracy_float_of_bits(uint32_t bits)
{
    float value = 0.0f;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

double accuracy_shown_error(double error)
{
    return isfinite(error) ? ceil(error * (1.0 - 0x1p-20) * 1e4) / 1e4 : error;
}

double accuracy_share(const accuracy_record *record, uint64_t part)
{
    double results = (double)record->tally.inputs * (record->target.function == ACCURACY_FORWARD ? 1.0 : 2.0);
    return record->tally.inputs == 0 ? 0.0 : 100.0 * (double)part / results;
}

void accuracy_print_inputs(const accuracy_report *report, FILE *stream)
{
    bool partial = false;
    for (size_t i = 0; i < report->count; i++)
        partial |= report->records[i].shard_count != 1;
    if (report->stride == 1)
        fprintf(stream, "%s", partial ? "all inputs of a shard" : "all 2^32 inputs");
    else
        fprintf(stream, "inputs%s whose bit pattern is a multiple of %" PRIu32, partial ? " of a shard" : "",
                report->stride);
}
