/*
 * hard_swish: x*clamp(alpha*x + beta, 0, 1), by default x*clamp(x + 3, 0, 6)/6 with the exact 1/6; -0 for x <= -3.
 *
 * By default the share, clamp(x + 3, 0, 6)/6, is rounded once and its product with x once more. Plain arithmetic has an
 * error of 10^5 ULP near -3.
 *
 * Largest error 1.4923 ULP, at 0x1.fe0cp-10.
 *
 * Otherwise the line is rounded once, and its product with x once more.
 */
#ifndef VACT_ACT_PLAIN_HARD_SWISH_H
#define VACT_ACT_PLAIN_HARD_SWISH_H

#include "act/plain/hard_sigmoid6.h"
#include "math/common/hard_line.h"

VACT_INLINE vf hard_swish_common(vf x, const vact_params_f32 *params)
{
    return vf_mul(vf_max(vf_set1(-3.0f), x), hard_sigmoid6_forward(x, params)); /* -3*0 for -inf */
}

#define ACT_USUAL
VACT_NOINLINE static vf hard_swish_otherwise(vf x, const vact_params_f32 *params)
{
    const hard_line line = hard_line_of(params);
    vf zero = vf_set1(0.0f), one = vf_set1(line.one), inverse = vf_set1(line.inverse);
    vf share = vf_fma(vf_set1(line.alpha), hard_line_bounded(x, line), vf_set1(line.beta));
    share = vf_min(one, vf_max(zero, share));
    /* 0 times an infinite x is 0, with its sign */
    vf factor = vf_select(vm_le(share, zero), vf_copysign(zero, x), x);
    /* Of the two factors the one that cannot become subnormal, unless the result does, is multiplied by 1/one. */
    vm large = vm_le(vf_set1(1.0f), vf_abs(x));
    vf left = vf_select(large, vf_mul(factor, inverse), factor);
    vf right = vf_select(large, share, vf_mul(share, inverse));
    return vf_mul(left, vf_abs(right));
}

VACT_INLINE vf hard_swish_forward(vf x, const vact_params_f32 *params)
{
    return hard_swish_usual(params) ? hard_swish_common(x, params) : hard_swish_otherwise(x, params);
}

#endif
