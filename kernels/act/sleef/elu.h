/* elu: x > 0 ? x : alpha*expm1(x); near 0 e^x - 1 would lose digits. */
#ifndef VACT_ACT_SLEEF_ELU_H
#define VACT_ACT_SLEEF_ELU_H

#include "math/sleef/functions.h"

VACT_INLINE vf elu_forward(vf x, const vact_params_f32 *params)
{
    vf tail = vf_mul(vf_set1(params->v[0]), math_expm1(x));
    return vf_select(vm_le(vf_set1(0.0f), x), x, tail);
}

#endif
