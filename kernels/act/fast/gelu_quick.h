/* gelu_quick: x*sigmoid(1.702 x). Largest error 1.8233 ULP, at -0x1.7bcfb2p+5; a few results below -10 are above 1.75.
 */
#ifndef VACT_ACT_FAST_GELU_QUICK_H
#define VACT_ACT_FAST_GELU_QUICK_H

#include "loop/form.h"
#include "math/fast/logistic.h"

#define GELU_QUICK_COMMON 9.375f

/* -1.702*log2(e) = hi + lo */
#define GELU_QUICK_HI (-0x1.3a4cbep+1f)
#define GELU_QUICK_LO 0x1.c08ecap-26f

VACT_INLINE vf gelu_quick_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_swish(x, vf_set1(GELU_QUICK_HI), vf_set1(GELU_QUICK_LO));
}

VACT_INLINE vf gelu_quick_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_swish_any(x, 1.702f, vf_set1(GELU_QUICK_HI), vf_set1(GELU_QUICK_LO));
}

#define ACT_TWO_FORMS
VACT_INLINE act_range gelu_quick_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_QUICK_COMMON};
}

#endif
