#include "contest.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* A clock costs a few dozen nanoseconds, or hundreds; a slice is this much longer. */
static const double SLICE_SECONDS = 20e-6;
static const double SLICE_CLOCKS = 400.0;

enum { TURNS_IN_PLACE = CONTENDERS, MOST_CALLS = 1 << 24, KEPT_TURNS = 1 << 13 };

static clockid_t timer = CLOCK_MONOTONIC;

static double now(void)
{
    struct timespec time;
    clock_gettime(timer, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double slice_seconds(void)
{
    static double seconds;
    if (seconds == 0.0) {
        static const int READINGS = 1000;
        double start = now();
        double last = start;
        for (int i = 0; i < READINGS; i++)
            last = now();
        seconds = fmax(SLICE_SECONDS, SLICE_CLOCKS * (last - start) / READINGS);
    }
    return seconds;
}

static double time_calls(const contender *one, size_t calls)
{
    double start = now();
    one->run(one->work, calls);
    return now() - start;
}

/* The number of calls in a slice, from the shortest of some trials: an interruption looks like slow calls. */
static size_t find_calls(const contender *one)
{
    enum { TRIALS = 3 };
    double slice = slice_seconds();
    for (size_t calls = 1; calls < MOST_CALLS; calls *= 2) {
        double seconds = time_calls(one, calls);
        for (int i = 1; i < TRIALS; i++)
            seconds = fmin(seconds, time_calls(one, calls));
        if (seconds >= slice)
            return calls;
        if (seconds >= slice / 4) {
            double needed = ceil(slice / seconds * (double)calls);
            return (size_t)needed;
        }
    }
    return MOST_CALLS;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The mean of the middle half, as robust to interruptions as the median. Where a function has two speeds (7 or 8 cycles
 * for 16 elements, depending on addresses and predictors) it changes gradually with their shares, while a median jumps
 * from one to the other. Reorders the values. 0 for none. */
static double midmean(double *values, size_t count)
{
    size_t cut = (count + 1) / 4;
    double sum = 0.0;
    if (count == 0)
        return 0.0;
    qsort(values, count, sizeof *values, by_value);
    for (size_t i = cut; i < count - cut; i++)
        sum += values[i];
    return sum / (double)(count - 2 * cut);
}

/* Seconds of a call in the last turns, by contender. */
static double seconds_kept[CONTENDERS][KEPT_TURNS];
static size_t turns_taken;

/* Every order takes a turn, so that what one leaves in the caches does not always meet the same other. */
static void order_of(size_t number, size_t count, size_t order[CONTENDERS])
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t left = count; left > 1; left--) {
        size_t drawn = number % left, last = order[left - 1];
        order[left - 1] = order[drawn];
        order[drawn] = last;
        number /= left;
    }
}

/* One slice of each. Returns the time of the first one's slice. */
static double turn(const contest *among)
{
    size_t order[CONTENDERS], number = turns_taken++;
    double first = 0.0;
    if (among->move != NULL && number % TURNS_IN_PLACE == 0)
        among->move(among->user, number / TURNS_IN_PLACE);
    order_of(number, among->count, order);
    for (size_t i = 0; i < among->count; i++) {
        const contender *one = &among->contenders[order[i]];
        if (among->warm)
            one->run(one->work, one->calls / 8 + 1);
        double slice = time_calls(one, one->calls);
        seconds_kept[order[i]][number % KEPT_TURNS] = slice / (double)one->calls;
        if (order[i] == 0)
            first = slice;
    }
    return first;
}

void contest_begin(contest *among)
{
    timer = among->cpu_time ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    turns_taken = 0;
    if (among->move != NULL)
        among->move(among->user, 0);
    for (size_t i = 0; i < among->count; i++)
        if (among->contenders[i].calls == 0)
            among->contenders[i].calls = among->warm ? find_calls(&among->contenders[i]) : 1;
}

double contest_turns(contest *among, size_t turns)
{
    double seconds = 0.0;
    for (size_t i = 0; i < turns; i++)
        seconds += turn(among);
    return seconds;
}

outcome contest_outcome(const contest *among)
{
    static double values[KEPT_TURNS];
    size_t turns = turns_taken < KEPT_TURNS ? turns_taken : KEPT_TURNS;
    outcome result = {{0.0}, {0.0}};
    for (size_t i = 0; i < among->count; i++) {
        for (size_t t = 0; t < turns; t++)
            values[t] = seconds_kept[0][t] / seconds_kept[i][t];
        result.ratio[i] = midmean(values, turns);
        for (size_t t = 0; t < turns; t++)
            values[t] = seconds_kept[i][t];
        result.seconds[i] = midmean(values, turns);
    }
    return result;
}

double contest_spread(size_t one)
{
    static double values[KEPT_TURNS];
    size_t turns = turns_taken < KEPT_TURNS ? turns_taken : KEPT_TURNS;
    if (turns < 2)
        return 0.0;
    for (size_t t = 0; t < turns - 1; t++)
        values[t] = seconds_kept[one][t] / seconds_kept[one][t + 1];
    midmean(values, turns - 1); /* sorts them */
    size_t cut = turns / 4;
    return 0.5 * (values[turns - 2 - cut] - values[cut]);
}

outcome contest_rounds(contest *among, size_t rounds, double seconds)
{
    size_t orders = 1;
    for (size_t i = 2; i <= among->count; i++)
        orders *= i;
    contest_begin(among);
    double start = now();
    while (turns_taken < rounds * orders || now() - start < seconds)
        contest_turns(among, orders);
    return contest_outcome(among);
}
