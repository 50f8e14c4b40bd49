/* prelu: leaky_relu with a slope per channel. */
#ifndef VACT_ACT_PRELU_H
#define VACT_ACT_PRELU_H

#include "act/leaky_relu.h"

VACT_INLINE vf prelu_forward(vf x, vf slope) { return leaky_relu_with_slope(x, slope); }

VACT_INLINE vf prelu_one_channel(vf x, const vact_params_f32 *params)
{
    return prelu_forward(x, vf_set1(params->v[0]));
}

#endif
