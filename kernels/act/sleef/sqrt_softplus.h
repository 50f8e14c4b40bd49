/* sqrt_softplus: sqrt(log(1 + e^x)); below -40 e^(x/2), where scaled.h is not needed: nothing multiplies it. */
#ifndef VACT_ACT_SLEEF_SQRT_SOFTPLUS_H
#define VACT_ACT_SLEEF_SQRT_SOFTPLUS_H

#include "math/sleef/functions.h"

VACT_INLINE vf sqrt_softplus_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf zero = vf_set1(0.0f);
    vm low = vm_lt(x, vf_set1(-40.0f));
    vf z = math_exp(vf_select(low, vf_mul(vf_max(vf_set1(-212.0f), x), vf_set1(0.5f)), vf_neg(vf_abs(x))));
    vf log = vf_add(vf_max(zero, x), math_log1p(z));
    return vf_select(low, z, vf_sqrt(log));
}

#define ACT_CALLED VACT_NOINLINE static

#endif
