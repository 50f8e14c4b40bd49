/* sigmoid: with z = e^-|x|, 1/(1 + z) for x >= 0 and z/(1 + z) below: nothing cancels or overflows, and the lower tail
 * is as accurate as z. */
#ifndef VACT_ACT_SLEEF_SIGMOID_H
#define VACT_ACT_SLEEF_SIGMOID_H

#include "math/common/pair.h"
#include "math/sleef/functions.h"

VACT_INLINE vf sigmoid_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf one = vf_set1(1.0f);
    vf z = math_exp(vf_neg(vf_abs(x)));
    return vf_div(vf_select(vm_lt(x, vf_set1(0.0f)), z, one), vf_add(one, z));
}

/* 1 + e^-x as a hi/lo pair, |x| <= 16; for gated units. */
VACT_INLINE vf_pair sigmoid_sum(vf x) { return pair_sum(vf_set1(1.0f), math_exp(vf_neg(x))); }

#endif
