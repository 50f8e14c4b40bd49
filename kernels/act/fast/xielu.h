/*
 * xielu: x > 0 ? alpha_p*x^2 + beta*x : alpha_n*(e^x - 1 - x) + beta*x.
 *
 * Above 0 it is x*(alpha_p*x + beta), and below x*(beta - alpha_n*S(-x)), S as in math/fast/exp_share.h, or from -20.5
 * down a line. The factor below 0 is a hi/lo pair that is right to 2^-30 of its larger term. At default parameters it
 * has a zero at -2.4325. Next to it, where the factor is below 2^-6*|beta|, the error is counted against that size.
 * (Doubles for the few lanes there took 2.7 times as long from memory: one vector of 16 in three has such a lane.)
 * Parameters beyond 2^120 are scaled down first, so that the sum does not overflow.
 *
 * Largest error at default parameters 0.6114 ULP, at -0x1.2e8e7cp+1 (all 2^32 inputs).
 */
#ifndef VACT_ACT_FAST_XIELU_H
#define VACT_ACT_FAST_XIELU_H

#include "loop/form.h"
#include "math/common/xielu.h"
#include "math/fast/exp_share.h"

typedef struct {
    float alpha_p, alpha_n, beta, back;
} xielu_scaled;

/* + 0: a -0 would turn the sign of zeros. */
VACT_INLINE xielu_scaled xielu_scaled_of(const vact_params_f32 *params)
{
    const float p = params->v[0], n = params->v[1] + 0.0f, b = params->v[2] + 0.0f, most = 0x1p+120f;
    const int huge = __builtin_fabsf(p) > most || __builtin_fabsf(n) > most || __builtin_fabsf(b) > most;
    const float factor = huge ? 0x1p-8f : 1.0f;
    return (xielu_scaled){p * factor, n * factor, b * factor, huge ? 0x1p+8f : 1.0f};
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
    return y;
}

VACT_INLINE vf xielu_common(vf x, const vact_params_f32 *params)
{
    return xielu_of(x, fast_exp_share(vf_abs(x)), params, 0);
}

/* x <= -FAST_SHARE_NEAR, where e^x does not count: (beta - alpha_n)*x - alpha_n, with all digits where the slope is
 * small or 0. */
VACT_INLINE vf xielu_far(vf x, const vact_params_f32 *params)
{
    const xielu_scaled scaled = xielu_scaled_of(params);
    const vf zero = vf_set1(0.0f), most = vf_set1(FLT_MAX), minus_alpha = vf_set1(-scaled.alpha_n);
    vf_pair slope = pair_sum(vf_set1(scaled.beta), minus_alpha);
    vf bounded = vf_max(vf_neg(most), x);
    vf line = vf_fma(slope.hi, bounded, vf_set1(-0.0f)); /* -0 stays -0 */
    vf line_lo = vf_fma(slope.lo, bounded, vf_fms(slope.hi, bounded, line));
    vf_pair sum = pair_sum(line, minus_alpha);
    vf lo = vf_add(sum.lo, line_lo);
    vm counts = vm_and(vm_le(vf_abs(sum.hi), most), vm_lt(zero, vf_abs(lo))); /* else -0 would become 0, or inf NaN */
    vf y = vf_select(counts, vf_add(sum.hi, lo), sum.hi);
    vm infinite = vm_and(vm_lt(x, vf_neg(most)), vm_lt(zero, vf_abs(slope.hi)));
    return vf_mul(vf_select(infinite, vf_mul(x, slope.hi), y), vf_set1(scaled.back));
}

VACT_INLINE vf xielu_special(vf x, const vact_params_f32 *params)
{
    const vf limit = vf_set1(FAST_SHARE_NEAR), least = vf_neg(limit);
    vf y = xielu_of(vf_max(least, x), fast_exp_share(vf_min(limit, vf_abs(x))), params, 1);
    return vf_select(vm_lt(x, least), xielu_far(vf_min(least, x), params), y);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range xielu_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_SHARE_NEAR};
}

#define ACT_CALLED VACT_NOINLINE static

#endif
