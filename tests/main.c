/*
 * Runs every Criterion test of this program and prints its own totals, since Criterion's summary leaves out skipped
 * tests: what failed by name, what was skipped and why, and as the last line "N passed, N failed, N skipped". It counts
 * cases: a test is one case, a batch (TEST_CASES in support.h) as many as its records say. Criterion's options
 * (--filter, --jobs, --verbose, ...) work. Fails when a test fails and when no test was selected.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <criterion/options.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_records.h"

enum { REASON_LIMIT = 256 };
static const double TIMEOUT_SECONDS = 900.0; /* for a test that hangs; --timeout overrides it */

typedef struct reason {
    char text[256];
    size_t count;
} reason;

static reason skip_reasons[REASON_LIMIT]; /* the last one takes what no longer fits */
static size_t skip_reason_count;
static size_t passed, failed, skipped;

static void count_skipped(const char *text, size_t count)
{
    skipped += count;
    for (size_t i = 0; i < skip_reason_count; i++) {
        if (strcmp(skip_reasons[i].text, text) == 0) {
            skip_reasons[i].count += count;
            return;
        }
    }
    if (skip_reason_count < REASON_LIMIT - 1)
        snprintf(skip_reasons[skip_reason_count].text, sizeof skip_reasons[0].text, "%s", text);
    else
        snprintf(skip_reasons[skip_reason_count].text, sizeof skip_reasons[0].text, "other reasons");
    skip_reasons[skip_reason_count].count += count;
    if (skip_reason_count < REASON_LIMIT - 1)
        skip_reason_count++;
}

static void print_failure(const struct criterion_test_stats *test, const char *which)
{
    const char *how = test->crashed ? "crashed" : test->timed_out ? "timed out" : "failed";
    printf("%s: %s/%s%s%s\n", how, test->test->category, test->test->name, *which ? ": " : "", which);
}

static void print_message(const struct criterion_assert_stats *assert)
{
    if (assert->message != NULL)
        printf("    %s\n", assert->message);
}

static void count_whole(const struct criterion_test_stats *test)
{
    switch (test->test_status) {
    case CR_STATUS_PASSED: passed++; break;
    case CR_STATUS_FAILED:
        failed++;
        print_failure(test, "");
        for (const struct criterion_assert_stats *assert = test->asserts; assert != NULL; assert = assert->next)
            if (!assert->passed)
                print_message(assert);
        break;
    case CR_STATUS_SKIPPED: /* a filtered-out test is marked so too, but has no reason */
        if (test->message != NULL)
            count_skipped(test->message, 1);
        break;
    }
}

/* The records of one batch, read from the first to the last. */
typedef struct batch_count {
    size_t cases, begun, failed, skipped;
    const char *current;
    bool current_failed, ended;
} batch_count;

static void follow(batch_count *batch, const struct criterion_test_stats *test,
                   const struct criterion_assert_stats *assert)
{
    if (strcmp(assert->file, CASE_RECORD_FILE) != 0) {
        if (assert->passed)
            return;
        if (!batch->current_failed) {
            printf("failed: %s/%s: %s\n", test->test->category, test->test->name, batch->current);
            batch->failed++;
        }
        batch->current_failed = true;
        print_message(assert);
        return;
    }
    switch ((case_record)assert->line) {
    case CASE_COUNT: batch->cases = strtoul(assert->message, NULL, 10); break;
    case CASE_BEGINS:
        batch->begun++;
        batch->current = assert->message;
        batch->current_failed = false;
        break;
    case CASE_IS_SKIPPED:
        batch->skipped++;
        count_skipped(assert->message, 1);
        break;
    case CASES_END: batch->ended = true; break;
    }
}

/* Criterion keeps the last assertion first. */
static void follow_all(batch_count *batch, const struct criterion_test_stats *test,
                       const struct criterion_assert_stats *last)
{
    if (last == NULL)
        return;
    follow_all(batch, test, last->next);
    follow(batch, test, last);
}

/* What ended the batch happened in its current case, unless that failure has been counted already. */
static void count_batch(const struct criterion_test_stats *test)
{
    batch_count batch = {.current = ""};
    follow_all(&batch, test, test->asserts);
    if (!batch.ended && !batch.current_failed) {
        batch.failed++;
        print_failure(test, batch.current);
    }
    passed += batch.begun - batch.failed - batch.skipped;
    failed += batch.failed;
    if (batch.begun < batch.cases)
        count_skipped("not run, since an earlier case ended its batch", batch.cases - batch.begun);
}

static bool is_batch(const struct criterion_test_stats *test)
{
    for (const struct criterion_assert_stats *assert = test->asserts; assert != NULL; assert = assert->next)
        if (assert->passed && strcmp(assert->file, CASE_RECORD_FILE) == 0)
            return true;
    return false;
}

ReportHook(POST_ALL)(struct criterion_global_stats *all)
{
    printf("\n");
    for (const struct criterion_suite_stats *suite = all->suites; suite != NULL; suite = suite->next)
        for (const struct criterion_test_stats *test = suite->tests; test != NULL; test = test->next)
            is_batch(test) ? count_batch(test) : count_whole(test);
}

static void print_totals(void)
{
    size_t reasons = skip_reason_count + (skip_reasons[REASON_LIMIT - 1].count > 0);
    printf("run: %zu\nfailed: %zu\nskipped: %zu\n", passed + failed, failed, skipped);
    for (size_t i = 0; i < reasons; i++)
        printf("    %zu x %s\n", skip_reasons[i].count, skip_reasons[i].text);
    if (passed + failed + skipped == 0)
        printf("no test was selected\n");
    printf("%zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
}

int main(int argc, char *argv[])
{
    struct criterion_test_set *tests = criterion_initialize();
    int status = EXIT_SUCCESS;
    criterion_options.timeout = TIMEOUT_SECONDS;
    criterion_options.short_filename = true;
    if (criterion_handle_args(argc, argv, true)) {
        bool succeeded = criterion_run_all_tests(tests) != 0;
        print_totals();
        if (!succeeded || (failed > 0 && !criterion_options.always_succeed) || passed + failed + skipped == 0)
            status = EXIT_FAILURE;
    }
    criterion_finalize(tests);
    return status;
}
