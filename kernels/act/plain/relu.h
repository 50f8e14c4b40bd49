/* relu: x < 0 ? +0 : x; -0 and NaN pass through the maximum. */
#ifndef VACT_ACT_PLAIN_RELU_H
#define VACT_ACT_PLAIN_RELU_H

VACT_INLINE vf relu_forward(vf x, const act_params *params)
{
    (void)params;
    return vf_quiet(vf_max(vf_set1(0.0f), x));
}

#endif
