/* The blocks of `vact accuracy` on several threads. */
#include "threads.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tools/pool.h"
#include "tools/tool.h"

typedef struct sweep {
    const accuracy_job *job;
    accuracy_tally *tallies; /* null for digests alone */
    uint64_t *digests;       /* null otherwise */
    uint32_t first_block;
    uint32_t block_count;
    pthread_mutex_t lock; /* guards the tallies */
} sweep;

static void *new_buffers(void) { return accuracy_buffers_new(); }

static void run_block(void *context, size_t index, size_t task, void *buffers)
{
    sweep *s = context;
    const accuracy_target *target = &s->job->targets[index];
    const uint32_t block = s->first_block + (uint32_t)task;
    if (s->digests != NULL)
        s->digests[index * s->block_count + task] = accuracy_digest_block(s->job, target, block, buffers);
    else
        accuracy_sweep_block(s->job, target, block, buffers, s->tallies + index * s->job->build_count, &s->lock);
}

static const char *name_of(void *context, size_t target)
{
    return ((const sweep *)context)->job->targets[target].info->name;
}

static void report_finished(void *context, size_t target, bool lines, double seconds)
{
    sweep *s = context;
    if (!lines)
        return;
    if (s->digests != NULL) {
        fprintf(stderr, "%s: %s done, %.1f s so far\n", vact_tool_name, name_of(s, target), seconds);
        return;
    }
    pthread_mutex_lock(&s->lock);
    const double error = s->tallies[target * s->job->build_count + s->job->reference].max_error;
    pthread_mutex_unlock(&s->lock);
    fprintf(stderr, "%s: %s done, largest error %.4f ULP, %.1f s so far\n", vact_tool_name, name_of(s, target), error,
            seconds);
}

static bool run_sweep(const accuracy_job *job, accuracy_tally *tallies, uint64_t *digests)
{
    sweep s = {.job = job, .tallies = tallies, .digests = digests};
    s.block_count = accuracy_shard_blocks(job->shard, job->shard_count, &s.first_block);
    const vact_pool pool = {job->target_count, s.block_count, job->threads, job->quiet,     &s,
                            new_buffers,       run_block,     name_of,      report_finished};
    pthread_mutex_init(&s.lock, NULL);
    const bool complete = vact_pool_run(&pool);
    pthread_mutex_destroy(&s.lock);
    return complete;
}

bool accuracy_sweep(const accuracy_job *job, accuracy_tally *tallies)
{
    memset(tallies, 0, job->target_count * job->build_count * sizeof *tallies);
    return run_sweep(job, tallies, NULL);
}

bool accuracy_sweep_digests(const accuracy_job *job, uint64_t *digests) { return run_sweep(job, NULL, digests); }
