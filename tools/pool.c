#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "accuracy/progress.h"
#include "tool.h"

atomic_bool vact_pool_stop;

typedef struct running {
    const vact_pool *pool;
    atomic_size_t next;   /* task = group * tasks + task of the group */
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    size_t done;
    size_t *left; /* tasks per group */
    unsigned threads;
    bool out_of_memory;
} running;

static void *work(void *argument)
{
    running *r = argument;
    const vact_pool *pool = r->pool;
    void *scratch = pool->scratch();
    while (scratch != NULL && !vact_pool_stop) {
        const size_t task = atomic_fetch_add(&r->next, 1), group = task / pool->tasks;
        if (group >= pool->groups)
            break;
        pool->run(pool->context, group, task % pool->tasks, scratch);
        pthread_mutex_lock(&r->lock);
        r->done++;
        if (--r->left[group] == 0)
            pthread_cond_signal(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
    pthread_mutex_lock(&r->lock);
    r->out_of_memory |= scratch == NULL;
    r->threads--;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    free(scratch);
    return NULL;
}

/* Waits for the threads and shows their progress. Called with the lock held. */
static void watch(running *r)
{
    const vact_pool *pool = r->pool;
    const accuracy_progress progress = accuracy_progress_start(pool->quiet);
    size_t finished = 0;
    for (;;) {
        for (; finished < pool->groups && r->left[finished] == 0 && !vact_pool_stop; finished++) {
            accuracy_progress_clear(&progress);
            pool->finished(pool->context, finished, progress.lines, accuracy_seconds() - progress.started);
        }
        if (r->threads == 0)
            break;
        const size_t current = finished < pool->groups ? finished : pool->groups - 1;
        accuracy_progress_draw(&progress, pool->name(pool->context, current),
                               (double)r->done / (double)(pool->groups * pool->tasks));
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 200000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    }
    accuracy_progress_clear(&progress);
}

static bool run_threads(running *r)
{
    const unsigned wanted = r->pool->threads;
    pthread_t *threads = calloc(wanted, sizeof *threads);
    if (threads == NULL) {
        vact_tool_fail("threads", "out of memory");
        return false;
    }
    unsigned started = 0;
    int error = 0;
    pthread_mutex_lock(&r->lock);
    for (; started < wanted; started++) {
        error = pthread_create(&threads[started], NULL, work, r);
        if (error != 0)
            break;
        r->threads++;
    }
    watch(r);
    pthread_mutex_unlock(&r->lock);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);

    /* Fewer threads than wanted do all the work too. */
    if (r->done < r->pool->groups * r->pool->tasks && !vact_pool_stop) {
        vact_tool_fail("threads", "%s", r->out_of_memory ? "out of memory" : strerror(error));
        return false;
    }
    return !vact_pool_stop;
}

bool vact_pool_run(const vact_pool *pool)
{
    running r = {.pool = pool, .left = calloc(pool->groups, sizeof *r.left)};
    if (r.left == NULL) {
        vact_tool_fail("threads", "out of memory");
        return false;
    }
    for (size_t i = 0; i < pool->groups; i++)
        r.left[i] = pool->tasks;
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.changed, NULL);
    const bool complete = run_threads(&r);
    pthread_cond_destroy(&r.changed);
    pthread_mutex_destroy(&r.lock);
    free(r.left);
    return complete;
}

static volatile sig_atomic_t caught_signal;

static void on_signal(int number)
{
    caught_signal = number;
    vact_pool_stop = true;
}

void vact_pool_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN);
}

int vact_pool_failure(void)
{
    if (caught_signal == 0)
        return VACT_TOOL_FAILURE;
    fprintf(stderr, "%s: interrupted; nothing was written\n", vact_tool_name);
    return 128 + (int)caught_signal;
}
