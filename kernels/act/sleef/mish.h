/*
 * mish: x*tanh(log(1 + e^x)) = x*n/(n + 2), n = e^x*(e^x + 2).
 *
 * With z = e^-|x| that is x*(z*(z + 2))/(z*(z + 2) + 2) for x < 0 and, divided through by e^2x, x*(1 + 2z)/(1 + 2z +
 * 2z^2) above: sums of positive terms, no overflow. Numerator and denominator are hi/lo pairs and the residual corrects
 * the quotient, so that the error of z and one rounding remain (3.9 ULP without). The product x*z of the lower tail is
 * as in scaled.h. From 32 on the result is x.
 */
#ifndef VACT_ACT_SLEEF_MISH_H
#define VACT_ACT_SLEEF_MISH_H

#include "math/common/pair.h"
#include "math/sleef/scaled.h"

VACT_INLINE vf mish_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf one = vf_set1(1.0f), two = vf_set1(2.0f);
    vm negative = vm_lt(x, vf_set1(0.0f));
    scaled_exp e = scaled_exp_of(vf_neg(vf_abs(x)));
    vf z = e.plain, twice_z = vf_add(z, z);

    vf t = vf_add(z, two), t_lo = vf_sub(z, vf_sub(t, two));
    vf_pair below_n = pair_product(e.factor, t), below_d, above_n, above_d;
    below_n.lo = vf_fma(e.factor, t_lo, below_n.lo);
    below_d.hi = vf_fma(z, t, two);
    below_d.lo = vf_fma(z, t_lo, vf_fma(z, t, vf_sub(two, below_d.hi)));
    above_n.hi = vf_add(one, twice_z);
    above_n.lo = vf_sub(twice_z, vf_sub(above_n.hi, one));
    above_d.hi = vf_fma(twice_z, z, above_n.hi);
    above_d.lo = vf_add(vf_fma(twice_z, z, vf_sub(above_n.hi, above_d.hi)), above_n.lo);

    vf_pair n = {vf_select(negative, below_n.hi, above_n.hi), vf_select(negative, below_n.lo, above_n.lo)};
    vf_pair d = {vf_select(negative, below_d.hi, above_d.hi), vf_select(negative, below_d.lo, above_d.lo)};
    vf bounded = vf_max(vf_set1(-FLT_MAX), x);
    vf_pair product = pair_product(bounded, n.hi);
    product.lo = vf_fma(bounded, n.lo, product.lo);

    vf reciprocal = vf_div(one, d.hi);
    vf quotient = vf_mul(product.hi, reciprocal);
    vf residual = vf_fnma(quotient, d.lo, vf_add(vf_fnma(quotient, d.hi, product.hi), product.lo));
    vf corrected = vf_fma(residual, reciprocal, quotient);
    vf result = vf_copysign(vf_select(negative, scaled_last(e, corrected), corrected), x);
    return vf_select(vm_le(vf_set1(32.0f), x), x, result);
}

#endif
