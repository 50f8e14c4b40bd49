/* tanh: as in math/fast/tanh.h. */
#ifndef VACT_ACT_FAST_TANH_H
#define VACT_ACT_FAST_TANH_H

#include "math/fast/tanh.h"

VACT_INLINE vf tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_tanh(x);
}

#endif
