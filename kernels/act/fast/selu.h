/*
 * selu: s*(x > 0 ? x : a*expm1(x)). Neither s nor s*a is a float. s is written as 1 + 0.0507 and s*a as 2 - 0.2419, of
 * which only the small parts are rounded. Above 0 one FMA is enough. Below, with e^x = 2^n*e^r (math/fast/exp_rise.h),
 * it is
 *
 *     2*(2^n - 1) + [2^n*s*a*(e^r - 1) + (s*a - 2)*(2^n - 1)]
 *
 * The first term is exact for n >= -24. For n = -25, the least, it rounds to -2, an error of half an ULP. For n = 0 the
 * terms with 2^n - 1 are 0; otherwise the bracket is below 0.5, so that its rounding costs little. s*a*(e^r - 1) =
 * 2*r + r*c(r) is rounded once, even where it is subnormal.
 *
 * Largest error 0.9619 ULP, at -0x1.55dc2p-2 (all 2^32 inputs); monotone.
 */
#ifndef VACT_ACT_FAST_SELU_H
#define VACT_ACT_FAST_SELU_H

#include "math/common/horner.h"
#include "math/fast/exp_rise.h"

/* From here down the result is -s*a: s*a*e^x is below half an ULP. */
#define SELU_LEAST (-17.35f)

/* s*a*(e^r - 1)/r - 2 (docs/approximations/selu.sollya; the last bits by selu_search.c). */
VACT_INLINE vf selu_curve(vf r)
{
    return horner5(r, 0x1.40612cp-9f, 0x1.e20a4ap-7f, 0x1.2c0ceep-4f, 0x1.2c0bf2p-2f, 0x1.c212cep-1f, -0x1.ef699cp-3f);
}

VACT_INLINE vf selu_forward(vf x, const vact_params_f32 *params)
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

#endif
