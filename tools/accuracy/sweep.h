/* The engine of `vact accuracy`: a block of bit patterns through every build of an operation. With vact_pool_stop it
 * stops within a chunk. */
#ifndef VACT_TOOLS_ACCURACY_SWEEP_H
#define VACT_TOOLS_ACCURACY_SWEEP_H

#include <pthread.h>
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
    uint64_t misrounded;   /* other bits than the correctly rounded result; of a gradient also an error above 0.5 */
    uint64_t failures;     /* infinite errors: NaN, an infinity or a zero's sign where they are wrong */
    uint64_t differing;    /* other bits than the reference build's */
    uint64_t order_errors; /* of an increasing operation: results smaller than that of the next smaller input */
    uint64_t bits;         /* a sum over the blocks, equal for equal results however the work was split */
    double max_error;      /* in ULP */
    uint32_t max_input;    /* the smallest bit pattern with max_error; meaningless where that is 0 */
    uint32_t first_differing;
} accuracy_tally;

/* The blocks of a shard: [*first, the result). */
uint32_t accuracy_shard_blocks(uint32_t shard, uint32_t shard_count, uint32_t *first);

/* The second dy, besides 1, with which a gradient is tried at an input: of either sign, in [2^-40, 2^40). */
float accuracy_random_dy(uint32_t input);

/* The buffers of a thread; null when out of memory; released with free. */
typedef struct accuracy_buffers accuracy_buffers;
accuracy_buffers *accuracy_buffers_new(void);

/* One block of one target: with the oracle, added to its tallies (one per build), which the lock guards; or, without
 * it, the hash of the first build's results. */
void accuracy_sweep_block(const accuracy_job *job, const accuracy_target *target, uint32_t block,
                          accuracy_buffers *buffers, accuracy_tally *tallies, pthread_mutex_t *lock);
uint64_t accuracy_digest_block(const accuracy_job *job, const accuracy_target *target, uint32_t block,
                               accuracy_buffers *buffers);

/* A table's kernel of the target. Only gradients use dy. */
void accuracy_run_kernel(const vacti_table *table, const accuracy_target *target, float *results, const float *inputs,
                         const float *dy, size_t count);

/* Updates a maximum so that it does not depend on the order of the inputs. */
void accuracy_take_max(double *max_error, uint32_t *max_input, double error, uint32_t input);

/* Whether an error exceeds a bound. The oracle is accurate to about 2^-21 ULP, so an error of exactly half a spacing
 * may come out slightly larger: it passes. A bound of 0 is exact. */
bool accuracy_beyond(double error, double bound);

#endif
