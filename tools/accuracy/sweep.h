/* The engine of `vact accuracy`: a block of bit patterns through every build of an operation. */
#ifndef VACT_TOOLS_ACCURACY_SWEEP_H
#define VACT_TOOLS_ACCURACY_SWEEP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/table.h"
#include "target.h"

enum {
    ACCURACY_BLOCK_BITS = 20, /* a block is 2^20 bit patterns: the unit of work, of a shard and of a digest */
    ACCURACY_BLOCKS = 1 << (32 - ACCURACY_BLOCK_BITS),
    ACCURACY_CHUNK = 4096, /* results at a time, so that inputs, results and exact values stay in cache */
    ACCURACY_MOST_BUILDS = 8
};

typedef struct accuracy_job {
    const accuracy_target *targets; /* unary operations and prelu */
    size_t target_count;
    const vacti_table *tables[ACCURACY_MOST_BUILDS];
    size_t build_count;
    size_t reference; /* the build whose bits the others are compared with */
    uint32_t stride;
    uint32_t shard; /* 1 to shard_count */
    uint32_t shard_count;
    unsigned threads;
    bool quiet;
} accuracy_job;

/* What a build did over the inputs of a shard. */
typedef struct accuracy_tally {
    uint64_t inputs;
    uint64_t misrounded; /* other bits than the correctly rounded result's; of a gradient also an error above 0.5 */
    uint64_t failures;   /* infinite errors: NaN, an infinity or a zero's sign where they are wrong */
    uint64_t differing;  /* other bits than the reference build's */
    uint64_t falls;      /* of a rising operation: inputs whose result is smaller than that of the input before them */
    uint64_t bits;       /* equal for equal results, however the work was split: a sum over the blocks */
    double max_error;    /* in ULP */
    uint32_t max_input;  /* the smallest bit pattern that shows max_error; meaningless where that is 0 */
    uint32_t first_differing;
} accuracy_tally;

/* Set from a signal handler: the engine then gives up within a chunk. */
extern atomic_bool accuracy_stop;

/* The blocks of a shard: [*first, the result). */
uint32_t accuracy_shard_blocks(uint32_t shard, uint32_t shard_count, uint32_t *first);

/* The dy, besides 1, that a gradient is tried with at an input: of either sign, in [2^-40, 2^40), any of 2^32. */
float accuracy_random_dy(uint32_t input);

/* What a thread needs for its blocks; null where there is no memory, to be freed by free. */
typedef struct accuracy_buffers accuracy_buffers;
accuracy_buffers *accuracy_buffers_new(void);

/* One block of one target with the oracle, added to its tallies (one per build), which the lock guards; and the hash of
 * its results by the first build alone. */
void accuracy_sweep_block(const accuracy_job *job, const accuracy_target *target, uint32_t block,
                          accuracy_buffers *buffers, accuracy_tally *tallies, pthread_mutex_t *lock);
uint64_t accuracy_digest_block(const accuracy_job *job, const accuracy_target *target, uint32_t block,
                               accuracy_buffers *buffers);

/* Takes `error` into a maximum that does not depend on the order in which inputs are met. */
void accuracy_take_max(double *max_error, uint32_t *max_input, double error, uint32_t input);

/* Whether an error lies beyond a bound, given that the oracle itself is right to about 2^-21 ULP: an error
 * of exactly half a spacing may come out as a hair more. A bound of 0 is kept to the letter. */
bool accuracy_beyond(double error, double bound);

#endif
