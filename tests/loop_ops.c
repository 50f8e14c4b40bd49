/* Compiled once per build, as vec_ops.c is. Defines loop_ops_<build>. */
#include "loop_ops.h"

#include "elem/f32.h"

#include "abi.h"
#include "loop/names.h"
#include "loop/sum.h"
#include "loop/walk.h"

#define VACT_SET test
#define TEXT_EXPANDED(a) #a
#define TEXT(a) TEXT_EXPANDED(a)

/* a*x + b, as an activation of two parameters. */
VACT_INLINE vf line_forward(vf x, const vact_params_f32 *params)
{
    return vf_fma(vf_set1(params->v[0]), x, vf_set1(params->v[1]));
}

#define OP line
#define OP_DEFAULTS 0.0f
#include "loop/unary.inc.h"

static loop_walk walks[LOOP_WALKS] = {WALK_CACHED, WALK_ABREAST, WALK_STREAM};

static void run(float *dst, const float *src, size_t n, float a, float b, loop_ops_walk walk)
{
    const loop_operands from = {.dst = dst, .x = src, .params = {{a, b}}};
    loop_walked(&from, n, VF_STREAMS ? walks[walk] : WALK_CACHED, line_unary_fours, line_unary_rest);
}

static loop_ops_walk walk_of(const float *dst, const float *src, size_t n, size_t cache)
{
    switch (loop_walk_of(dst == src, n, cache)) {
    case WALK_ABREAST: return LOOP_ABREAST;
    case WALK_STREAM: return LOOP_STREAM;
    default: return LOOP_CACHED;
    }
}

static double long_sum(float hi, float lo, size_t blocks)
{
    const vf_pair block = {vf_set1(hi), vf_set1(lo)};
    sum_long sum = {block.hi, block.lo, vf_set1(0.0f)};
    for (size_t i = 1; i < blocks; i++)
        sum_long_add(&sum, block);
    const vf_pair pair = sum_long_pair(sum);
    return sum_total(sum_first_lane(pair.hi), sum_first_lane(pair.lo));
}

extern const loop_ops JOIN(loop_ops, VACT_BUILD);

const loop_ops JOIN(loop_ops, VACT_BUILD) = {
    TEXT(VACT_BUILD), VF_STREAMS, LOOP_LINE, LOOP_SHORTEST, (size_t)LOOP_RUNS *LOOP_LONGEST_RUN, run, walk_of, long_sum,
};
