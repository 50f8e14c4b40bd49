/*
 * The derivative of sqrt_softplus: sigmoid(x)/(2*s), s = sqrt(log(1 + e^x)). With z = e^-|x| it is N/(2*s*(1 + z)), N =
 * 1 from 0 on and N = z below. log(1 + e^x), its root and the denominator are hi/lo pairs; one division. Below -40 it
 * is e^(x/2)/2.
 */
#ifndef VACT_ACT_BACKWARD_SQRT_SOFTPLUS_H
#define VACT_ACT_BACKWARD_SQRT_SOFTPLUS_H

#include "loop/form.h"
#include "math/fast/gradient.h"
#include "math/fast/softplus.h"

/* |x| <= FAST_SOFTPLUS_REACH, or x above it, where t is FAST_SOFTPLUS_REACH. A call, for the size of the library. */
VACT_NOINLINE static vf sqrt_softplus_backward_near(vf dy, vf x, vf t)
{
    const vf one = vf_set1(1.0f), half = vf_set1(0.5f), zero = vf_set1(0.0f);
    vm negative = vm_lt(x, zero);
    fast_negative_reduced parts = fast_reduce_negative(vf_max(vf_set1(0x1p-40f), t));
    vf rise = fast_exp_rise(vf_fma(parts.minus_n, vf_set1(MATH_LN2_LO), parts.coarse_r));
    vf power = vf_power_of_two(parts.shifted);
    vf_pair log = fast_log1p_of_power(power, rise);
    vf near = vf_add(log.hi, log.lo), near_lo = vf_add(vf_sub(log.hi, near), log.lo); /* lo is not small */
    vf_pair sum = pair_sum(vf_max(zero, x), near);
    vf root = vf_sqrt(sum.hi);
    /* root^2 is too small by this */
    vf rest = vf_add(vf_fnma(root, root, sum.hi), vf_add(sum.lo, near_lo));
    vf more = vf_add(one, power), d = vf_fma(power, rise, more);
    vf d_lo = vf_fma(power, rise, vf_add(vf_sub(more, d), vf_add(vf_sub(one, more), power)));
    vf product = vf_mul(root, d);
    vf product_lo = vf_fma(root, d_lo, vf_fms(root, d, product));
    vf inverse = vf_div(one, product), root_inverse = vf_mul(inverse, d);
    vf residual = vf_fnma(inverse, product_lo, vf_fnma(inverse, product, one));
    residual = vf_fnma(vf_mul(half, rest), vf_mul(root_inverse, root_inverse), residual);
    /* inverse/2*(1 + residual)*N */
    vf more_n = vf_where(negative, rise);
    vf factor = vf_add(vf_fma(more_n, residual, residual), more_n);
    vf scaled = vf_mul(vf_mul(dy, half), inverse);
    vf rest_of = vf_fma(vf_mul(dy, half), inverse, vf_neg(scaled));
    vf y = vf_add(scaled, vf_fma(scaled, factor, rest_of));
    return vf_mul(y, vf_select(negative, power, one));
}

VACT_INLINE vf sqrt_softplus_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return sqrt_softplus_backward_near(dy, x, vf_abs(x));
}

VACT_INLINE vf sqrt_softplus_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf reach = vf_set1(FAST_SOFTPLUS_REACH);
    vf most = vf_set1(FLT_MAX), within = vf_min(most, vf_max(vf_neg(reach), x));
    vf near = sqrt_softplus_backward_near(dy, within, vf_min(reach, vf_abs(x)));
    near = vf_select(vm_lt(most, x), vf_set1(0.0f), near); /* the limit */
    vf low = vf_max(vf_set1(-2.0f * GRADIENT_MOST), vf_min(vf_neg(reach), x));
    gradient_power tail = gradient_exponential_of(dy, vf_mul(low, vf_set1(0.5f)), vf_set1(0.0f));
    tail.shifted = vf_sub(tail.shifted, vf_set1(1.0f));
    return vf_select(vm_lt(x, vf_neg(reach)), gradient_value_down(tail), near);
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range sqrt_softplus_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_SOFTPLUS_REACH};
}

#endif
