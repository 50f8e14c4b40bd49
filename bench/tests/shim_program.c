/* A program as another project would write it on the shim; test_bench.c looks at its reports. With --lines as its own
 * argument it prints them itself. */
#include <stdio.h>
#include <string.h>

#include "shim.h"

static void empty_loop(bm_state *state, void *user)
{
    int64_t *sum = user;
    while (bm_keep_running(state))
        *sum += bm_arg(state, 0) * bm_arg(state, 1);
    bm_counter(state, "counted", (double)bm_iterations(state), BM_PER_ITERATION);
}

/* Reports 100 microseconds for a turn of 100 iterations. */
static void manual(bm_state *state, void *user)
{
    (void)user;
    while (bm_keep_running_batch(state, 100))
        bm_iteration_time(state, 100e-6);
    bm_counter(state, "plain", 2.5, BM_PLAIN);
    bm_counter(state, "rate", 4.0, BM_ITERATION_RATE);
    bm_counter(state, "inverse", 4.0, BM_INVERT);
    bm_counter(state, "zero", 0.0, BM_PLAIN);
    bm_bytes_processed(state, bm_iterations(state) * 8);
    bm_items_processed(state, bm_iterations(state));
    bm_label(state, "a label");
}

static void skipped(bm_state *state, void *user) { bm_skip(state, user); }

static void with_pause(bm_state *state, void *user)
{
    (void)user;
    while (bm_keep_running(state)) {
        bm_pause(state);
        bm_resume(state);
    }
}

static void print_lines(const bm_result *results, size_t count, void *user)
{
    for (size_t i = 0; i < count; i++) {
        printf("%s%s|%s|%.3g|%s|%s|", (const char *)user, results[i].name,
               results[i].aggregate != NULL ? results[i].aggregate : "-", results[i].seconds, results[i].label,
               results[i].error != NULL ? results[i].error : "-");
        for (size_t k = 0; k < results[i].counter_count; k++)
            printf("%s=%.4g ", results[i].counters[k].name, results[i].counters[k].value);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"height", "width"};
    static const int64_t small[] = {2, 3};
    static char message[] = "says \"no\"";
    static char prefix[] = "> ";
    static int64_t sum;

    bm_initialize(&argc, argv, NULL);
    bool lines = argc == 2 && strcmp(argv[1], "--lines") == 0;
    if (!lines && bm_unrecognized(argc, argv))
        return 2;
    bm_context("purpose", "a test");

    bm_case *arguments = bm_register("arguments", empty_loop, &sum);
    bm_name_args(arguments, names, 2);
    bm_with_args(arguments, small, 2);
    bm_with_args(arguments, (const int64_t[]){4, 5}, 2);
    bm_use_manual_time(bm_register("manual", manual, NULL));
    bm_with_range(bm_register("range", with_pause, NULL), 8, 128);
    bm_with_steps(bm_register("steps", with_pause, NULL), 1, 5, 2);
    bm_register("skipped", skipped, message);
    return bm_run(lines ? print_lines : NULL, prefix) == 0;
}
