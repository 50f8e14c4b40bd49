#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "rows.h"

static double value_of_bits(uint32_t bits)
{
    float value = 0.0f;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* Rounded up to four decimals, so that the number shown is a bound. Half a spacing stays 0.5, even where the oracle's
 * own error made it slightly larger (accuracy_beyond). */
static double shown_error(double error) { return isfinite(error) ? ceil(error * (1.0 - 0x1p-20) * 1e4) / 1e4 : error; }

static void describe_input(char *text, size_t size, const accuracy_record *record)
{
    const accuracy_tally *tally = &record->tally;
    double value = value_of_bits(tally->max_input);
    if (!(tally->max_error > 0.0))
        snprintf(text, size, "-");
    else if (record->columns != 0)
        snprintf(text, size, "%s", accuracy_distributions[tally->max_input]);
    else
        snprintf(text, size, "%a (%.9g)", value, value);
}

/* In percent of the results; a gradient has two per input. */
static double share(const accuracy_record *record, uint64_t part)
{
    double results = (double)record->tally.inputs * (record->target.function == ACCURACY_FORWARD ? 1.0 : 2.0);
    return record->tally.inputs == 0 ? 0.0 : 100.0 * (double)part / results;
}

static void describe_differing(char *text, size_t size, const accuracy_report *report, const accuracy_record *record)
{
    uint64_t count = record->tally.differing;
    if (!accuracy_differs(report, record))
        snprintf(text, size, "0");
    else if (count == 0)
        snprintf(text, size, "some, by the hashes");
    else if (accuracy_exempt(record))
        snprintf(text, size, "exempt (%" PRIu64 ")", count);
    else if (record->columns != 0)
        snprintf(text, size, "%" PRIu64, count);
    else
        snprintf(text, size, "%" PRIu64 ", first %a", count, value_of_bits(record->tally.first_differing));
}

static void describe_subject(char *text, size_t size, const accuracy_record *record)
{
    char label[ACCURACY_LABEL];
    accuracy_label(label, &record->target);
    if (record->columns != 0)
        snprintf(text, size, "%s, %" PRIu32 " columns", label, record->columns);
    else
        snprintf(text, size, "%s", label);
}

static void print_record(const accuracy_report *report, const accuracy_record *record, int width, FILE *stream)
{
    char subject[ACCURACY_LABEL + 32];
    char input[64];
    char misrounded[48];
    char differing[64];
    describe_subject(subject, sizeof subject, record);
    describe_input(input, sizeof input, record);
    describe_differing(differing, sizeof differing, report, record);
    snprintf(misrounded, sizeof misrounded, "%" PRIu64 " (%.2f %%)", record->tally.misrounded,
             share(record, record->tally.misrounded));
    char order_errors[24] = "-";
    if (accuracy_rises(&record->target))
        snprintf(order_errors, sizeof order_errors, "%" PRIu64, record->tally.order_errors);
    const char *fault = accuracy_fault(report, record);
    fprintf(stream, "%-*s  %-7s  %-10s  %5.2f  %13.4f  %-34s  %20s  %12s  %s%s%s\n", width, subject, record->math,
            record->build, accuracy_bound(record), shown_error(record->tally.max_error), input, misrounded,
            order_errors, differing, fault[0] != '\0' ? "  FAIL: " : "", fault);
}

static void print_part(const accuracy_report *report, bool rows, FILE *stream)
{
    int width = 9;
    for (size_t i = 0; i < report->count; i++) {
        char subject[ACCURACY_LABEL + 32];
        describe_subject(subject, sizeof subject, &report->records[i]);
        if ((report->records[i].columns != 0) == rows && (int)strlen(subject) > width)
            width = (int)strlen(subject);
    }
    bool headed = false;
    for (size_t i = 0; i < report->count; i++) {
        if ((report->records[i].columns != 0) != rows)
            continue;
        if (!headed)
            fprintf(stream, "%s%-*s  %-7s  %-10s  %5s  %13s  %-34s  %20s  %12s  %s\n", rows ? "\n" : "", width,
                    "operation", "variant", "build", "bound", "largest error", rows ? "among logits" : "at input",
                    "misrounded", "order errors", "differing");
        headed = true;
        print_record(report, &report->records[i], width, stream);
    }
}

/* The inputs of the sweep. */
static void print_inputs(const accuracy_report *report, FILE *stream)
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

size_t accuracy_print_table(const accuracy_report *report, FILE *stream)
{
    print_part(report, false, stream);
    print_part(report, true, stream);
    size_t faults = accuracy_count_faults(report);
    fprintf(stream, "\nvact %s, numerics version %d, ", report->version, report->numerics_version);
    print_inputs(report, stream);
    fputs(". ", stream);
    if (faults == 0)
        fprintf(stream, "%zu results, all within their bounds.\n", report->count);
    else
        fprintf(stream, "%zu of %zu results fail.\n", faults, report->count);
    return faults;
}

/* The builds with the same bits as the reference, in the order of the records. */
static void print_identical(const accuracy_report *report, const accuracy_record *reference, FILE *stream)
{
    const char *separator = "";
    for (size_t i = 0; i < report->count; i++) {
        const accuracy_record *record = &report->records[i];
        if (!accuracy_same_subject(record, reference) || accuracy_differs(report, record))
            continue;
        fprintf(stream, "%s%s", separator, record->build);
        separator = ", ";
    }
}

/* The tables of the page, in order. */
typedef enum table_part { PART_OPERATIONS, PART_ROWS, PART_GRADIENTS } table_part;

static table_part part_of(const accuracy_record *record)
{
    if (record->target.function != ACCURACY_FORWARD)
        return PART_GRADIENTS;
    return record->columns != 0 ? PART_ROWS : PART_OPERATIONS;
}

static void print_markdown_row(const accuracy_record *record, FILE *stream)
{
    const accuracy_tally *tally = &record->tally;
    char label[ACCURACY_LABEL];
    accuracy_label(label, &record->target);
    fprintf(stream, "| %s | %s | ", label, record->math);
    if (record->columns != 0)
        fprintf(stream, "%" PRIu32 " | ", record->columns);
    fprintf(stream, "%.2f | %.4f | ", accuracy_bound(record), shown_error(tally->max_error));
    double value = value_of_bits(tally->max_input);
    if (record->columns != 0)
        fprintf(stream, "%s | ", tally->max_error > 0.0 ? accuracy_distributions[tally->max_input] : "");
    else if (tally->max_error > 0.0)
        fprintf(stream, "`%a` | %.9g | ", value, value);
    else
        fprintf(stream, " | | ");
    fprintf(stream, "%.2f %% | ", share(record, tally->misrounded));
    if (accuracy_rises(&record->target))
        fprintf(stream, "%" PRIu64, tally->order_errors);
    if (part_of(record) == PART_OPERATIONS)
        fputs(" | ", stream);
}

static void print_markdown_part(const accuracy_report *report, table_part part, FILE *stream)
{
    static const char *const heads[] = {
        [PART_OPERATIONS] = "| operation | variant | bound | largest error | at input | that is | misrounded |"
                            " order errors | the same bits on |\n|---|---|---|---|---|---|---|---|---|\n",
        [PART_GRADIENTS] =
            "\n### Gradients\n\n"
            "dy*f'(x), or *from output* dy*f'(y), over all x or y, each with dy = 1 and with a random dy of\n"
            "either sign in [2^-40, 2^40). Within the intervals around zeros of f' that are listed below the error\n"
            "is counted in units of 2^-25*|dy|. *Misrounded* is the share of results that have an error above\n"
            "0.5 and are not the nearest float.\n\n"
            "| gradient | variant | bound | largest error | at input | that is | misrounded |"
            " the same bits on |\n|---|---|---|---|---|---|---|---|\n",
        [PART_ROWS] = "\n| operation | variant | columns | bound | largest error | among logits | misrounded |"
                      " the same bits on |\n|---|---|---|---|---|---|---|---|\n",
    };
    bool headed = false;
    for (size_t i = 0; i < report->count; i++) {
        const accuracy_record *record = &report->records[i];
        if (part_of(record) != part || accuracy_reference_record(report, record) != record)
            continue;
        if (!headed)
            fputs(heads[part], stream);
        headed = true;
        print_markdown_row(record, stream);
        print_identical(report, record, stream);
        fputs(" |\n", stream);
    }
}

/* Builds with other bits: the baseline `scalar` in the variant sleef. Any other is a fault. */
static void print_markdown_differing(const accuracy_report *report, FILE *stream)
{
    bool headed = false;
    for (size_t i = 0; i < report->count; i++) {
        const accuracy_record *record = &report->records[i];
        if (!accuracy_differs(report, record))
            continue;
        if (!headed)
            fputs(
                "\nResults with other bits (SLEEF has no functions with the same bits for a CPU without FMA, which the"
                " build `scalar` serves):\n\n"
                "| operation | build | largest error | among | differing results |\n|---|---|---|---|---|\n",
                stream);
        headed = true;
        char subject[ACCURACY_LABEL + 32];
        char input[64];
        describe_subject(subject, sizeof subject, record);
        describe_input(input, sizeof input, record);
        fprintf(stream, "| %s | %s | %.4f | %s | %.4f %% |\n", subject, record->build,
                shown_error(record->tally.max_error), input, share(record, record->tally.differing));
    }
}

void accuracy_print_markdown(const accuracy_report *report, FILE *stream)
{
    fprintf(stream,
            "<!-- Made by `vact accuracy --merge docs/accuracy.json --markdown -`; do not edit. -->\n"
            "vact %s, numerics version %d. Errors are in ULP, rounded up to four decimals. Where several inputs have\n"
            "the largest error, the one with the smallest bit pattern is shown. *Misrounded* is the share of results\n"
            "that are not correctly rounded. *Order errors* is the number of results of an increasing operation that\n"
            "are smaller than the result of the next smaller input tried. prelu has one slope, 0.25.\n",
            report->version, report->numerics_version);
    fputs("Tried: ", stream);
    print_inputs(report, stream);
    fputs(".\n\n", stream);
    for (int part = PART_OPERATIONS; part <= PART_GRADIENTS; part++)
        print_markdown_part(report, (table_part)part, stream);
    print_markdown_differing(report, stream);
}
