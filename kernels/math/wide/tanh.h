/*
 * tanh x = e/(e + 2), e = e^2x - 1: a sum of two numbers that are not negative. Largest relative error seen
 * (tests/test_wide.c): 2^-67.3 at 0x1.60ca72b83a2p-9.
 */
#ifndef VACT_MATH_WIDE_TANH_H
#define VACT_MATH_WIDE_TANH_H

#include "math/wide/exp.h"

/* For every p. */
VACT_INLINE vf_pair wide_tanh(vf_pair p)
{
    const vf_pair magnitude = pair_abs(p);
    const vm far = vm_lt(vf_set1(40.0), magnitude.hi);
    const vf_pair twice = pair_select(
        far, pair_of(vf_set1(80.0)), (vf_pair){vf_add(magnitude.hi, magnitude.hi), vf_add(magnitude.lo, magnitude.lo)});
    const vf_pair e = wide_expm1(twice);
    const vf_pair y = pair_divide(e, pair_add_lane(e, vf_set1(2.0)));
    /* of a tiny p itself: the low part of a subnormal quotient would be wrong */
    const vm tiny = vm_lt(magnitude.hi, vf_set1(0x1p-500));
    const vf_pair result = pair_select(tiny, magnitude, y);
    /* vf_copysign: pair_abs leaves -0 as it is */
    return (vf_pair){vf_copysign(result.hi, p.hi), vf_flip_sign(result.lo, p.hi)};
}

#endif
