/* leaky_relu: x >= 0 ? x : alpha*x, one rounding. */
#ifndef VACT_ACT_PLAIN_LEAKY_RELU_H
#define VACT_ACT_PLAIN_LEAKY_RELU_H

/* The slope may differ from lane to lane: prelu uses this, too. Where it is 0, x is bounded: 0*inf is NaN, the limit is
 * 0. */
VACT_INLINE vf leaky_relu_with_slope(vf x, vf slope)
{
    vf bounded = vf_max(vf_set1(-FLT_MAX), x);
    vf factor = vf_select(vm_eq(slope, vf_set1(0.0f)), bounded, x);
    /* The slope is selected, not the result: slope*x may overflow where it is not the result. */
    return vf_mul(vf_select(vm_le(vf_set1(0.0f), x), vf_apart(vf_set1(1.0f)), slope), factor);
}

VACT_INLINE vf leaky_relu_forward(vf x, const vact_params_f32 *params)
{
    const float alpha = params->v[0];
    if (alpha > 0.0f && alpha <= 1.0f) /* a loop of its own, since alpha does not change */
        return vf_max(x, vf_mul(vf_set1(alpha), x));
    return leaky_relu_with_slope(x, vf_set1(alpha));
}

#endif
