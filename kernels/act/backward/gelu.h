/* The derivative of gelu: Phi(x) + x*phi(x). */
#ifndef VACT_ACT_BACKWARD_GELU_H
#define VACT_ACT_BACKWARD_GELU_H

#include "math/normal.h"

VACT_INLINE vf gelu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf density = vf_mul(vf_set1(0x1.988454p-2f), math_exp(vf_mul(vf_set1(-0.5f), vf_mul(x, x))));
    vf_pair tail = normal_scaled_tail(vf_abs(x));
    vf q = vf_mul(tail.hi, math_exp(vf_mul(vf_set1(-0.5f), vf_mul(x, x))));
    vf distribution = vf_select(vm_lt(x, vf_set1(0.0f)), q, vf_sub(vf_set1(1.0f), q));
    return vf_mul(dy, vf_fma(x, density, distribution));
}

#endif
