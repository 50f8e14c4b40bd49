#include "measure.h"

#include <stdint.h>

/* Google Benchmark may ask for one iteration only: that runs a few turns, so that there is a middle. */
enum { TURNS = 3 };

outcome measure(bm_state *state, contest *among)
{
    contest_begin(among);
    while (bm_keep_running_batch(state, (int64_t)among->contenders[0].calls * TURNS))
        bm_iteration_time(state, contest_turns(among, TURNS));
    return contest_outcome(among);
}
