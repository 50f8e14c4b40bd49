/* The derivative of selu: x > 0 ? s : s*a*e^x. s is a hi/lo pair; s*a is a float times e^lo, with lo added to x. */
#ifndef VACT_ACT_BACKWARD_SELU_H
#define VACT_ACT_BACKWARD_SELU_H

#include "math/fast/gradient.h"

VACT_INLINE vf selu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf_pair s = {vf_set1(0x1.0cfabep+0f), vf_set1(-0x1.2adddap-25f)};
    vf_pair p = {x, vf_set1(0x1.c74dbep-27f)};
    vf below = gradient_exponential(dy, vf_set1(0x1.c212ccp+0f), p, vf_set1(0.0f));
    return vf_select(vm_le(x, vf_set1(0.0f)), below, gradient_times(dy, s));
}

#endif
