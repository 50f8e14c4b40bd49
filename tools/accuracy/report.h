/* The results of `vact accuracy`: one record per operation and build. */
#ifndef VACT_TOOLS_ACCURACY_REPORT_H
#define VACT_TOOLS_ACCURACY_REPORT_H

#include <stdio.h>

#include "sweep.h"

typedef struct accuracy_record {
    accuracy_target target;
    char math[12]; /* the variant, never "auto"; "plain" where one kernel serves all */
    char build[16];
    uint32_t columns; /* of an operation over rows; 0 for the sweep over all inputs */
    uint32_t shard_count;
    uint64_t shards[ACCURACY_BLOCKS / 64]; /* bit i - 1: shard i is included */
    accuracy_tally tally;
} accuracy_record;

typedef struct accuracy_report {
    char version[32];
    int numerics_version;
    uint32_t stride;
    accuracy_record *records;
    size_t count;
} accuracy_report;

/* Adds a zeroed record; null, with a message, when out of memory. It may move the others. */
accuracy_record *accuracy_report_add(accuracy_report *report);
void accuracy_report_free(accuracy_report *report);

/* Sorts by the order of the registry, then parameters, columns, and builds, the strongest first. */
void accuracy_report_sort(accuracy_report *report);

/* Whether two records have the same operation, parameters, variant and columns. */
bool accuracy_same_subject(const accuracy_record *a, const accuracy_record *b);

/* The record of the reference build: scalar_fma, else the first that is not the baseline. */
const accuracy_record *accuracy_reference_record(const accuracy_report *report, const accuracy_record *record);

/* The index of the reference build. */
size_t accuracy_reference_build(const char *const *builds, size_t count);

/* Whether a record has other bits than its reference, found in one run or from the hashes of several. */
bool accuracy_differs(const accuracy_report *report, const accuracy_record *record);

/* Whether it may differ: SLEEF has no functions with the same bits for a CPU without FMA. */
bool accuracy_exempt(const accuracy_record *record);

/* The largest error that the record's variant may have. */
double accuracy_bound(const accuracy_record *record);

bool accuracy_complete(const accuracy_record *record);

/* What is wrong with a record, as a message, or "". */
const char *accuracy_fault(const accuracy_report *report, const accuracy_record *record);

size_t accuracy_count_faults(const accuracy_report *report);

/* What the table and the page show. */

double accuracy_float_of_bits(uint32_t bits);

/* Rounded up to four decimals, so that the number shown is a bound. Half a spacing stays 0.5, even where the oracle's
 * own error made it slightly larger (accuracy_beyond). */
double accuracy_shown_error(double error);

/* In percent of the results; a gradient has two per input. */
double accuracy_share(const accuracy_record *record, uint64_t part);

/* "all 2^32 inputs", "inputs whose bit pattern is ...". */
void accuracy_print_inputs(const accuracy_report *report, FILE *stream);

#endif
