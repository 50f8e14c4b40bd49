/*
 * Google Benchmark for C programs. Nothing here knows what is measured: shim.h, shim.cc and Google Benchmark 1.7 or
 * newer are all that another project needs.
 *
 *   static void work(bm_state *state, void *user)
 *   {
 *       while (bm_keep_running(state))
 *           do_it(user, bm_arg(state, 0));
 *   }
 *
 *   int main(int argc, char **argv)
 *   {
 *       bm_initialize(&argc, argv, NULL);
 *       if (bm_unrecognized(argc, argv))
 *           return 2;
 *       bm_with_range(bm_register("work", work, NULL), 8, 4096);
 *       return bm_run(NULL, NULL) == 0;
 *   }
 *
 * Google Benchmark's flags (--benchmark_filter, --benchmark_format, --benchmark_repetitions, ...) keep their meaning.
 * Strings are copied unless said otherwise. Not for use from several threads.
 */
#ifndef BM_SHIM_H
#define BM_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --------------------------------------------------------------------------------------- a program's frame */

/* Removes Google Benchmark's flags from the arguments; later ones override earlier ones. --help prints what `help`
 * prints (null: Google Benchmark's own text) and ends the program. */
void bm_initialize(int *argc, char **argv, void (*help)(void));

/* Prints Google Benchmark's text about its flags. */
void bm_help(void);

/* Whether arguments are left after argv[0]; each is named on standard error. */
bool bm_unrecognized(int argc, char **argv);

/* A line of the context that every report begins with. */
void bm_context(const char *key, const char *value);

typedef struct bm_value {
    const char *name;
    double value;
} bm_value;

/* One line of a report. */
typedef struct bm_result {
    const char *name;      /* without the suffixes that Google Benchmark appends for the kind of timing */
    const char *aggregate; /* "mean", "median", "stddev", "cv", ...; null for a measurement itself */
    const char *label;     /* "" where none was set */
    const char *error;     /* the message of bm_skip; null where not skipped */
    double seconds;        /* per iteration; for "cv" the bare ratio */
    int64_t iterations;
    int64_t repetitions;
    const bm_value *counters; /* by name; rates already divided; for "cv" bare ratios */
    size_t counter_count;
} bm_result;

/* Receives the measurements of one benchmark or, after them, its aggregates (none for fewer than two repetitions). The
 * data are valid during the call only. */
typedef void bm_report(const bm_result *results, size_t count, void *user);

/* Runs the benchmarks that the filter selects and returns their number. Reports go to `report`, or, if that is null, to
 * Google Benchmark's own reporter (--benchmark_format). --benchmark_out works with both. */
size_t bm_run(bm_report *report, void *user);

/* ------------------------------------------------------------------------------------------- registration */

typedef struct bm_state bm_state;
typedef struct bm_case bm_case; /* a registered benchmark */
typedef void bm_function(bm_state *state, void *user);

/* `user` is passed on. The function is called several times per benchmark, until the measurement is long enough. */
bm_case *bm_register(const char *name, bm_function *function, void *user);

/* Each call adds runs of the benchmark with these arguments: one with several arguments, one per value of a geometric
 * range (powers of 8, both ends included), one per value of an arithmetic range. */
void bm_with_args(bm_case *to, const int64_t *values, size_t count);
void bm_with_range(bm_case *to, int64_t low, int64_t high);
void bm_with_steps(bm_case *to, int64_t low, int64_t high, int64_t step);

/* Names for the arguments: "/n:16" instead of "/16". */
void bm_name_args(bm_case *to, const char *const *names, size_t count);

/* The time is what bm_iteration_time says, not what Google Benchmark measures. */
void bm_use_manual_time(bm_case *to);

/* ----------------------------------------------------------------------------------- inside of a benchmark */

/* The measured loop: `while (bm_keep_running(state))`, or the same with several iterations per turn. Every benchmark
 * that does not skip runs one such loop to its end. */
bool bm_keep_running(bm_state *state);
bool bm_keep_running_batch(bm_state *state, int64_t iterations);

void bm_pause(bm_state *state);
void bm_resume(bm_state *state);

/* Called once per turn of the loop: the time of all its iterations. */
void bm_iteration_time(bm_state *state, double seconds);

int64_t bm_arg(const bm_state *state, size_t index);

/* Iterations done so far; all of them after the loop. */
int64_t bm_iterations(const bm_state *state);

enum {
    BM_PLAIN = 0,              /* the value itself */
    BM_RATE = 1,               /* divided by the time */
    BM_PER_ITERATION = 2,      /* divided by the iterations */
    BM_TIMES_ITERATIONS = 4,   /* multiplied by the iterations */
    BM_INVERT = 8,             /* the reciprocal, after all else */
    BM_ITERATION_RATE = 1 | 4, /* a value per iteration as a rate */
    BM_BASE_1024 = 16          /* shown in Ki, Mi, Gi */
};

void bm_counter(bm_state *state, const char *name, double value, unsigned flags);

/* Totals over the loop; shown as bytes_per_second and items_per_second. */
void bm_bytes_processed(bm_state *state, int64_t bytes);
void bm_items_processed(bm_state *state, int64_t items);

void bm_label(bm_state *state, const char *label);

/* The report shows the message instead of figures. Return, or leave the loop, after it. */
void bm_skip(bm_state *state, const char *message);

#ifdef __cplusplus
}
#endif

#endif
