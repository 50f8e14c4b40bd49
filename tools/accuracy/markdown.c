/* The generated part of docs/accuracy.md. */
#include <inttypes.h>

#include "rows.h"
#include "table.h"

static void describe_input(char *text, size_t size, const accuracy_record *record)
{
    const accuracy_tally *tally = &record->tally;
    double value = accuracy_float_of_bits(tally->max_input);
    if (!(tally->max_error > 0.0))
        snprintf(text, size, "-");
    else if (record->columns != 0)
        snprintf(text, size, "%s", accuracy_distributions[tally->max_input]);
    else
        snprintf(text, size, "%a (%.9g)", value, value);
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
    fprintf(stream, "%.2f | %.4f | ", accuracy_bound(record), accuracy_shown_error(tally->max_error));
    double value = accuracy_float_of_bits(tally->max_input);
    if (record->columns != 0)
        fprintf(stream, "%s | ", tally->max_error > 0.0 ? accuracy_distributions[tally->max_input] : "");
    else if (tally->max_error > 0.0)
        fprintf(stream, "`%a` | %.9g | ", value, value);
    else
        fprintf(stream, " | | ");
    fprintf(stream, "%.2f %% | ", accuracy_share(record, tally->misrounded));
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
                accuracy_shown_error(record->tally.max_error), input, accuracy_share(record, record->tally.differing));
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
    accuracy_print_inputs(report, stream);
    fputs(".\n\n", stream);
    for (int part = PART_OPERATIONS; part <= PART_GRADIENTS; part++)
        print_markdown_part(report, (table_part)part, stream);
    print_markdown_differing(report, stream);
}
