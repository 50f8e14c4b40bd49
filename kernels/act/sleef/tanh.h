/* tanh: as in math/sleef/functions.h. */
#ifndef VACT_ACT_SLEEF_TANH_H
#define VACT_ACT_SLEEF_TANH_H

#include "math/common/pair.h"
#include "math/sleef/functions.h"

VACT_INLINE vf tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_tanh(x);
}

/* The same as a hi/lo pair, for gated units; x >= 0. */
VACT_INLINE vf_pair tanh_pair(vf x) { return (vf_pair){math_tanh(x), vf_set1(0.0f)}; }

#endif
