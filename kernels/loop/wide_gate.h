/* What gated units of floats in double lanes share: their parameters, and pairs gate, up. */
#ifndef VACT_LOOP_WIDE_GATE_H
#define VACT_LOOP_WIDE_GATE_H

#include "loop/f64.h"
#include "loop/wide.h"

VACT_INLINE act_params loop_wide_params(const vact_params_f32 *params)
{
    act_params own;
    for (size_t k = 0; k < sizeof own.v / sizeof own.v[0]; k++)
        own.v[k] = (double)params->v[k];
    return own;
}

enum { LOOP_PAIRS = 64 };

typedef struct {
    elem gate[LOOP_PAIRS], up[LOOP_PAIRS];
} loop_pairs;

/* The first of n pairs; returns how many. */
VACT_INLINE size_t loop_split_pairs(loop_pairs *to, const elem *src, size_t n)
{
    const size_t count = n < LOOP_PAIRS ? n : LOOP_PAIRS;
    for (size_t k = 0; k < count; k++) {
        to->gate[k] = src[2 * k];
        to->up[k] = src[2 * k + 1];
    }
    return count;
}

#endif
