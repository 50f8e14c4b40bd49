/*
 * What the gradients share: dy*f'(x), where f' is 2^n times a number of moderate size and n may be as low as -250. The
 * factor 2^n comes last: so for |dy| in [2^-90, 2^90] no digits are lost to a subnormal f', and no product to an
 * overflow of e^x. Only special lanes have an n so small that dy*2^n may be subnormal for a dy of usual size.
 */
#ifndef VACT_MATH_FAST_GRADIENT_H
#define VACT_MATH_FAST_GRADIENT_H

#include "math/common/pair.h"
#include "math/fast/exp_rise.h"
#include "math/fast/subnormal.h"

typedef struct {
    vf_pair factor; /* e^p = 2^n*factor */
    vf power;       /* 2^n, at least 2^-64: its products are not subnormal, and its sum with 1 is the same */
} gradient_exp;

/* An argument beyond +-174 counts as +-174: for such dy the gradient is 0 or infinite anyway. */
#define GRADIENT_MOST 174.0f

VACT_INLINE gradient_exp gradient_exp_of(vf p)
{
    vf most = vf_set1(GRADIENT_MOST), bounded = vf_min(most, vf_max(vf_neg(most), p));
    fast_reduced parts = fast_reduce(bounded);
    vf one = vf_set1(1.0f), rise = fast_exp_rise(parts.r);
    gradient_exp e;
    e.factor.hi = vf_add(one, rise);
    e.factor.lo = vf_sub(rise, vf_sub(e.factor.hi, one));
    e.power = vf_power_of_two(vf_max(vf_set1(VF_POWER_SHIFT - 64.0f), parts.shifted));
    return e;
}

/* 1 + e^p for p <= 0. */
VACT_INLINE vf_pair gradient_one_plus(gradient_exp e)
{
    vf one = vf_set1(1.0f);
    vf_pair d;
    d.hi = vf_fma(e.power, e.factor.hi, one);
    d.lo = vf_fma(e.power, e.factor.lo, vf_fma(e.power, e.factor.hi, vf_sub(one, d.hi)));
    return d;
}

/* n/d, given the reciprocal of d.hi. */
VACT_INLINE vf_pair gradient_quotient(vf_pair n, vf_pair d, vf reciprocal)
{
    vf q = vf_mul(n.hi, reciprocal);
    vf residual = vf_fnma(q, d.lo, vf_add(vf_fnma(q, d.hi, n.hi), n.lo));
    return (vf_pair){q, vf_mul(residual, reciprocal)};
}

VACT_INLINE vf_pair gradient_product(vf_pair a, vf_pair b)
{
    vf_pair p = pair_product(a.hi, b.hi);
    p.lo = vf_fma(a.hi, b.lo, vf_fma(a.lo, b.hi, p.lo));
    return p;
}

/* dy*(a.hi + a.lo), rounded once but for the rounding of the low part. */
VACT_INLINE vf gradient_times(vf dy, vf_pair a) { return vf_fma(dy, a.hi, vf_mul(dy, a.lo)); }

/*
 * A function of t on eight intervals, p0 + d*(p1 + d*(p2 + ...)), d = t - centre (docs/approximations/
 * fast_gradient.py). The last sum is a hi/lo pair: of the roundings, those count that are multiplied by d.
 */
VACT_INLINE vf_pair gradient_polynomial(vf d, vi interval, const float (*terms)[8], int degree)
{
    vf p = vf_look_up(terms[degree], interval);
    for (int k = degree - 1; k > 0; k--)
        p = vf_fma(p, d, vf_look_up(terms[k], interval));
    vf first = vf_look_up(terms[0], interval);
    vf hi = vf_fma(p, d, first);
    return (vf_pair){hi, vf_fma(p, d, vf_sub(first, hi))};
}

