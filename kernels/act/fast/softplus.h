/*
 * softplus: beta*x > threshold ? x : log(1 + e^(beta*x))/beta.
 *
 * With beta = 1 and a threshold of 18 or more, above which log(1 + e^x) rounds to x, it is math/fast/softplus.h.
 * Otherwise it is max(x, 0) + log1p(z)/beta, z = e^-|beta*x|. beta*x, 1/beta and e^r - 1 are hi/lo pairs, as dividing
 * by beta may double the error in ULP. If beta is so small or large that 1/beta or its products would leave the range
 * of floats, a factor 2^100 or 2^-100 is moved from beta to the result. Below beta*x = -40 log1p(z) = z; its exponent
 * is applied last, since a small beta can make a normal result of a subnormal z.
 */
#ifndef VACT_ACT_FAST_SOFTPLUS_H
#define VACT_ACT_FAST_SOFTPLUS_H

#include "loop/form.h"
#include "math/common/pair.h"
#include "math/common/softplus_threshold.h"
#include "math/fast/softplus.h"

/* 1/beta = (hi + lo)*2^exponent. For beta*x < -reach the result is 0. */
typedef struct {
    float hi, lo, exponent, reach;
} softplus_inverse;

VACT_INLINE softplus_inverse softplus_inverse_of(float beta)
{
    softplus_inverse inverse = {1.0f, 0.0f, 0.0f, 170.0f};
    if (beta < 0x1p-60f) {
        beta *= 0x1p+100f;
        inverse.exponent = 100.0f;
        inverse.reach = 210.0f;
    } else if (beta > 0x1p+60f) {
        beta *= 0x1p-100f;
        inverse.exponent = -100.0f;
        inverse.reach = 100.0f;
    }
    inverse.hi = 1.0f / beta;
    inverse.lo = __builtin_fmaf(-inverse.hi, beta, 1.0f) / beta;
    return inverse;
}

VACT_INLINE vf softplus_of_any_beta(vf x, float beta)
{
    softplus_inverse inverse = softplus_inverse_of(beta);
    vf hi = vf_set1(inverse.hi), lo = vf_set1(inverse.lo), reach = vf_set1(inverse.reach);
    vf_pair p = pair_product(vf_set1(beta), x);
    vf magnitude = vf_abs(p.hi);
    vf magnitude_lo = vf_select(vm_le(magnitude, reach), vf_flip_sign(p.lo, p.hi), vf_set1(0.0f));
    magnitude = vf_min(reach, vf_max(vf_set1(FAST_SOFTPLUS_TINY), magnitude));
    fast_negative_reduced parts = fast_reduce_negative(magnitude);
    vf fine = vf_fms(parts.minus_n, vf_set1(MATH_LN2_LO), magnitude_lo);
    vf r = vf_add(parts.coarse_r, fine), r_lo = vf_sub(fine, vf_sub(r, parts.coarse_r));
    vf r2 = vf_mul(r, r), curve = fast_softplus_curve(r, r2);
    vf t = vf_fma(curve, r2, r);
    vf t_lo = vf_add(vf_fma(curve, r2, vf_sub(r, t)), vf_fma(r_lo, t, r_lo));

    /* Below 2^-58 it is not used, and below 2^-127 it would be anything. */
    vf power = vf_power_of_two(vf_max(vf_set1(VF_POWER_SHIFT - 64.0f), parts.shifted));
    vf_pair log = fast_log1p_of_power(power, t);
    vf slope = vf_fnma(vf_set1(0.5f), vf_fma(power, t, power), vf_set1(1.0f)); /* about 1/(1 + z) */
    log.lo = vf_fma(vf_mul(power, t_lo), slope, log.lo);
    vf term = vf_mul(log.hi, hi);
    vf term_lo = vf_fma(log.lo, hi, vf_fma(log.hi, lo, vf_fms(log.hi, hi, term)));
    int large = inverse.exponent > 0.0f, small = inverse.exponent < 0.0f;
    vf positive = vf_mul(vf_max(vf_set1(0.0f), x), vf_set1(large ? 0x1p-100f : small ? 0x1p+100f : 1.0f));
    vf y = vf_add(vf_add(vf_min(positive, term), term_lo), vf_max(positive, term));
    y = vf_mul(y, vf_set1(large ? 0x1p+100f : small ? 0x1p-100f : 1.0f));

    vf below =
        vf_scale(vf_add(hi, vf_fma(t, hi, vf_fma(t_lo, hi, lo))), vf_sub(vf_set1(inverse.exponent), parts.minus_n));
    y = vf_select(vm_lt(p.hi, vf_set1(-FAST_SOFTPLUS_REACH)), below, y);
    return vf_select(vm_lt(vf_set1(FAST_SOFTPLUS_REACH), p.hi), x, y);
}

VACT_INLINE int softplus_is_plain(const vact_params_f32 *params)
{
    return params->v[0] == 1.0f && params->v[1] >= 18.0f;
}

VACT_INLINE vf softplus_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_softplus(x);
}

VACT_INLINE vf softplus_special(vf x, const vact_params_f32 *params)
{
    if (softplus_is_plain(params))
        return fast_softplus_any(x);
    vf curve = softplus_of_any_beta(x, params->v[0]);
    return vf_select(softplus_is_above(x, params->v[0], params->v[1]), x, curve);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range softplus_range(const vact_params_f32 *params)
{
    return (act_range){0.0f, softplus_is_plain(params) ? FAST_SOFTPLUS_REACH : ACT_NONE_COMMON};
}

#endif
