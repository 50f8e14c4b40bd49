/*
 * The threads of `vact accuracy` take blocks from a counter. The results do not depend on which thread took which
 * block, or when.
 */
#include "threads.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "progress.h"
#include "tools/tool.h"

typedef struct sweep {
    const accuracy_job *job;
    accuracy_tally *tallies; /* null for digests alone */
    uint64_t *digests;       /* null otherwise */
    uint32_t first_block;
    uint32_t block_count;
    atomic_size_t next;   /* task = target * block_count + block: operations finish in order */
    pthread_mutex_t lock; /* guards all below and the tallies */
    pthread_cond_t changed;
    size_t done;
    uint32_t *blocks_left; /* per target */
    unsigned running;
    bool out_of_memory;
} sweep;

static void *work(void *argument)
{
    sweep *s = argument;
    size_t tasks = s->job->target_count * s->block_count;
    accuracy_buffers *b = accuracy_buffers_new();
    while (b != NULL && !accuracy_stop) {
        size_t task = atomic_fetch_add(&s->next, 1);
        if (task >= tasks)
            break;
        size_t index = task / s->block_count;
        uint32_t block = s->first_block + (uint32_t)(task % s->block_count);
        const accuracy_target *target = &s->job->targets[index];
        if (s->digests != NULL)
            s->digests[task] = accuracy_digest_block(s->job, target, block, b);
        else
            accuracy_sweep_block(s->job, target, block, b, s->tallies + index * s->job->build_count, &s->lock);
        pthread_mutex_lock(&s->lock);
        s->done++;
        if (--s->blocks_left[index] == 0)
            pthread_cond_signal(&s->changed);
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_lock(&s->lock);
    s->out_of_memory |= b == NULL;
    s->running--;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    free(b);
    return NULL;
}

static void report_finished(const sweep *s, size_t target, double seconds)
{
    const char *name = s->job->targets[target].info->name;
    if (s->digests != NULL) {
        fprintf(stderr, "%s: %s done, %.1f s so far\n", vact_tool_name, name, seconds);
        return;
    }
    const accuracy_tally *tally = &s->tallies[target * s->job->build_count + s->job->reference];
    fprintf(stderr, "%s: %s done, largest error %.4f ULP, %.1f s so far\n", vact_tool_name, name, tally->max_error,
            seconds);
}

/* Waits for the threads and shows their progress. Called with the lock held. */
static void watch(sweep *s)
{
    const accuracy_job *job = s->job;
    accuracy_progress progress = accuracy_progress_start(job->quiet);
    size_t tasks = job->target_count * s->block_count;
    size_t finished = 0;
    for (;;) {
        for (; finished < job->target_count && s->blocks_left[finished] == 0 && !accuracy_stop; finished++)
            if (progress.lines)
                report_finished(s, finished, accuracy_seconds() - progress.started);
        if (s->running == 0)
            break;
        size_t current = finished < job->target_count ? finished : job->target_count - 1;
        accuracy_progress_draw(&progress, job->targets[current].info->name, (double)s->done / (double)tasks);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 200000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&s->changed, &s->lock, &until);
    }
    accuracy_progress_clear(&progress);
}

static bool run_threads(sweep *s)
{
    unsigned wanted = s->job->threads;
    pthread_t *threads = calloc(wanted, sizeof *threads);
    if (threads == NULL) {
        vact_tool_fail("threads", "out of memory");
        return false;
    }
    unsigned started = 0;
    int error = 0;
    pthread_mutex_lock(&s->lock);
    for (; started < wanted; started++) {
        error = pthread_create(&threads[started], NULL, work, s);
        if (error != 0)
            break;
        s->running++;
    }
    watch(s);
    pthread_mutex_unlock(&s->lock);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);

    /* Fewer threads than wanted do all the work too. */
    if (s->done < s->job->target_count * s->block_count && !accuracy_stop) {
        vact_tool_fail("threads", "%s", s->out_of_memory ? "out of memory" : strerror(error));
        return false;
    }
    return !accuracy_stop;
}

static bool run_sweep(const accuracy_job *job, accuracy_tally *tallies, uint64_t *digests)
{
    sweep s = {.job = job, .tallies = tallies, .digests = digests};
    s.block_count = accuracy_shard_blocks(job->shard, job->shard_count, &s.first_block);
    s.blocks_left = calloc(job->target_count, sizeof *s.blocks_left);
    if (s.blocks_left == NULL) {
        vact_tool_fail("threads", "out of memory");
        return false;
    }
    for (size_t i = 0; i < job->target_count; i++)
        s.blocks_left[i] = s.block_count;
    pthread_mutex_init(&s.lock, NULL);
    pthread_cond_init(&s.changed, NULL);
    bool complete = run_threads(&s);
    pthread_cond_destroy(&s.changed);
    pthread_mutex_destroy(&s.lock);
    free(s.blocks_left);
    return complete;
}

bool accuracy_sweep(const accuracy_job *job, accuracy_tally *tallies)
{
    memset(tallies, 0, job->target_count * job->build_count * sizeof *tallies);
    return run_sweep(job, tallies, NULL);
}

bool accuracy_sweep_digests(const accuracy_job *job, uint64_t *digests) { return run_sweep(job, NULL, digests); }
