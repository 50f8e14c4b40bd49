/* gelu_quick: x*sigmoid(1.702 x). */
#ifndef VACT_ACT_FAST_GELU_QUICK_H
#define VACT_ACT_FAST_GELU_QUICK_H

#include "math/fast/logistic.h"

VACT_INLINE vf gelu_quick_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_swish(x, 9.375f, vf_set1(-0x1.3a4cbep+1f), vf_set1(0x1.c08ecap-26f)); /* -1.702*log2(e) */
}

#endif
