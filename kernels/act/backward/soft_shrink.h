/* The derivative of soft_shrink: |x| <= lambda ? 0 : 1. */
#ifndef VACT_ACT_BACKWARD_SOFT_SHRINK_H
#define VACT_ACT_BACKWARD_SOFT_SHRINK_H

VACT_INLINE vf soft_shrink_backward(vf dy, vf x, const act_params *params)
{
    return vf_select(vm_lt(vf_set1(params->v[0]), vf_abs(x)), vf_quiet(dy), vf_set1(0.0f));
}

#endif
