/* The derivative of threshold: x <= theta ? 0 : 1. */
#ifndef VACT_ACT_BACKWARD_THRESHOLD_H
#define VACT_ACT_BACKWARD_THRESHOLD_H

VACT_INLINE vf threshold_backward(vf dy, vf x, const act_params *params)
{
    return vf_select(vm_lt(vf_set1(params->v[0]), x), vf_quiet(dy), vf_set1(0.0f));
}

#endif
