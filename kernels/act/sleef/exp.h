/* exp: as in math/sleef/functions.h. */
#ifndef VACT_ACT_SLEEF_EXP_H
#define VACT_ACT_SLEEF_EXP_H

#include "math/sleef/functions.h"

VACT_INLINE vf exp_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_exp(x);
}

#endif
