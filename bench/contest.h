/*
 * Times one function against others: all of them in turn, again and again. Changes of the machine's speed (clock rate,
 * neighbours, interrupts) last longer than a turn, so they do not change the ratios. The benchmarks and `vact run`
 * measure in this way.
 */
#ifndef VACT_BENCH_CONTEST_H
#define VACT_BENCH_CONTEST_H

#include <stdbool.h>
#include <stddef.h>

enum { CONTENDERS = 4 };

/* Does its work `calls` times. */
typedef void contender_fn(const void *work, size_t calls);

typedef struct contender {
    contender_fn *run;
    const void *work;
    size_t calls; /* the number in a slice of time; 0: contest_begin finds it */
} contender;

/* Moves the works to another part of memory. */
typedef void contest_move_fn(void *user, size_t place);

typedef struct contest {
    contender contenders[CONTENDERS];
    size_t count;
    bool warm;     /* the arrays fit into a cache: each slice first brings them there; else a slice is one call */
    bool cpu_time; /* of this thread: other threads on the core do not count; reading it costs ten times as much as the
                    * clock */
    contest_move_fn *move; /* called every few turns, since speed depends on the pages of an array; or null */
    void *user;
} contest;

typedef struct outcome {
    double seconds[CONTENDERS]; /* per call, the mean of the middle half of all turns */
    double ratio[CONTENDERS];   /* the first one's time to this one's in the same turn, likewise */
} outcome;

/* There is one contest at a time: each of these goes on with the one that began last. */
void contest_begin(contest *among);

/* A slice of each, so many times. Returns the seconds of the first one's slices. */
double contest_turns(contest *among, size_t turns);

/* Of all turns so far, or of the last 8192. */
outcome contest_outcome(const contest *among);

/* Half the distance of the quartiles of one's time to its own in the next turn: how far the machine changes in a turn.
 * 0 for less than two turns. */
double contest_spread(size_t one);

/* Begins; then rounds of turns, each with every order once: at least so many, for at least so many seconds. */
outcome contest_rounds(contest *among, size_t rounds, double seconds);

#endif
