/* leaky_relu: x >= 0 ? x : alpha*x, one rounding. */
#ifndef VACT_ACT_PLAIN_LEAKY_RELU_H
#define VACT_ACT_PLAIN_LEAKY_RELU_H

/* The slope may differ from lane to lane: prelu uses this, too. Where it is 0, x is bounded: 0*inf is NaN, the limit is
 * 0. */
VACT_INLINE vf leaky_relu_with_slope(vf x, vf slope)
{
    vf bounded = vf_max(vf_set1(-FLT_MAX), x);
    vf factor = vf_select(vm_eq(slope, vf_set1(0.0f)), bounded, x);
    return vf_select(vm_le(vf_set1(0.0f), x), x, vf_mul(slope, factor));
}

VACT_INLINE vf leaky_relu_forward(vf x, const vact_params_f32 *params)
{
    return leaky_relu_with_slope(x, vf_set1(params->v[0]));
}

#endif