/* |x|, at least 2^-40: a subnormal operand of a product is slow, and no f' here changes below that. Keeps a NaN. */
VACT_INLINE vf gradient_magnitude(vf x) { return vf_max(vf_set1(0x1p-40f), vf_abs(x)); }

/* f' is g below 0 and 1 - g from 0 on, for the functions whose f'(x) + f'(-x) is 1: dy*f' = base + v*g. */
typedef struct {
    vm above;
    vf base, v; /* dy and -dy, or 0 and dy */
} gradient_sides;

VACT_INLINE gradient_sides gradient_sides_of(vf dy, vm above)
{
    vf base = vf_where(above, dy);
    return (gradient_sides){above, base, vf_fnma(vf_set1(2.0f), base, dy)};
}

VACT_INLINE vf gradient_reflected(gradient_sides s, vf_pair g) { return vf_fma(s.v, g.hi, vf_fma(s.v, g.lo, s.base)); }

/* The same for g*2^n, where 2^n is normal. */
VACT_INLINE vf gradient_reflected_power(gradient_sides s, vf_pair g, vf power)
{
    return vf_fma(gradient_times(s.v, g), power, s.base);
}

#define GRADIENT_LOW 118.0f

/*
 * q*2^n + base, one rounding, where n < -GRADIENT_LOW in some lane: there the product may be subnormal, which is slow
 * unless it is computed by integer operations (math/fast/subnormal.h): 2^23 added to the magnitude times 2^149 rounds
 * that to a whole number; a larger one is doubled exactly instead, to which 2^-60 is added, as it may be subnormal
 * itself. base is 0 or far larger than the product. Where q is huge, infinite or NaN the power is two factors, the
 * first of them 0 for n = -251.
 */
__attribute__((noinline, unused)) static vf gradient_low_sum(vf q, vf shifted, vf base)
{
    const vf shift = vf_set1(VF_POWER_SHIFT), least = vf_set1(VF_POWER_SHIFT - GRADIENT_LOW);
    const vf most = vf_set1(0x1p+90f);
    vm low = vm_and(vm_lt(shifted, least), vm_lt(vf_abs(q), most));
    vf magnitude = vf_min(vf_abs(q), most); /* in other lanes the products below would overflow */
    vf power = vf_power_of_two(vf_add(vf_min(least, shifted), vf_set1(149.0f)));
    vf sum = vf_fma(magnitude, power, vf_set1(0x1p+23f));
    vf twice = vf_fma(magnitude, vf_add(power, power), vf_set1(0x1p-60f));
    vf small = vf_add(vf_copysign(fast_subnormal(vf_max(sum, twice)), q), base);

    vf elsewhere = vf_select(low, shift, shifted);
    vf second = vf_max(vf_set1(VF_POWER_SHIFT - 124.0f), elsewhere);
    vf first = vf_add(vf_sub(elsewhere, second), shift);
    vf product = vf_mul(q, vf_power_of_two(first));
    return vf_select(low, small, vf_fma(product, vf_power_of_two(second), base));
}

/* q*2^n + base, n in [-251, 126]; shifted = VF_POWER_SHIFT + n. */
VACT_INLINE vf gradient_sum(vf q, vf shifted, vf base)
{
    if (vm_any(vm_lt(shifted, vf_set1(VF_POWER_SHIFT - GRADIENT_LOW))))
        return gradient_low_sum(q, shifted, base);
    return vf_fma(q, vf_power_of_two(shifted), base);
}

/* The same as gradient_reflected_power for n in [-251, 0]. */
VACT_INLINE vf gradient_reflected_scaled(gradient_sides s, vf_pair g, vf shifted)
{
    return gradient_sum(gradient_times(s.v, g), shifted, s.base);
}

/* z = e^-t = 2^n*(1 + rise), for t > 8; t above 174 counts as 174, which is n = -251. The exact argument is t + t_lo;
 * t_lo is not NaN. */
typedef struct {
    vf t; /* bounded */
    vf shifted, rise, z;
} gradient_far;

