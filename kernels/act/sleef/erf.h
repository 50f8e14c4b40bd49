/* erf: as in math/sleef/functions.h. */
#ifndef VACT_ACT_SLEEF_ERF_H
#define VACT_ACT_SLEEF_ERF_H

#include "math/sleef/functions.h"

VACT_INLINE vf erf_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_erf(x);
}

#define ACT_CALLED VACT_NOINLINE static

#endif
