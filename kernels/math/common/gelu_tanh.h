/*
 * The exponent of gelu_tanh = x*sigmoid(p): p = t*w, w = c1 + c2*t^2, c1 = 2*sqrt(2/pi), c2 = 0.044715*c1.
 *
 * c1's HI has 21 bits, so that HI - w.hi is exact for every w that occurs (1.59 to 14) and w.lo is the rounding error
 * of w.hi.
 */
#ifndef VACT_MATH_COMMON_GELU_TANH_H
#define VACT_MATH_COMMON_GELU_TANH_H

#include "math/common/pair.h"

#define GELU_TANH_C1_HI 0x1.98845p+0f
#define GELU_TANH_C1_LO 0x1.9ea1b2p-23f
#define GELU_TANH_C2_HI 0x1.2444f2p-4f
#define GELU_TANH_C2_LO 0x1.49b16ap-29f

VACT_INLINE vf_pair gelu_tanh_exponent(vf t)
{
    const vf c1_hi = vf_set1(GELU_TANH_C1_HI), c1_lo = vf_set1(GELU_TANH_C1_LO);
    const vf c2_hi = vf_set1(GELU_TANH_C2_HI), c2_lo = vf_set1(GELU_TANH_C2_LO);
    vf_pair square = pair_product(t, t), w;
    w.hi = vf_fma(c2_hi, square.hi, c1_hi);
    w.lo = vf_fma(c2_hi, square.hi, vf_sub(c1_hi, w.hi));
    w.lo = vf_add(w.lo, vf_fma(c2_hi, square.lo, vf_fma(c2_lo, square.hi, c1_lo)));
    vf_pair p = pair_product(t, w.hi);
    p.lo = vf_fma(t, w.lo, p.lo);
    return p;
}

#endif
