/* A contest as one benchmark of Google Benchmark. */
#ifndef VACT_BENCH_MEASURE_H
#define VACT_BENCH_MEASURE_H

#include "contest.h"
#include "shim.h"

/* Runs the benchmark's loop. The benchmark is one of manual time; an iteration is one call of the first contender. */
outcome measure(bm_state *state, contest *among);

#endif
