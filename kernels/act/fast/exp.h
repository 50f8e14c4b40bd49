/* exp: the math layer's own. */
#ifndef VACT_ACT_FAST_EXP_H
#define VACT_ACT_FAST_EXP_H

#include "math/fast/exp.h"

VACT_INLINE vf exp_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_exp(x);
}

#endif
