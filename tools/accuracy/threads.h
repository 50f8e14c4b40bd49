/* The whole job of `vact accuracy`, on several threads. */
#ifndef VACT_TOOLS_ACCURACY_THREADS_H
#define VACT_TOOLS_ACCURACY_THREADS_H

#include "sweep.h"

/*
 * The whole job with the oracle. tallies holds target_count * build_count values, a target's builds side by
 * side. False where it was stopped or lacks the memory or the threads, which it then says.
 */
bool accuracy_sweep(const accuracy_job *job, accuracy_tally *tallies);

/* The results' hashes alone, without the oracle, of the first build only: target_count times the shard's
 * blocks. */
bool accuracy_sweep_digests(const accuracy_job *job, uint64_t *digests);

#endif
