#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* A clock costs a few dozen nanoseconds, or hundreds; a slice is this much longer. */
static const double SLICE_SECONDS = 20e-6;
static const double SLICE_CLOCKS = 400.0;

/* Google Benchmark may ask for one iteration only: that runs a few turns, so that there is a middle. */
enum { TURNS = 3, TURNS_IN_PLACE = CONTENDERS, MOST_CALLS = 1 << 24, KEPT_TURNS = 1 << 13 };

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

/* The last turns of the loop, by contender. */
static double seconds_kept[CONTENDERS][KEPT_TURNS];
static double ratios_kept[CONTENDERS][KEPT_TURNS];

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
static double turn(const contest *among, size_t number)
{
    size_t order[CONTENDERS];
    double slices[CONTENDERS] = {0.0};
    double *per_call[CONTENDERS] = {NULL};
    size_t kept = number % KEPT_TURNS;
    if (number % TURNS_IN_PLACE == 0)
        among->move(among->user, number / TURNS_IN_PLACE);
    order_of(number, among->count, order);
    for (size_t i = 0; i < among->count; i++) {
        size_t who = order[i];
        const contender *one = &among->contenders[who];
        if (among->warm)
            one->run(one->work, one->calls / 8 + 1);
        slices[who] = time_calls(one, one->calls);
        per_call[who] = &seconds_kept[who][kept];
        *per_call[who] = slices[who] / (double)one->calls;
    }
    for (size_t i = 0; i < among->count; i++)
        ratios_kept[i][kept] = *per_call[0] / *per_call[i];
    return slices[0];
}

static void prepare(contest *among)
{
    timer = among->cpu_time ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    among->move(among->user, 0);
    for (size_t i = 0; i < among->count; i++)
        if (among->contenders[i].calls == 0)
            among->contenders[i].calls = among->warm ? find_calls(&among->contenders[i]) : 1;
}

static outcome outcome_of(const contest *among, size_t turns)
{
    outcome result = {{0.0}, {0.0}};
    size_t kept = turns < KEPT_TURNS ? turns : KEPT_TURNS;
    for (size_t i = 0; i < among->count; i++) {
        result.seconds[i] = midmean(seconds_kept[i], kept);
        result.ratio[i] = midmean(ratios_kept[i], kept);
    }
    return result;
}

outcome measure(bm_state *state, contest *among)
{
    size_t turns = 0;
    prepare(among);
    while (bm_keep_running_batch(state, (int64_t)among->contenders[0].calls * TURNS)) {
        double seconds = 0.0;
        for (int i = 0; i < TURNS; i++)
            seconds += turn(among, turns++);
        bm_iteration_time(state, seconds);
    }
    return outcome_of(among, turns);
}

outcome measure_rounds(contest *among, size_t rounds, double seconds)
{
    size_t orders = 1, turns = 0;
    for (size_t i = 2; i <= among->count; i++)
        orders *= i;
    prepare(among);
    double start = now();
    while (turns < rounds * orders || now() - start < seconds)
        for (size_t i = 0; i < orders; i++)
            turn(among, turns++);
    return outcome_of(among, turns);
}
