/*
 * log(1 + x) of the `fast` variant for 0 <= x < 2^126: 1 + x = 2^k*(1 + f), f in [-1/4, 1/2), and the result is
 * k*ln 2 + log(1 + f).
 *
 * f = 2^-k*x + (2^-k - 1) is exact for k <= 24; beyond, its error is below 2^-29 ULP of the result.
 * log(1 + f) = f - f^2/2 + f^3*q(f) (docs/approximations/log1p.sollya). The rounding error of the sum of f and k*ln 2,
 * whose first part is exact, is kept, so that hi + lo is right to a quarter of an ULP. Included after a header of vec/.
 */
#ifndef VACT_MATH_FAST_LOG1P_H
#define VACT_MATH_FAST_LOG1P_H

#include "math/common/constants.h"
#include "math/common/horner.h"
#include "math/common/pair.h"

/* NaN for NaN. A tiny x is its own result; 0 is computed in its place, as its square would be subnormal. */
VACT_INLINE vf_pair fast_log1p_pair(vf x)
{
    vm tiny = vm_lt(x, vf_set1(0x1p-40f));
    vf a = vf_select(tiny, vf_set1(0.0f), x), one = vf_set1(1.0f);
    /* The float 4/3 is such that the exponent changes at exactly 3/2. */
    vf k = vf_exponent(vf_mul(vf_add(one, a), vf_set1(0x1.555556p+0f)));
    vf power = vf_power_of_two(vf_sub(vf_set1(VF_POWER_SHIFT), k));
    vf f = vf_fma(power, a, vf_sub(power, one));

    vf q = horner9(f, -0x1.39af68p-5f, 0x1.60e48ap-4f, -0x1.aeb2c8p-4f, 0x1.cca02ap-4f, -0x1.ff71d8p-4f, 0x1.2478a2p-3f,
                   -0x1.55559p-3f, 0x1.999996p-3f, -0x1p-2f, 0x1.555556p-2f);

    vf curve = vf_fma(vf_mul(vf_set1(-0.5f), f), f, vf_mul(vf_mul(vf_mul(f, f), f), q));
    vf high = vf_fma(k, vf_set1(MATH_LN2_HI), f);
    vf high_lo = vf_sub(f, vf_fnma(k, vf_set1(MATH_LN2_HI), high));
    vf low = vf_add(vf_fma(k, vf_set1(MATH_LN2_LO), high_lo), curve);
    vf_pair sum;
    sum.hi = vf_add(high, low);
    sum.lo = vf_sub(low, vf_sub(sum.hi, high));
    sum.hi = vf_select(tiny, x, sum.hi);
    return sum;
}

#endif
