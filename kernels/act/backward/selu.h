/* The derivative of selu: s where x > 0, else s*a*e^x. */
#ifndef VACT_ACT_BACKWARD_SELU_H
#define VACT_ACT_BACKWARD_SELU_H

VACT_INLINE vf selu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf slope = vf_mul(vf_set1(0x1.c212ccp+0f), math_exp(x));
    return vf_mul(dy, vf_select(vm_le(x, vf_set1(0.0f)), slope, vf_set1(0x1.0cfabep+0f)));
}

#endif
