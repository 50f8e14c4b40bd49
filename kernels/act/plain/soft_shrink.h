/* soft_shrink: |x| <= lambda ? 0 : |x| - lambda, with the sign of x; one rounding. */
#ifndef VACT_ACT_PLAIN_SOFT_SHRINK_H
#define VACT_ACT_PLAIN_SOFT_SHRINK_H

VACT_INLINE vf soft_shrink_forward(vf x, const act_params *params)
{
    vf lambda = vf_set1(params->v[0]);
    vf magnitude = vf_abs(x);
    vf rest = vf_select(vm_le(magnitude, lambda), vf_set1(0.0f), vf_sub(magnitude, lambda));
    return vf_copysign(rest, x);
}

#endif
