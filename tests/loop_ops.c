/* Compiled once per build, as vec_ops.c is. Defines loop_ops_<build>. */
#include "loop_ops.h"

#include "loop/walk.h"

#define JOIN_EXPANDED(a, b) a##b
#define JOIN(a, b) JOIN_EXPANDED(a, b)
#define TEXT_EXPANDED(a) #a
#define TEXT(a) TEXT_EXPANDED(a)

_Static_assert(LOOP_CACHED + 0 == WALK_CACHED + 0 && LOOP_SIDE_BY_SIDE + 0 == WALK_ABREAST + 0 &&
                   LOOP_STREAM + 0 == WALK_STREAM + 0,
               "the walks of loop/walk.h");

VACT_INLINE vf line_at(const loop_operands *from, size_t i, size_t n)
{
    return vf_fma(vf_set1(from->params.v[0]), loop_argument(from->x + i, n), vf_set1(from->params.v[1]));
}

VACT_INLINE vf line_ordinary(vf x, const loop_operands *from, size_t i)
{
    return (void)i, vf_fma(vf_set1(from->params.v[0]), x, vf_set1(from->params.v[1]));
}

static void run(float *dst, const float *src, size_t n, float a, float b, loop_ops_walk walk)
{
    const loop_operands from = {.x = src, .params = {{a, b}}};
    const loop_operation line = {line_at, loop_element, line_ordinary, 0.0f, ACT_UNLIMITED, NULL, NULL};
    loop_walked(dst, &from, n, line, (loop_walk)walk);
}

static loop_ops_walk walk_of(const float *dst, const float *src, size_t n, size_t cache)
{
    return (loop_ops_walk)loop_walk_of(dst == src, n, cache);
}

extern const loop_ops JOIN(loop_ops_, VACT_BUILD);

const loop_ops JOIN(loop_ops_, VACT_BUILD) = {
    TEXT(VACT_BUILD), VF_STREAMS, LOOP_LINE, LOOP_SHORTEST, (size_t)LOOP_ABREAST *LOOP_LONGEST_RUN, run, walk_of,
};
