/*
 * selu: gamma*(x > 0 ? x : alpha*expm1(x)), by default with the exact constants s = gamma and a = alpha. Neither s nor
 * s*a is a float. s is written as 1 + 0.0507 and s*a as 2 - 0.2419, of which only the small parts are rounded. Above 0
 * one FMA is enough. Below, with e^x = 2^n*e^r (math/fast/exp_rise.h), it is
 *
 *     2*(2^n - 1) + [2^n*s*a*(e^r - 1) + (s*a - 2)*(2^n - 1)]
 *
 * The first term is exact for n >= -24. For n = -25, the least, it rounds to -2, an error of half an ULP. For n = 0 the
 * terms with 2^n - 1 are 0; otherwise the bracket is below 0.5, so that its rounding costs little. s*a*(e^r - 1) =
 * 2*r + r*c(r) is rounded once, even where it is subnormal.
 *
 * Largest error 0.9619 ULP, at -0x1.55dc2p-2 (all 2^32 inputs); monotone.
 *
 * With other parameters gamma*alpha and expm1 are hi/lo pairs, and their product is rounded once.
 */
#ifndef VACT_ACT_FAST_SELU_H
#define VACT_ACT_FAST_SELU_H

#include "math/common/horner.h"
#include "math/common/selu.h"
#include "math/fast/expm1.h"

/* From here down the result is -s*a: s*a*e^x is below half an ULP. */
#define SELU_LEAST (-17.35f)

#ifndef MATH_SHORT
/* s*a*(e^r - 1)/r - 2 (docs/approximations/selu.sollya; the last bits by selu_search.c). */
VACT_INLINE vf selu_curve(vf r)
{
    return horner5(r, 0x1.40612cp-9f, 0x1.e20a4ap-7f, 0x1.2c0ceep-4f, 0x1.2c0bf2p-2f, 0x1.c212cep-1f, -0x1.ef699cp-3f);
}
#else
VACT_INLINE vf selu_curve(vf r) { return terms_selu_curve(r); }
#endif

VACT_INLINE vf selu_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf zero = vf_set1(0.0f), two = vf_set1(2.0f), less = vf_set1(-0x1.ef699cp-3f); /* s*a - 2 */
    fast_reduced parts = fast_reduce(vf_max(vf_set1(SELU_LEAST), vf_min(zero, x)));
    vf power = vf_power_of_two(parts.shifted);
    vf rise = vf_fma(parts.r, selu_curve(parts.r), vf_add(parts.r, parts.r));
    vf bracket = vf_fma(power, rise, vf_fms(power, less, less));
    vf below = vf_add(vf_fms(power, two, two), bracket);
    return vf_select(vm_lt(x, zero), below, vf_fma(x, vf_set1(0x1.9f57aep-5f), x)); /* s - 1 */
}

#define ACT_USUAL
VACT_NOINLINE static vf selu_otherwise(vf x, const vact_params_f32 *params)
{
    const float alpha = params->v[0], gamma = params->v[1];
    const selu_slope slope = selu_slope_of(params);
    const vf zero = vf_set1(0.0f), tiny = vf_set1(-FAST_ELU_TINY);
    vf_pair m = fast_expm1_pair_exact(vf_max(vf_set1(FAST_EXPM1_LEAST), vf_min(tiny, x)));
    vm itself = vm_lt(tiny, x);
    m = (vf_pair){vf_select(itself, vf_min(zero, x), m.hi), vf_select(itself, zero, m.lo)};
    vf below;
    if (__builtin_fabsf(slope.hi) >= 0x1p-100f && __builtin_fabsf(slope.hi) < FLT_MAX) {
        vf hi = vf_set1(slope.hi);
        below = vf_fma(hi, m.hi, vf_fma(hi, m.lo, vf_mul(vf_set1(slope.lo), m.hi)));
    } else { /* gamma*alpha may overflow, the smaller one times m does not */
        const int first = __builtin_fabsf(alpha) < __builtin_fabsf(gamma);
        vf smaller = vf_set1(first ? alpha : gamma), larger = vf_set1(first ? gamma : alpha);
        below = vf_mul(pair_times(m, smaller), larger);
    }
    below = vf_copysign(below, vf_flip_sign(vf_set1(-alpha), vf_set1(gamma))); /* of a zero */
    return vf_select(vm_le(zero, x), vf_mul(selu_bounded(x, params), vf_set1(gamma)), below);
}

VACT_INLINE vf selu_forward(vf x, const vact_params_f32 *params)
{
    return selu_usual(params) ? selu_common(x, params) : selu_otherwise(x, params);
}

#endif
