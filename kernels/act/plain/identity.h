/* identity: x. A signalling NaN becomes quiet. */
#ifndef VACT_ACT_PLAIN_IDENTITY_H
#define VACT_ACT_PLAIN_IDENTITY_H

VACT_INLINE vf identity_forward(vf x, const act_params *params)
{
    (void)params;
    return vf_quiet(x);
}

#endif
