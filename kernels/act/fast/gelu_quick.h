/* gelu_quick: x*sigmoid(1.702 x). Largest error 1.8233 ULP, at -0x1.7bcfb2p+5; a few results below -10 are above 1.75.
 */
#ifndef VACT_ACT_FAST_GELU_QUICK_H
#define VACT_ACT_FAST_GELU_QUICK_H

#include "loop/form.h"
#include "math/common/digits.h"
#include "math/fast/logistic.h"

#define GELU_QUICK_COMMON 9.375f

/* -1.702*log2(e) = hi + lo */
#define GELU_QUICK_HI (-0x1.3a4cbep+1f)
#define GELU_QUICK_LO 0x1.c08ecap-26f

/* e^(-1.702*x) */
VACT_INLINE fast_power gelu_quick_power(vf x)
{
#ifdef MATH_SHORT
    fast_power power = fast_short_power(x, vf_set1(GELU_QUICK_HI));
    power.f = vf_fma(x, vf_set1(GELU_QUICK_LO), power.f);
    power.slope = terms_gelu_quick_slope(power.f);
    return power;
#else
    return fast_power_of_product(x, vf_set1(GELU_QUICK_HI), vf_set1(GELU_QUICK_LO));
#endif
}

VACT_INLINE vf gelu_quick_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_quotient(x, fast_common_sum(gelu_quick_power(x)));
}

VACT_INLINE vf gelu_quick_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf bounded = fast_swish_bounded(x, 1.702f);
    return fast_swish_of(x, bounded, 1.702f, gelu_quick_power(bounded));
}

#define ACT_TWO_FORMS
VACT_INLINE act_range gelu_quick_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_QUICK_COMMON};
}

#endif
