/* Shared by the tests of `vact accuracy`: the results of a plain loop, without the sweep's shortcuts, and reading
 * results. */
#ifndef VACT_TESTS_ACCURACY_PLAIN_H
#define VACT_TESTS_ACCURACY_PLAIN_H

#include <cjson/cJSON.h>

#include "tools/accuracy/sweep.h"

/* Over the multiples of the stride in [start, end); differing: from the reference table's results. `bits` stays 0. */
accuracy_tally plain_sweep(const accuracy_target *target, const vacti_table *table, const vacti_table *reference,
                           uint64_t start, uint64_t end, uint32_t stride);

/* Fails the test, naming the subject, where they differ in anything but `bits`. */
void expect_findings(const char *subject, const accuracy_tally *found, const accuracy_tally *expected);

/* Reads a JSON file, to be deleted; the test fails where there is none. */
cJSON *json_document(const char *path);

/* A member that must exist. */
const char *json_text(const cJSON *object, const char *name);
double json_number(const cJSON *object, const char *name);
const cJSON *json_array(const cJSON *object, const char *name);

/* A result: its subject and its figures. */
accuracy_target json_target(const cJSON *result);
accuracy_tally json_tally(const cJSON *result);

#endif
