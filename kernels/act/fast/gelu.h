/*
 * gelu: x*Phi(x), as x*Phi(-|x|) below 0 and x - x*Phi(-|x|) above: nothing cancels.
 *
 * |x|*Phi(-|x|) comes out of one fused operation, its power of two 2^64 too large so that no subnormal number is met
 * before the last operation, which takes the power out, makes the difference and rounds once more: below 0 to nothing
 * new but where the result is subnormal: that takes processors ten times as long, so there, from -13 down, it is
 * rounded as a whole number of 2^-149. Of a negative x the difference is taken from -0, which the tail's end keeps.
 * Largest error 1.460 ULP, at -1.34820235 (all 2^32 inputs); above 0 it is near 1.1.
 */
#ifndef VACT_ACT_FAST_GELU_H
#define VACT_ACT_FAST_GELU_H

#include "loop/form.h"
#include "math/fast/logistic.h"
#include "math/fast/normal.h"
#include "math/pair.h"

#define GELU_ORDINARY 13.0f
#define GELU_POWER 0x1p-64f

VACT_INLINE vf gelu_bounded(vf x) { return vf_min_magnitude(vf_set1(FAST_NORMAL_LIMIT), x); }

/* t*Phi(-t)/GELU_POWER */
VACT_INLINE vf_pair gelu_product(vf t)
{
    fast_normal tail = fast_normal_tail(t);
    vf scaled = vf_times_power(t, tail.shifted);
    vf product = vf_fma(scaled, tail.rest, scaled);
    return (vf_pair){product, vf_fma(scaled, tail.rest, vf_sub(scaled, product))};
}

VACT_INLINE vf gelu_base(vf x) { return vf_max(vf_set1(-0.0f), x); }

VACT_INLINE vf gelu_of_product(vf product, vf x) { return vf_fnma(product, vf_set1(GELU_POWER), gelu_base(x)); }

/* hi is gelu(x); lo, what its two roundings left, is for a factor that follows (geglu). */
VACT_INLINE vf_pair gelu_pair(vf x)
{
    vf power = vf_set1(GELU_POWER);
    vf_pair product = gelu_product(gelu_bounded(x));
    vf y = gelu_of_product(product.hi, x);
    vf lo = vf_fnma(product.lo, power, vf_fnma(product.hi, power, vf_sub(gelu_base(x), y)));
    return (vf_pair){y, lo};
}

VACT_INLINE vf gelu_ordinary(vf x, const vact_params_f32 *params)
{
    (void)params;
    return gelu_of_product(gelu_product(vf_abs(x)).hi, x);
}

/* Of a product below 2^40. vf_units takes 2^23 and the number of 2^-149, rounded, or, where that is more, its double.
 */
VACT_INLINE vf gelu_low(vf product)
{
    vf rounded = vf_fma(product, vf_set1(0x1p+85f), vf_set1(0x1p+23f));
    return vf_neg(vf_units(vf_max(rounded, vf_mul(product, vf_set1(0x1p+86f)))));
}

VACT_INLINE vf gelu_rare(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf product = gelu_product(gelu_bounded(x)).hi;
    vm low = vm_lt(x, vf_set1(-GELU_ORDINARY));
    vf others = gelu_of_product(vf_select(low, vf_set1(1.0f), product), x);
    return vf_select(low, gelu_low(product), others);
}

VACT_NOINLINE static vf gelu_any(vf x, const vact_params_f32 *params) { return gelu_rare(x, params); }

VACT_INLINE act_form gelu_form(const vact_params_f32 *params)
{
    (void)params;
    return (act_form){GELU_ORDINARY, gelu_ordinary, gelu_rare, gelu_any};
}

VACT_INLINE vf gelu_forward(vf x, const vact_params_f32 *params) { return act_forward(gelu_form(params), x, params); }

#endif
