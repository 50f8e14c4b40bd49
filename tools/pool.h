/*
 * Threads that take tasks from a counter, in groups: all tasks of the first group come first. Which thread takes which
 * task must not matter to the results.
 */
#ifndef VACT_TOOLS_POOL_H
#define VACT_TOOLS_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Set by a signal handler: no more tasks begin. */
extern atomic_bool vact_pool_stop;

typedef struct vact_pool {
    size_t groups, tasks; /* of each group */
    unsigned threads;
    bool quiet; /* no progress */
    void *context;
    void *(*scratch)(void); /* the buffers of a thread, null when out of memory; released with free */
    void (*run)(void *context, size_t group, size_t task, void *scratch);
    const char *(*name)(void *context, size_t group);
    /* Of each group in order once its tasks are done; never at the same time as another. `lines` is whether progress
     * goes to standard error as lines, `seconds` how long it took so far. */
    void (*finished)(void *context, size_t group, bool lines, double seconds);
} vact_pool;

/* All tasks. False where it was stopped, or, with a message, without memory or threads. */
bool vact_pool_run(const vact_pool *pool);

/* SIGINT and SIGTERM stop it; a second one ends the program as usual. RLIMIT_FSIZE becomes a write error. */
void vact_pool_catch_signals(void);

/* The exit status after a failure: where a signal was the reason, with a message, 128 and its number. */
int vact_pool_failure(void);

#endif
