/* thresholded_relu: x <= alpha ? +0 : x; a zero keeps its sign. */
#ifndef VACT_ACT_PLAIN_THRESHOLDED_RELU_H
#define VACT_ACT_PLAIN_THRESHOLDED_RELU_H

VACT_INLINE vf thresholded_relu_forward(vf x, const act_params *params)
{
    vf zero = vf_select(vm_eq(x, vf_set1(0.0f)), x, vf_set1(0.0f));
    return vf_select(vm_le(x, vf_set1(params->v[0])), zero, x);
}

#endif
