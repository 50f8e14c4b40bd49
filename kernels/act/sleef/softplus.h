/*
 * softplus: beta*x > threshold ? x : log(1 + e^(beta*x))/beta.
 *
 * max(x, 0) + log1p(z)/beta, z = e^-|beta*x|: both terms have the same sign. beta*x is a hi/lo pair. Below beta*x = -64
 * log1p(z) = z, and z/beta is as in scaled.h, since a small beta can make a normal result of a subnormal z.
 */
#ifndef VACT_ACT_SLEEF_SOFTPLUS_H
#define VACT_ACT_SLEEF_SOFTPLUS_H

#include "math/common/pair.h"
#include "math/common/softplus_threshold.h"
#include "math/sleef/functions.h"
#include "math/sleef/scaled.h"

VACT_INLINE vf softplus_forward(vf x, const vact_params_f32 *params)
{
    vf beta = vf_set1(params->v[0]);
    vm negative = vm_lt(x, vf_set1(0.0f));
    vf_pair p = pair_product(beta, x);
    vf low = pair_low_of_exponent(p);
    scaled_exp e = scaled_exp_of_pair(vf_neg(vf_abs(p.hi)), vf_select(negative, low, vf_neg(low)));
    vf log1p_z = vf_select(e.low, e.factor, math_log1p(e.plain));
    vf term = scaled_last(e, vf_div(log1p_z, beta));
    vf curve = vf_select(negative, term, vf_add(x, term));
    return vf_select(softplus_is_above(x, params->v[0], params->v[1]), x, curve);
}

#endif