VACT_INLINE gradient_far gradient_far_of(vf t, vf t_lo)
{
    gradient_far e;
    e.t = vf_min(vf_set1(0x1.5bf5cap+7f), t);
    fast_reduced parts = fast_reduce(vf_neg(e.t));
    vf power = vf_power_of_two(vf_max(vf_set1(VF_POWER_SHIFT - 124.0f), parts.shifted));
    e.shifted = parts.shifted;
    e.rise = fast_exp_rise(vf_sub(parts.r, t_lo));
    e.z = vf_fma(power, e.rise, power);
    return e;
}

/* value*2^n */
typedef struct {
    vf value, shifted; /* VF_POWER_SHIFT + n */
} gradient_power;

/* Where 2^n is normal. */
VACT_INLINE vf gradient_value(gradient_power y) { return vf_mul(y.value, vf_power_of_two(y.shifted)); }

/* The same for n in [-251, 126]. With -0 the sum is the product. */
VACT_INLINE vf gradient_value_down(gradient_power y) { return gradient_sum(y.value, y.shifted, vf_set1(-0.0f)); }

/* For n in [-251, 252]. */
VACT_INLINE vf gradient_value_any(gradient_power y)
{
    vf most = vf_min(vf_set1(VF_POWER_SHIFT + 126.0f), y.shifted);
    vf up = vf_power_of_two(vf_add(vf_sub(y.shifted, most), vf_set1(VF_POWER_SHIFT)));
    return gradient_sum(vf_mul(y.value, up), most, vf_set1(-0.0f));
}

/*
 * dy*z/(1 + z)^2 = 2^n*value, z = e^-(a + a_lo), a >= 0 and at most 174: with 1/(1 + z)^2 = reciprocal*(1 + residual)
 * and z = 2^n*(1 + rise) it is dy*reciprocal*(1 + rise)*(1 + residual), all but the last rounding of small parts.
 */
VACT_INLINE gradient_power gradient_bell_of(vf dy, vf a, vf a_lo)
{
    const vf one = vf_set1(1.0f);
    fast_reduced parts = fast_reduce(vf_neg(a));
    vf rise = fast_exp_rise(vf_sub(parts.r, a_lo));
    vf power = vf_power_of_two(vf_max(vf_set1(VF_POWER_SHIFT - 64.0f), parts.shifted));
    vf sum = vf_fma(power, rise, vf_add(one, power));
    vf sum_lo = vf_fma(power, rise, vf_add(vf_sub(one, sum), power));
    vf square = vf_mul(sum, sum);
    vf square_lo = vf_fma(vf_add(sum, sum), sum_lo, vf_fms(sum, sum, square));
    vf reciprocal = vf_div(one, square);
    vf residual = vf_fnma(reciprocal, square_lo, vf_fnma(reciprocal, square, one));
    vf more = vf_add(vf_fma(rise, residual, residual), rise);
    vf rest = vf_mul(vf_mul(dy, reciprocal), more);
    return (gradient_power){vf_fma(dy, reciprocal, rest), parts.shifted};
}

/* dy*e^(p + p_lo) */
VACT_INLINE gradient_power gradient_exponential_of(vf dy, vf p, vf p_lo)
{
    fast_reduced parts = fast_reduce(p);
    return (gradient_power){vf_fma(dy, fast_exp_rise(vf_add(parts.r, p_lo)), dy), parts.shifted};
}

/* dy*a*e^(p + p_lo); dy*a is not rounded first. */
VACT_INLINE gradient_power gradient_multiple_of(vf dy, vf a, vf p, vf p_lo)
{
    fast_reduced parts = fast_reduce(p);
    vf rise = fast_exp_rise(vf_add(parts.r, p_lo));
    return (gradient_power){vf_fma(dy, a, vf_mul(dy, vf_mul(a, rise))), parts.shifted};
}

#endif
