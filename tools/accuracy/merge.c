#include "merge.h"

#include <inttypes.h>
#include <string.h>

#include "tools/tool.h"

static bool refuse(const accuracy_record *record, const char *reason)
{
    char label[ACCURACY_LABEL];
    char subject[ACCURACY_LABEL + 64];
    accuracy_label(label, &record->target);
    snprintf(subject, sizeof subject, "%s, %s, %s", label, record->math, record->build);
    vact_tool_fail(subject, "%s", reason);
    return false;
}

static bool join(accuracy_record *into, const accuracy_record *from)
{
    if (into->columns != 0)
        return refuse(from, "these rows are in more than one file");
    if (into->shard_count != from->shard_count)
        return refuse(from, into->shard_count == 1 || from->shard_count == 1
                                ? "overlapping shards: one file holds all inputs, another a part of them"
                                : "shards of different divisions cannot be joined");
    for (size_t i = 0; i < sizeof into->shards / sizeof into->shards[0]; i++) {
        if ((into->shards[i] & from->shards[i]) != 0)
            return refuse(from, "overlapping shards: the same shard is in more than one file");
        into->shards[i] |= from->shards[i];
    }
    accuracy_tally *tally = &into->tally;
    const accuracy_tally *other = &from->tally;
    if (other->differing != 0 && (tally->differing == 0 || other->first_differing < tally->first_differing))
        tally->first_differing = other->first_differing;
    tally->inputs += other->inputs;
    tally->order_errors += other->order_errors;
    tally->misrounded += other->misrounded;
    tally->failures += other->failures;
    tally->differing += other->differing;
    tally->bits += other->bits;
    accuracy_take_max(&tally->max_error, &tally->max_input, other->max_error, other->max_input);
    return true;
}

static bool refuse_missing(const accuracy_record *record)
{
    char reason[128] = "missing shards:";
    size_t used = strlen(reason);
    for (uint32_t i = 0; i < record->shard_count && used < sizeof reason - 24; i++)
        if ((record->shards[i / 64] >> (i % 64) & 1) == 0)
            used += (size_t)snprintf(reason + used, sizeof reason - used, " %" PRIu32 "/%" PRIu32, i + 1,
                                     record->shard_count);
    if (used >= sizeof reason - 24)
        snprintf(reason + used, sizeof reason - used, " and more");
    return refuse(record, reason);
}

bool accuracy_merge(accuracy_report *report)
{
    accuracy_report_sort(report);
    size_t kept = 0;
    for (size_t i = 0; i < report->count; i++) {
        accuracy_record *record = &report->records[i];
        accuracy_record *last = kept == 0 ? NULL : &report->records[kept - 1];
        if (last != NULL && accuracy_same_subject(last, record) && strcmp(last->build, record->build) == 0) {
            if (!join(last, record))
                return false;
        } else {
            report->records[kept++] = *record;
        }
    }
    report->count = kept;
    for (size_t i = 0; i < kept; i++) {
        accuracy_record *record = &report->records[i];
        if (!accuracy_complete(record))
            return refuse_missing(record);
        memset(record->shards, 0, sizeof record->shards);
        record->shards[0] = 1;
        record->shard_count = 1;
    }
    return true;
}
