/* leaky_relu: x >= 0 ? x : alpha*x, one rounding; with alpha 0 an infinite x gives -0. */
#ifndef VACT_ACT_WIDE_LEAKY_RELU_H
#define VACT_ACT_WIDE_LEAKY_RELU_H

#include "math/wide/gate.h"

VACT_INLINE wide leaky_relu_value(vf x, const act_params *params)
{
    const vf alpha = vf_set1(params->v[0]);
    const vf factor = params->v[0] == 0.0 ? vf_max(vf_set1(-WIDE_LARGEST), x) : x;
    return wide_of(vf_mul(vf_select(vm_le(vf_set1(0.0), x), vf_apart(vf_set1(1.0)), alpha), factor));
}

VACT_INLINE wide leaky_relu_slope(vf x, const act_params *params)
{
    return wide_select(vm_lt(vf_set1(0.0), x), wide_of(vf_set1(1.0)), wide_split(vf_set1(params->v[0])));
}

VACT_INLINE wide leaky_relu_slope_from_output(vf y, const act_params *params) { return leaky_relu_slope(y, params); }

#endif
