/*
 * Runs every Criterion test of this program and ends with totals of its own, since Criterion's synthesis
 * leaves skipped tests out: what failed by name, what was skipped and why, and as the last line
 * "N passed, N failed, N skipped". Criterion's command line (--filter, --jobs, --verbose, ...) stays as it is.
 * Fails when a test fails and when no test was selected.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <criterion/options.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_LIMIT = 256 };
static const double TIMEOUT_SECONDS = 900.0; /* for a test that hangs; --timeout overrides it */

typedef struct reason {
    char text[256];
    size_t count;
} reason;

static reason skip_reasons[REASON_LIMIT]; /* the last one takes what no longer fits */
static size_t skip_reason_count;
static size_t passed, failed, skipped;

static void count_skipped(const char *text)
{
    skipped++;
    for (size_t i = 0; i < skip_reason_count; i++) {
        if (strcmp(skip_reasons[i].text, text) == 0) {
            skip_reasons[i].count++;
            return;
        }
    }
    if (skip_reason_count < REASON_LIMIT - 1)
        snprintf(skip_reasons[skip_reason_count].text, sizeof skip_reasons[0].text, "%s", text);
    else
        snprintf(skip_reasons[skip_reason_count].text, sizeof skip_reasons[0].text, "other reasons");
    skip_reasons[skip_reason_count].count++;
    if (skip_reason_count < REASON_LIMIT - 1)
        skip_reason_count++;
}

static void print_failure(const struct criterion_test_stats *test)
{
    const char *how = test->crashed ? "crashed" : test->timed_out ? "timed out" : "failed";
    printf("%s: %s/%s\n", how, test->test->category, test->test->name);
    for (const struct criterion_assert_stats *assert = test->asserts; assert != NULL; assert = assert->next)
        if (!assert->passed && assert->message != NULL)
            printf("    %s\n", assert->message);
}

/* A test that the filter left out is marked as skipped too, but has no reason. */
static void count_test(const struct criterion_test_stats *test)
{
    switch (test->test_status) {
    case CR_STATUS_PASSED: passed++; break;
    case CR_STATUS_FAILED:
        failed++;
        print_failure(test);
        break;
    case CR_STATUS_SKIPPED:
        if (test->message != NULL)
            count_skipped(test->message);
        break;
    }
}

ReportHook(POST_ALL)(struct criterion_global_stats *all)
{
    printf("\n");
    for (const struct criterion_suite_stats *suite = all->suites; suite != NULL; suite = suite->next)
        for (const struct criterion_test_stats *test = suite->tests; test != NULL; test = test->next)
            count_test(test);
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
