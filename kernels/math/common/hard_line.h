/*
 * The line alpha*x + beta of hard_swish with parameters of the caller, times `one`: 2^64 where neither parameter is as
 * large as 2^60, so that no line that counts is subnormal.
 */
#ifndef VACT_MATH_COMMON_HARD_LINE_H
#define VACT_MATH_COMMON_HARD_LINE_H

#include "act/plain/hard_sigmoid.h"

/* These parameters stand for the exact 1/6 and 1/2. */
VACT_INLINE int hard_swish_usual(const vact_params_f32 *params)
{
    return params->v[0] == 0x1.555556p-3f && params->v[1] == 0.5f;
}

typedef struct {
    float alpha, beta, one, inverse; /* alpha and beta times one; 1/one */
} hard_line;

VACT_INLINE hard_line hard_line_of(const vact_params_f32 *params)
{
    const float alpha = params->v[0], beta = params->v[1];
    const int usual = __builtin_fabsf(alpha) < 0x1p+60f && __builtin_fabsf(beta) < 0x1p+60f;
    const float one = usual ? 0x1p+64f : 1.0f;
    return (hard_line){alpha * one, beta * one, one, usual ? 0x1p-64f : 1.0f};
}

/* x, bounded where the line is far beyond 0 or 1, or does not depend on it. */
VACT_INLINE vf hard_line_bounded(vf x, hard_line line)
{
    const vact_params_f32 params = {{line.alpha, line.beta}};
    vf bound = hard_sigmoid_bound(&params);
    return vf_min(bound, vf_max(vf_neg(bound), x));
}

#endif
