/*
 * gelu: x*Phi(x), as x*Phi(-|x|) below 0 and x - x*Phi(-|x|) above: nothing cancels.
 *
 * One FMA gives p = 2^64*|x|*Phi(-|x|), which is never subnormal. The last FMA computes max(x, -0) - 2^-64*p. For x < 0
 * it rounds again only where the result is subnormal. Those take processors ten times as long, so they are rounded to a
 * whole number of 2^-149 instead. -0 rather than 0, so that the result is -0 where the tail ends. Lanes with |x| > 10.5
 * are special: the tail has other intervals there.
 *
 * Largest error 1.5788 ULP, at -0x1.44b066p+1 (all 2^32 inputs); near 1.2 above 0.
 */
#ifndef VACT_ACT_FAST_GELU_H
#define VACT_ACT_FAST_GELU_H

#include "loop/form.h"
#include "math/common/constants.h"
#include "math/common/pair.h"
#include "math/fast/normal.h"
#include "math/fast/subnormal.h"

#define GELU_COMMON FAST_NORMAL_NEAR
#define GELU_POWER 0x1p-64f
#define GELU_NORMAL 0x1.a4ae0cp+3f /* below -GELU_NORMAL the result is subnormal */

/* t*Phi(-t)/GELU_POWER and its rounding error. */
VACT_INLINE vf_pair gelu_product(vf t, fast_normal tail)
{
    vf scaled = vf_times_power(t, tail.shifted);
    vf product = vf_fma(scaled, tail.rest, scaled);
    return (vf_pair){product, vf_fma(scaled, tail.rest, vf_sub(scaled, product))};
}

VACT_INLINE vf gelu_base(vf x) { return vf_max(vf_set1(-0.0f), x); }

/* Not vf_fnma: GCC 12 turns -fma(a, b, c) into fma(-a, b, -c), whose zeros have the other sign. */
VACT_INLINE vf gelu_of_product(vf product, vf x) { return vf_fma(product, vf_set1(-GELU_POWER), gelu_base(x)); }

VACT_INLINE vf_pair gelu_near_product(vf x)
{
    vf t = vf_abs(x);
    return gelu_product(t, fast_normal_near_tail(t));
}

/* hi is gelu(x) and lo its rounding error, for a factor that follows (geglu). */
VACT_INLINE vf_pair gelu_pair_of(vf_pair product, vf x)
{
    vf power = vf_set1(-GELU_POWER);
    vf y = gelu_of_product(product.hi, x);
    vf lo = vf_fma(product.lo, power, vf_fma(product.hi, power, vf_sub(gelu_base(x), y)));
    return (vf_pair){y, lo};
}

/* Above 10.5 gelu is x, even with the small difference at 10.5; with that no product is subnormal. */
VACT_INLINE vf_pair gelu_pair(vf x)
{
    vf t = vf_abs(vf_min(vf_set1(GELU_COMMON), vf_max(vf_set1(-FAST_NORMAL_LIMIT), x)));
    return gelu_pair_of(gelu_product(t, fast_normal_tail(t)), x);
}

/* |x| <= GELU_COMMON */
VACT_INLINE vf_pair gelu_near_pair(vf x) { return gelu_pair_of(gelu_near_product(x), x); }

VACT_INLINE vf gelu_common(vf x, const vact_params_f32 *params)
{
    (void)params;
#ifdef MATH_SHORT /* t*Phi(-t) = [t*Phi(-t)*e^(t^2/2)]*2^f*2^n; t^2 is exact */
    const vf shift = vf_set1(VF_POWER_SHIFT), half = vf_set1(-0.5f * MATH_LOG2E), t = vf_abs(x), square = vf_mul(t, t);
    vf shifted = vf_fma(square, half, shift), f = vf_fms(square, half, vf_sub(shifted, shift));
    return vf_fnma(vf_mul(terms_gelu(t), terms_gelu_power(f)), vf_power_of_two(shifted), gelu_base(x));
#else
    return gelu_of_product(gelu_near_product(x).hi, x);
#endif
}

VACT_INLINE vf gelu_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    vm low = vm_lt(x, vf_set1(-GELU_NORMAL));
    vf t = vf_min(vf_set1(FAST_NORMAL_LIMIT), vf_abs(x));
    vf product = gelu_product(t, fast_normal_tail(t)).hi;
    /* For fast_subnormal. A low product is far below 1, another one times 2^85 could overflow. */
    vf whole = vf_fma(vf_min(vf_set1(1.0f), product), vf_set1(-0x1p+85f), vf_set1(-0x1p+23f));
    /* + 1 where y is not used, so that it is not subnormal */
    vf y = gelu_of_product(vf_add_where(low, product, vf_set1(1.0f)), x);
    return fast_subnormal_where(low, whole, y);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range gelu_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, GELU_COMMON};
}

#endif
