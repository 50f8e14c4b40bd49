/* hardtanh: min(max(x, lo), hi): where lo > hi, hi wins. */
#ifndef VACT_ACT_PLAIN_HARDTANH_H
#define VACT_ACT_PLAIN_HARDTANH_H

VACT_INLINE vf hardtanh_forward(vf x, const act_params *params)
{
    return vf_min(vf_set1(params->v[1]), vf_max(vf_set1(params->v[0]), x));
}

#endif
