/*
 * gelu: x*Phi(x), as x*Phi(-|x|) below 0 and x - x*Phi(-|x|) above: nothing cancels.
 *
 * |x|*Phi(-|x|) comes out of one fused operation, its power of two 2^64 too large so that no subnormal number is met
 * before the last operation, which takes the power out, makes the difference and rounds once more: below 0 to nothing
 * new but where the result is subnormal. Of a negative x the difference is taken from -0, which the tail's end keeps.
 * Largest error 1.460 ULP, at -1.34820235 (all 2^32 inputs); above 0 it is near 1.1.
 */
#ifndef VACT_ACT_FAST_GELU_H
#define VACT_ACT_FAST_GELU_H

#include "math/fast/normal.h"
#include "math/pair.h"

/* hi is gelu(x); lo, what its two roundings left, is for a factor that follows (geglu). */
VACT_INLINE vf_pair gelu_pair(vf x)
{
    const vf power = vf_set1(0x1p-64f);
    vf t = vf_min_magnitude(vf_set1(FAST_NORMAL_LIMIT), x);
    fast_normal tail = fast_normal_tail(t);
    vf scaled = vf_times_power(t, tail.shifted);
    vf product = vf_fma(scaled, tail.rest, scaled);
    vf product_lo = vf_fma(scaled, tail.rest, vf_sub(scaled, product));
    vf base = vf_max(vf_set1(-0.0f), x);
    vf_pair y;
    y.hi = vf_fnma(product, power, base);
    y.lo = vf_fnma(product_lo, power, vf_fnma(product, power, vf_sub(base, y.hi)));
    return y;
}

VACT_INLINE vf gelu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return gelu_pair(x).hi;
}

#endif
