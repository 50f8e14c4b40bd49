/* The derivative of identity: 1. */
#ifndef VACT_ACT_BACKWARD_IDENTITY_H
#define VACT_ACT_BACKWARD_IDENTITY_H

VACT_INLINE vf identity_backward(vf dy, vf x, const act_params *params)
{
    (void)x, (void)params;
    return vf_quiet(dy);
}

#endif
