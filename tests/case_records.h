/*
 * What a batch of cases (TEST_CASES) reports to the totals of main.c while it runs: passing assertions with a file name
 * of their own, whose line is the kind of record and whose message is its text.
 */
#ifndef VACT_TESTS_CASE_RECORDS_H
#define VACT_TESTS_CASE_RECORDS_H

#define CASE_RECORD_FILE "a record of cases"

typedef enum case_record {
    CASE_COUNT = 1,  /* how many cases the batch has */
    CASE_BEGINS,     /* operation, variant and build of the case that what follows is about */
    CASE_IS_SKIPPED, /* why */
    CASES_END,       /* the last case has ended; without it the process ended in the case that began last */
} case_record;

#endif
