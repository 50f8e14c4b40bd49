/*
 * The derivative of gelu: Phi(x) + x*phi(x).
 *
 * With t = |x|, e^(-t^2/2)*E(t) = Phi(-t) (math/common/normal.h) and g = E(t) - t/sqrt(2*pi), it is e^(-t^2/2)*g for
 * x < 0 and 1 - e^(-t^2/2)*g above. t^2 is a hi/lo pair. t is bounded by 18.5, beyond which the exponential is 0, and
 * from below by 2^-40, where the slope is 1/2: so no part of the square is subnormal, which would be slow.
 */
#ifndef VACT_ACT_BACKWARD_GELU_H
#define VACT_ACT_BACKWARD_GELU_H

#include "math/common/constants.h"
#include "math/common/normal.h"
#include "math/fast/gradient.h"

VACT_INLINE vf gelu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f), half = vf_set1(-0.5f);
    vm negative = vm_lt(x, zero);
    vf t = vf_min(vf_set1(18.5f), vf_max(vf_set1(0x1p-40f), vf_abs(x)));
    vf_pair square = pair_product(t, t);
    gradient_exp e = gradient_exp_of(vf_mul(half, square.hi), vf_mul(half, square.lo));
    vf_pair tail = normal_scaled_tail_closely(t);
    vf_pair line = pair_product(vf_set1(-MATH_INV_SQRT_2PI), t);
    line.lo = vf_fma(vf_set1(-MATH_INV_SQRT_2PI_LO), t, line.lo);
    vf_pair g = pair_sum(line.hi, tail.hi);
    g.lo = vf_add(g.lo, vf_add(line.lo, tail.lo));
    vf_pair product = gradient_product(e.factor, g);
    vf below = gradient_scale(gradient_times(dy, product), vf_select(negative, e.n, zero));
    vf_pair above;
    above.hi = vf_fnma(e.power, product.hi, one);
    above.lo = vf_fnma(e.power, product.lo, vf_fnma(e.power, product.hi, vf_sub(one, above.hi)));
    return vf_select(negative, below, gradient_times(dy, above));
}

#endif
