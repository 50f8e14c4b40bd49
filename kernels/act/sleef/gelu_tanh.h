/*
 * gelu_tanh: x*(1 + tanh(u))/2 = x*sigmoid(2u), 2u = x*(c1 + c2*x^2), c1 = 2*sqrt(2/pi), c2 = 0.044715*c1.
 *
 * 1 + tanh(u) cancels for x < 0; the logistic form does not, but takes 2u (down to -90) into an exponent, so 2u is
 * carried as hi + lo. c1.hi has 21 bits, which makes c1.hi - w.hi exact for the w that occur (1.59 to 14), and so
 * w.lo the rounding error of w.hi. |x| is clamped to 13 but for the factor of a positive result: below -13 the
 * product rounds to -0, above sigmoid(2u) is 1.
 */
#ifndef VACT_ACT_SLEEF_GELU_TANH_H
#define VACT_ACT_SLEEF_GELU_TANH_H

#include "math/common/pair.h"
#include "math/sleef/logistic.h"

VACT_INLINE vf gelu_tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf c1_hi = vf_set1(0x1.98845p+0f), c1_lo = vf_set1(0x1.9ea1b2p-23f);
    const vf c2_hi = vf_set1(0x1.2444f2p-4f), c2_lo = vf_set1(0x1.49b16ap-29f);
    vf t = logistic_argument(vf_min(vf_set1(13.0f), vf_max(vf_set1(-13.0f), x)), 0x1p-40f);
    vf_pair square = pair_product(t, t);
    vf_pair w;
    w.hi = vf_fma(c2_hi, square.hi, c1_hi);
    w.lo = vf_fma(c2_hi, square.hi, vf_sub(c1_hi, w.hi));
    w.lo = vf_add(w.lo, vf_fma(c2_hi, square.lo, vf_fma(c2_lo, square.hi, c1_lo)));
    vf_pair p = pair_product(t, w.hi);
    p.lo = vf_fma(t, w.lo, p.lo);
    return logistic_product(vf_max(vf_set1(-13.0f), x), p);
}

#endif
