/* relu: x < 0 ? +0 : x. A comparison, not a maximum, so that -0 and NaN pass through. */
#ifndef VACT_ACT_PLAIN_RELU_H
#define VACT_ACT_PLAIN_RELU_H

VACT_INLINE vf relu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_select(vm_lt(x, vf_set1(0.0f)), vf_set1(0.0f), x);
}

#endif
