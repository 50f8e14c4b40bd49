#include "table.h"

#include <inttypes.h>
#include <string.h>

#include "rows.h"

/* A float has one decimal of 9 digits that no other float has. */
static void describe_input(char *text, size_t size, const accuracy_record *record)
{
    const accuracy_tally *tally = &record->tally;
    if (!(tally->max_error > 0.0))
        snprintf(text, size, "-");
    else if (record->columns != 0)
        snprintf(text, size, "%s", accuracy_distributions[tally->max_input]);
    else
        snprintf(text, size, "%.9g", accuracy_float_of_bits(tally->max_input));
}

/* Widths that make a row of 79 columns. A longer name has a line of its own. */
#define ROW_FORMAT "%-20s %-7s %5s %9s %15s %10s %7s\n"
enum { NAME_WIDTH = 20 };

/* A bit for each build of the report. */
typedef struct builds {
    const char *names[ACCURACY_MOST_BUILDS];
    size_t count;
} builds;

static unsigned bit_of(const builds *all, const char *build)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->names[i], build) == 0)
            return 1u << i;
    return 0;
}

/* In the order of the records: the strongest first, but for builds that the first operations lack. */
static builds builds_of(const accuracy_report *report)
{
    builds all = {{NULL}, 0};
    for (size_t i = 0; i < report->count && all.count < ACCURACY_MOST_BUILDS; i++)
        if (bit_of(&all, report->records[i].build) == 0)
            all.names[all.count++] = report->records[i].build;
    return all;
}

static void print_builds(const builds *all, unsigned which, FILE *stream)
{
    const char *separator = "";
    for (size_t i = 0; i < all->count; i++) {
        if ((which >> i & 1) == 0)
            continue;
        fprintf(stream, "%s%s", separator, all->names[i]);
        separator = ", ";
    }
}

/* Whether one row shows both: the same results, and the same said of them. */
static bool agree(const accuracy_report *report, const accuracy_record *a, const accuracy_record *b)
{
    return accuracy_same_subject(a, b) && a->tally.bits == b->tally.bits && a->tally.max_error == b->tally.max_error &&
           a->tally.differing == b->tally.differing &&
           strcmp(accuracy_fault(report, a), accuracy_fault(report, b)) == 0;
}

/* The builds that agree with a record, or none where an earlier record is one of them. */
static unsigned agreeing(const accuracy_report *report, const builds *all, size_t index)
{
    unsigned which = 0;
    for (size_t i = 0; i < report->count; i++) {
        if (!agree(report, &report->records[i], &report->records[index]))
            continue;
        if (i < index)
            return 0;
        which |= bit_of(all, report->records[i].build);
    }
    return which;
}

/* Other bits than those of the reference build. */
static void print_differing(const accuracy_report *report, const accuracy_record *record, FILE *stream)
{
    uint64_t count = record->tally.differing;
    if (!accuracy_differs(report, record))
        return;
    const char *reference = accuracy_reference_record(report, record)->build;
    fprintf(stream, "    other bits than on %s%s: ", reference, accuracy_exempt(record) ? " (exempt)" : "");
    if (count == 0)
        fputs("some, by the hashes\n", stream);
    else
        fprintf(stream, "%" PRIu64 " %s\n", count, count == 1 ? "result" : "results");
    if (count != 0 && record->columns == 0)
        fprintf(stream, "    first at %.9g\n", accuracy_float_of_bits(record->tally.first_differing));
}

/* In 9 columns, and in 7. */
static void describe_error(char *text, size_t size, double error)
{
    snprintf(text, size, error < 1e4 ? "%.4f" : "%.3g", accuracy_shown_error(error));
}

static void describe_order(char *text, size_t size, const accuracy_record *record)
{
    if (!accuracy_rises(&record->target))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%.7g", (double)record->tally.order_errors);
    if (strlen(text) > 7)
        snprintf(text, size, "%.1e", (double)record->tally.order_errors);
}

static void print_record(const accuracy_record *record, FILE *stream)
{
    char subject[ACCURACY_LABEL + 32];
    char bound[16], error[16], input[64], misrounded[16], order[16];
    if (record->columns != 0)
        snprintf(subject, sizeof subject, "%s, %" PRIu32, record->target.info->name, record->columns);
    else
        accuracy_label(subject, &record->target);
    snprintf(bound, sizeof bound, "%.2f", accuracy_bound(record));
    describe_error(error, sizeof error, record->tally.max_error);
    describe_input(input, sizeof input, record);
    snprintf(misrounded, sizeof misrounded, "%.2f %%", accuracy_share(record, record->tally.misrounded));
    describe_order(order, sizeof order, record);
    bool wide = strlen(subject) > NAME_WIDTH;
    if (wide)
        fprintf(stream, "%s\n", subject);
    fprintf(stream, ROW_FORMAT, wide ? "" : subject, record->math, bound, error, input, misrounded, order);
}

static void print_part(const accuracy_report *report, const builds *all, bool rows, FILE *stream)
{
    bool headed = false;
    for (size_t i = 0; i < report->count; i++) {
        const accuracy_record *record = &report->records[i];
        unsigned which = (record->columns != 0) == rows ? agreeing(report, all, i) : 0;
        if (which == 0)
            continue;
        if (!headed && rows)
            fprintf(stream, "\n" ROW_FORMAT, "operation, columns", "variant", "bound", "error", "among logits",
                    "misrounded", "order");
        else if (!headed)
            fprintf(stream, ROW_FORMAT, "operation", "variant", "bound", "error", "at input", "misrounded", "order");
        headed = true;
        print_record(record, stream);
        if (which != (1u << all->count) - 1) {
            fputs("    on ", stream);
            print_builds(all, which, stream);
            fputc('\n', stream);
        }
        print_differing(report, record, stream);
        const char *fault = accuracy_fault(report, record);
        if (fault[0] != '\0')
            fprintf(stream, "    FAIL: %s\n", fault);
    }
}

void accuracy_print_table(const accuracy_report *report, FILE *stream)
{
    builds all = builds_of(report);
    print_part(report, &all, false, stream);
    print_part(report, &all, true, stream);
    size_t faults = accuracy_count_faults(report);
    fprintf(stream, "\nvact %s, numerics version %d.\nTried: ", report->version, report->numerics_version);
    accuracy_print_inputs(report, stream);
    fputs(all.count == 1 ? ".\nBuild: " : ".\nBuilds: ", stream);
    print_builds(&all, ~0u, stream);
    fputs(all.count == 1 ? ".\n" : ".\nA row without builds is for all of them, with the same bits.\n", stream);
    if (faults == 0)
        fprintf(stream, "%zu results, all within their bounds.\n", report->count);
    else
        fprintf(stream, "%zu of %zu results fail.\n", faults, report->count);
}
