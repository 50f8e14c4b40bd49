/* relu6: x clamped to [0, 6]; -0 and NaN pass through. */
#ifndef VACT_ACT_PLAIN_RELU6_H
#define VACT_ACT_PLAIN_RELU6_H

VACT_INLINE vf relu6_forward(vf x, const act_params *params)
{
    (void)params;
    return vf_min(vf_set1(6.0f), vf_max(vf_set1(0.0f), x));
}

#endif
