/*
 * log(1 + e^x) of the `fast` variant: max(x, 0) + log1p(z), z = e^-|x| = 2^n*(1 + t).
 *
 * log1p(z) = a*z + z*u with a = 27/32: u stays below 0.16 in size, so its roundings count little, and a*z is carried
 * as hi + lo. u is a polynomial in z - 1/2, whose terms fall off where those of a series in z would cancel near z = 1.
 * The two larger addends are added last. Below -40 log1p(z) = z to the last bit: e^x takes over, lane by lane.
 */
#ifndef VACT_MATH_FAST_SOFTPLUS_H
#define VACT_MATH_FAST_SOFTPLUS_H

#include "math/fast/exp.h"

/* The coefficients: docs/approximations/softplus.sollya. */
VACT_INLINE vf fast_softplus_above(vf x)
{
    vf shift = vf_set1(VF_POWER_SHIFT);
    vf magnitude = vf_min(vf_set1(40.0f), vf_max(vf_set1(0x1p-40f), vf_abs(x)));
    vf shifted = vf_fnma(magnitude, vf_set1(0x1.715476p+0f), shift);
    vf minus_n = vf_sub(shift, shifted);
    vf power = vf_power_of_two(shifted);
    vf r = vf_fms(minus_n, vf_set1(0x1.62e4p-1f), magnitude);
    r = vf_fma(minus_n, vf_set1(0x1.7f7d1cp-20f), r);
    vf r2 = vf_mul(r, r);
    vf even = vf_fma(vf_set1(0x1.6a3d9cp-10f), r2, vf_set1(0x1.5558bep-5f));
    even = vf_fma(even, r2, vf_set1(0x1.fffffcp-2f));
    vf odd = vf_fma(vf_set1(0x1.12386ep-7f), r2, vf_set1(0x1.555494p-3f));
    vf t = vf_fma(vf_fma(odd, r, even), r2, r);

    vf z = vf_fma(power, t, power);
    power = vf_mul(vf_set1(0.84375f), power);
    vf main = vf_fma(power, t, power);
    vf main_lo = vf_fma(power, t, vf_sub(power, main));
    vf v = vf_sub(z, vf_set1(0.5f)), v2 = vf_mul(v, v);
    even = vf_fma(vf_set1(0x1.5716ccp-8f), v2, vf_set1(0x1.7ba734p-7f));
    even = vf_fma(even, v2, vf_set1(0x1.2c1a72p-5f));
    even = vf_fma(even, v2, vf_set1(0x1.0f955ep-3f));
    even = vf_fma(even, v2, vf_set1(-0x1.0cdc12p-5f));
    odd = vf_fma(vf_set1(-0x1.a69f34p-9f), v2, vf_set1(-0x1.bb3398p-8f));
    odd = vf_fma(odd, v2, vf_set1(-0x1.50f9aep-6f));
    odd = vf_fma(odd, v2, vf_set1(-0x1.153ffep-4f));
    odd = vf_fma(odd, v2, vf_set1(-0x1.2773a6p-2f));
    vf rest = vf_fma(z, vf_fma(odd, v, even), main_lo);

    vf positive = vf_max(vf_set1(0.0f), x);
    return vf_add(vf_add(vf_min(positive, main), rest), vf_max(positive, main));
}

VACT_INLINE vf fast_softplus(vf x)
{
    vf y = fast_softplus_above(x);
    vm low = vm_lt(x, vf_set1(-40.0f));
    if (__builtin_expect(vm_any(low), 0))
        y = vf_select(low, fast_exp(x), y);
    return y;
}

#endif
