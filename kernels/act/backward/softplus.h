/* The derivative of softplus: sigmoid(beta*x), 1 above the threshold; from the output, 1 - e^(-beta*y). beta*x and
 * beta*y are hi/lo pairs. */
#ifndef VACT_ACT_BACKWARD_SOFTPLUS_H
#define VACT_ACT_BACKWARD_SOFTPLUS_H

#include "math/common/softplus_threshold.h"
#include "math/fast/expm1.h"
#include "math/fast/gradient.h"

VACT_INLINE vf softplus_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf_pair p = pair_product(vf_set1(params->v[0]), x);
    return vf_select(softplus_is_above(x, params->v[0], params->v[1]), vf_quiet(dy), gradient_sigmoid(dy, p));
}

VACT_INLINE vf softplus_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    vf_pair p = pair_product(vf_set1(params->v[0]), y);
    vm tiny = vm_lt(vf_abs(p.hi), vf_set1(FAST_ELU_TINY));
    vf argument = vf_max(vf_set1(FAST_EXPM1_LEAST), vf_min(vf_set1(-FAST_ELU_TINY), vf_neg(p.hi)));
    vf_pair m = fast_expm1_pair(argument, vf_neg(pair_low_of_exponent(p)));
    vf curve = vf_select(tiny, vf_mul(vf_mul(dy, vf_set1(params->v[0])), y), gradient_times(vf_neg(dy), m));
    return vf_select(softplus_is_above(y, params->v[0], params->v[1]), vf_quiet(dy), curve);
}

#endif
