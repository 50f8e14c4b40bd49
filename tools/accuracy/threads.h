/* The whole job of `vact accuracy`, on several threads. */
#ifndef VACT_TOOLS_ACCURACY_THREADS_H
#define VACT_TOOLS_ACCURACY_THREADS_H

#include "sweep.h"

/*
 * The whole job with the oracle. tallies has target_count * build_count elements, ordered by target, then build. False
 * where it was stopped, or, with a message, without memory or threads.
 */
bool accuracy_sweep(const accuracy_job *job, accuracy_tally *tallies);

/* Only the hashes of the first build's results, without the oracle: one per target and block of the shard. */
bool accuracy_sweep_digests(const accuracy_job *job, uint64_t *digests);

#endif
