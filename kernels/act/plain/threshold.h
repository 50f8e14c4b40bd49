/* threshold: x <= theta ? value : x. */
#ifndef VACT_ACT_PLAIN_THRESHOLD_H
#define VACT_ACT_PLAIN_THRESHOLD_H

VACT_INLINE vf threshold_forward(vf x, const act_params *params)
{
    return vf_select(vm_le(x, vf_set1(params->v[0])), vf_set1(params->v[1]), x);
}

#endif
