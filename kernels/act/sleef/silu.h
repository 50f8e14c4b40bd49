/* silu: x*sigmoid(x). */
#ifndef VACT_ACT_SLEEF_SILU_H
#define VACT_ACT_SLEEF_SILU_H

#include "math/sleef/logistic.h"

VACT_INLINE vf silu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return logistic_product(x, (vf_pair){x, vf_set1(0.0f)});
}

#endif
