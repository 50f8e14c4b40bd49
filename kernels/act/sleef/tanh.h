/* tanh: as in math/sleef/functions.h. */
#ifndef VACT_ACT_SLEEF_TANH_H
#define VACT_ACT_SLEEF_TANH_H

#include "math/sleef/functions.h"

VACT_INLINE vf tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_tanh(x);
}

#endif
