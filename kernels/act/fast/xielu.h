/*
 * xielu: x > 0 ? alpha_p*x^2 + beta*x : alpha_n*(e^x - 1 - x) + beta*x.
 *
 * Above 0 it is x*(alpha_p*x + beta), and below x*(beta - alpha_n*S(-x)), S as in math/fast/exp_share.h. The factor
 * below 0 is a hi/lo pair that is right to 2^-30 of its larger term. At default parameters it has a zero at -2.4325.
 * Where the two terms cancel by more than 2^-6, which few arguments do, math/common/xielu.h computes the result in
 * doubles: so the bound in ULP holds next to the zero too. Parameters beyond 2^120 are scaled down first, so that the
 * sum does not overflow.
 *
 * Largest error seen at default parameters 0.59 ULP, at -0x1.29e416p+1 (every 41st input).
 */
#ifndef VACT_ACT_FAST_XIELU_H
#define VACT_ACT_FAST_XIELU_H

#include "loop/form.h"
#include "math/common/xielu.h"
#include "math/fast/exp_share.h"

typedef struct {
    float alpha_p, alpha_n, beta, back;
} xielu_scaled;

/* beta + 0: a beta of -0 would turn the sign of zeros. */
VACT_INLINE xielu_scaled xielu_scaled_of(const vact_params_f32 *params)
{
    const float p = params->v[0], n = params->v[1], b = params->v[2] + 0.0f, most = 0x1p+120f;
    const int huge = __builtin_fabsf(p) > most || __builtin_fabsf(n) > most || __builtin_fabsf(b) > most;
    const float factor = huge ? 0x1p-8f : 1.0f;
    return (xielu_scaled){p * factor, n * factor, b * factor, huge ? 0x1p+8f : 1.0f};
}

/* The lanes of y that need it, again in doubles. */
VACT_SELDOM static vf xielu_repaired(vf y, vf x, vf factor, const vact_params_f32 *params)
{
    float inputs[VF_LANES], results[VF_LANES], factors[VF_LANES];
    const xielu_scaled scaled = xielu_scaled_of(params);
    const float close = XIELU_CLOSE * __builtin_fabsf(scaled.beta);
    vf_store(inputs, x);
    vf_store(results, y);
    vf_store(factors, factor);
    for (int k = 0; k < VF_LANES; k++)
        if (inputs[k] < 0.0f && __builtin_fabsf(factors[k]) < close)
            results[k] = xielu_closely(inputs[k], params->v[1], params->v[2]);
    return vf_load(results);
}

/* The result from S(-x). */
VACT_INLINE vf xielu_of(vf x, vf_pair share, const vact_params_f32 *params, int any)
{
    const xielu_scaled scaled = xielu_scaled_of(params);
    const vf zero = vf_set1(0.0f), most = vf_set1(FLT_MAX);
    vm negative = vm_lt(x, zero);
    /* 0 times an infinite x is 0 here */
    vf above = any ? vf_min(vf_set1(scaled.alpha_p == 0.0f ? 1.0f : __builtin_inff()), x) : x;
    vf alpha = vf_select(negative, vf_set1(-scaled.alpha_n), vf_set1(scaled.alpha_p));
    vf of = vf_select(negative, share.hi, above), of_lo = vf_where(negative, share.lo);
    /* An FMA with 0, not a product: a sum follows, and no bare product may feed a sum. */
    vf term = vf_fma(alpha, of, zero);
    vf term_lo = vf_fma(alpha, of_lo, vf_fms(alpha, of, term));
    vf_pair factor = pair_sum(vf_set1(scaled.beta), term);
    vf lo = vf_add(factor.lo, term_lo); /* where the sum cancels it may be the larger part */
    if (any)                            /* an infinite sum has no low part */
        lo = vf_select(vm_le(vf_abs(factor.hi), most), lo, zero);
    vf hi = vf_add(factor.hi, lo);
    factor = (vf_pair){hi, vf_sub(lo, vf_sub(hi, factor.hi))};
    vf y;
    if (any) { /* an infinite x counts unless its factor is 0 */
        vf bounded = vf_min(most, vf_max(vf_neg(most), x));
        factor.lo = vf_select(vm_le(vf_abs(factor.hi), most), factor.lo, zero);
        y = vf_fma(bounded, factor.hi, vf_mul(bounded, factor.lo));
        y = vf_select(vm_and(vm_lt(most, vf_abs(x)), vm_lt(zero, vf_abs(factor.hi))), vf_mul(x, factor.hi), y);
    } else {
        y = vf_fma(x, factor.hi, vf_mul(x, factor.lo));
    }
    y = vf_mul(y, vf_set1(scaled.back));
    y = vf_copysign(y, vf_flip_sign(x, factor.hi)); /* the sign of a zero, which the sum may lose */
    vf close = vf_set1(XIELU_CLOSE * __builtin_fabsf(scaled.beta));
    if (__builtin_expect(vm_any(vm_and(negative, vm_lt(vf_abs(factor.hi), close))), 0))
        return xielu_repaired(y, x, factor.hi, params);
    return y;
}

VACT_INLINE vf xielu_common(vf x, const vact_params_f32 *params)
{
    return xielu_of(x, fast_exp_share(vf_abs(x)), params, 0);
}

VACT_INLINE vf xielu_special(vf x, const vact_params_f32 *params)
{
    vf limit = vf_set1(FAST_SHARE_NEAR), t = vf_abs(x);
    vf_pair near = fast_exp_share(vf_min(limit, t));
    vf_pair far = fast_exp_share_far(vf_min(vf_set1(FLT_MAX), vf_max(limit, t)));
    vm is_far = vm_lt(limit, t);
    vf_pair share = {vf_select(is_far, far.hi, near.hi), vf_select(is_far, far.lo, near.lo)};
    return xielu_of(x, share, params, 1);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range xielu_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_SHARE_NEAR};
}

#define ACT_CALLED VACT_NOINLINE static

#endif
