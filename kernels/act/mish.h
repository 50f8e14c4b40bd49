/*
 * mish: x*tanh(log(1 + e^x)) = x*n/(n + 2), n = e^x*(e^x + 2).
 *
 * With z = e^-|x| that is x*(z*(z + 2))/(z*(z + 2) + 2) for x < 0 and, divided through by e^2x, x*(1 + 2z)/(1 + 2z +
 * 2z^2) above: sums of positive terms, no overflow. The product x*z of the lower tail is formed as scaled.h says.
 */
#ifndef VACT_ACT_MISH_H
#define VACT_ACT_MISH_H

#include "math/scaled.h"

VACT_INLINE vf mish_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf one = vf_set1(1.0f), two = vf_set1(2.0f);
    vm negative = vm_lt(x, vf_set1(0.0f));
    scaled_exp e = scaled_exp_of(vf_neg(vf_abs(x)));

    vf z_plus_2 = vf_add(e.plain, two);
    vf below_n = vf_mul(e.factor, z_plus_2);
    vf below_d = vf_fma(e.plain, z_plus_2, two);
    vf above_n = vf_fma(two, e.plain, one);
    vf above_d = vf_fma(vf_mul(two, e.plain), e.plain, above_n);

    vf finite = vf_max(vf_set1(-3.4028234663852886e38f), x);
    vf factor = vf_select(negative, scaled_first(e, finite), x);
    vf product = vf_mul(factor, vf_select(negative, below_n, above_n));
    vf quotient = vf_div(product, vf_select(negative, below_d, above_d));
    return vf_select(negative, scaled_last(e, quotient), quotient);
}

#endif
