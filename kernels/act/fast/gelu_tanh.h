/*
 * gelu_tanh: x*sigmoid(c*v), v = x*(x^2 + k), c = 2*sqrt(2/pi)*0.044715, k = 1/0.044715.
 *
 * c*v (down to -90) goes into an exponent, so x^2 + k is carried as h + h_lo: k is split so short that k - h is exact,
 * and then h_lo is the rounding error of h and the rest of k. The exponent is reduced as v, by multiples of ln 2/c
 * (n*K's first part is exact, and so is what it leaves of v), which leaves no product with c to be carried in two
 * parts. 1 + 2^n is not exact for the n of [-8, 8], so the larger of 1 and 2^n leaves first in the residual, the
 * smaller then. Over all inputs at most 1.288 ULP, at -0x1.474efcp+2.
 */
#ifndef VACT_ACT_FAST_GELU_TANH_H
#define VACT_ACT_FAST_GELU_TANH_H

#include "math/fast/logistic.h"

/* e^(-c*v) for |x| <= 12: (e^(-c*r) - 1)/r within 0.16 * 2^-24 of e^(-c*r), docs/approximations/fast_logistic.sollya.
 */
VACT_INLINE fast_power gelu_tanh_power(vf x)
{
    const vf k = vf_set1(0x1.65dp+4f), k_lo = vf_set1(0x1.2f6edp-11f);
    vf h = vf_fma(x, x, k);
    vf h_lo = vf_add(vf_fma(x, x, vf_sub(k, h)), k_lo);
    vf v = vf_mul(x, h);
    fast_power power;
    power.shifted = vf_fma(v, vf_set1(-0x1.a5a7dp-4f), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(power.shifted, vf_set1(VF_POWER_SHIFT));
    vf low = vf_fma(n, vf_set1(0x1.d56d78p-13f), vf_fma(x, h_lo, vf_fms(x, h, v)));
    power.f = vf_add(vf_fma(n, vf_set1(0x1.36d8p+3f), v), low);
    vf p = vf_set1(0x1.9463bap-33f);
    p = vf_fma(p, power.f, vf_set1(-0x1.09a62ep-26f));
    p = vf_fma(p, power.f, vf_set1(0x1.21f2b4p-20f));
    p = vf_fma(p, power.f, vf_set1(-0x1.fbef5ep-15f));
    p = vf_fma(p, power.f, vf_set1(0x1.4dad5cp-9f));
    power.slope = vf_fma(p, power.f, vf_set1(-0x1.2444f2p-4f));
    return power;
}

/* |x| up to here is ordinary: 2^-n does not overflow. */
#define GELU_TANH_ORDINARY 9.0f

VACT_INLINE vf gelu_tanh_any(vf x)
{
    vm tiny = fast_tiny(x, GELU_TANH_ORDINARY), low = vm_lt(x, vf_set1(-GELU_TANH_ORDINARY));
    vf bounded = vf_min(vf_set1(GELU_TANH_ORDINARY), vf_max(vf_set1(-11.5f), x));
    bounded = vf_select(tiny, vf_set1(1.0f), bounded);
    fast_power power = gelu_tanh_power(bounded);
    fast_scaled scaled = fast_scale_where(low, power);
    vf result = fast_times_logistic(bounded, fast_wide_sum(scaled.one, scaled.s, power));
    result = vf_select(vm_lt(vf_set1(GELU_TANH_ORDINARY), x), x, fast_scale_back(low, result));
    return fast_half_where(tiny, x, result);
}

VACT_INLINE vf gelu_tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    if (__builtin_expect(vm_any_beyond(x, GELU_TANH_ORDINARY), 0))
        return gelu_tanh_any(x);
    fast_power power = gelu_tanh_power(x);
    return fast_times_logistic(x, fast_wide_sum(vf_set1(1.0f), vf_power_of_two(power.shifted), power));
}

#endif
