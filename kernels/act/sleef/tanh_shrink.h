/*
 * tanh_shrink: x - tanh(x).
 *
 * Up to |x| = 1.5 the difference cancels: there it is x^3 * P(x^2), P within 0.5 * 2^-24 (its first coefficient is the
 * float nearest to 1/3; docs/approximations/tanh_shrink.sollya). Above, an ULP of tanh is at
 * most an ULP of the result. Below 2^-50 the result is 0; the polynomial gets 0 there, as its intermediates would be
 * subnormal.
 */
#ifndef VACT_ACT_SLEEF_TANH_SHRINK_H
#define VACT_ACT_SLEEF_TANH_SHRINK_H

#include "math/common/horner.h"
#include "math/sleef/functions.h"

VACT_INLINE vf tanh_shrink_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm vanishes = vm_lt(vf_abs(x), vf_set1(0x1p-50f));
    vf t = vf_select(vanishes, vf_copysign(vf_set1(0.0f), x), x);
    vf y = vf_mul(t, t);
    vf p = horner10(y, 0x1.02372ap-20f, -0x1.d2c43ap-17f, 0x1.88798p-14f, -0x1.a42e66p-12f, 0x1.50eceep-10f,
                    -0x1.c9e368p-9f, 0x1.216216p-7f, -0x1.6640eep-6f, 0x1.ba1d5cp-5f, -0x1.11112ep-3f, 0x1.555556p-2f);
    vf near_zero = vf_mul(vf_mul(p, y), t);
    vf far = vf_sub(x, math_tanh(x));
    return vf_select(vm_lt(vf_abs(x), vf_set1(1.5f)), near_zero, far);
}

#endif
