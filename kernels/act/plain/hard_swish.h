/*
 * hard_swish: x*clamp(x + 3, 0, 6)/6; -0 for x <= -3. The share, clamp(x + 3, 0, 6)/6, is rounded once and its product
 * with x once more. Plain arithmetic has an error of 10^5 ULP near -3.
 *
 * Largest error 1.4923 ULP, at 0x1.fe0cp-10.
 */
#ifndef VACT_ACT_PLAIN_HARD_SWISH_H
#define VACT_ACT_PLAIN_HARD_SWISH_H

#include "act/plain/hard_sigmoid6.h"

VACT_INLINE vf hard_swish_forward(vf x, const vact_params_f32 *params)
{
    return vf_mul(vf_max(vf_set1(-3.0f), x), hard_sigmoid6_forward(x, params)); /* -3*0 for -inf */
}

#endif
