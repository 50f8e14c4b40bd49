/*
 * Times one function against others: all of them in turn, again and again, within one benchmark. Changes of the
 * machine's speed (clock rate, neighbours, interrupts) last longer than a turn, so they do not change the ratios.
 */
#ifndef VACT_BENCH_MEASURE_H
#define VACT_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim.h"

enum { CONTENDERS = 4 };

/* Does its work `calls` times. */
typedef void contender_fn(const void *work, size_t calls);

typedef struct contender {
    contender_fn *run;
    const void *work;
    size_t calls; /* the number in a slice of time; 0: measure() finds it */
} contender;

/* Moves the works to another part of memory. */
typedef void contest_move_fn(void *user, size_t place);

typedef struct contest {
    contender contenders[CONTENDERS]; /* the first is the one whose time Google Benchmark gets */
    size_t count;
    bool warm;     /* the arrays fit into a cache: each slice first brings them there; else a slice is one call */
    bool cpu_time; /* of this thread: other threads on the core do not count; reading it costs ten times as much as the
                    * clock */
    contest_move_fn *move; /* called every few turns, since speed depends on the pages of an array */
    void *user;
} contest;

typedef struct outcome {
    double seconds[CONTENDERS]; /* per call, the mean of the middle half of all turns */
    double ratio[CONTENDERS];   /* the first one's time to this one's in the same turn, likewise */
} outcome;

/* Runs the benchmark's loop; the benchmark is one of manual time, an iteration one call of the first contender. */
outcome measure(bm_state *state, contest *among);

/* Without Google Benchmark: rounds of turns, each with every order once; at least so many, and for at least so many
 * seconds. */
outcome measure_rounds(contest *among, size_t rounds, double seconds);

#endif
