/*
 * What the gradients share: dy*f'(x), where f' is 2^n times a number of moderate size and n may be as low as -250. The
 * factor 2^n comes last: so for |dy| in [2^-90, 2^90] no digits are lost to a subnormal f', and no product to an
 * overflow of e^x. Sums and quotients are hi/lo pairs: two roundings count, of e^r - 1 and of the last product.
 */
#ifndef VACT_MATH_FAST_GRADIENT_H
#define VACT_MATH_FAST_GRADIENT_H

#include "math/common/pair.h"
#include "math/fast/exp_rise.h"

/* e^p = 2^n*factor. */
typedef struct {
    vf n;
    vf_pair factor;
    vf power; /* 2^n, at least 2^-64: its products are not subnormal, and its sum with 1 is the same */
} gradient_exp;

/* An argument beyond +-174 counts as +-174: for such dy the gradient is 0 or infinite anyway. */
#define GRADIENT_MOST 174.0f

/* An argument above `most` counts as `most`, at most GRADIENT_MOST. */
VACT_INLINE gradient_exp gradient_exp_below(vf p, vf p_lo, vf most)
{
    vf bounded = vf_min(most, vf_max(vf_set1(-GRADIENT_MOST), p));
    fast_reduced parts = fast_reduce(bounded);
    vf one = vf_set1(1.0f), rise = fast_exp_rise(parts.r);
    gradient_exp e;
    e.n = parts.n;
    e.factor.hi = vf_add(one, rise);
    e.factor.lo = vf_fma(p_lo, e.factor.hi, vf_sub(rise, vf_sub(e.factor.hi, one)));
    e.power = vf_power_of_two(vf_max(vf_set1(VF_POWER_SHIFT - 64.0f), parts.shifted));
    return e;
}

VACT_INLINE gradient_exp gradient_exp_of(vf p, vf p_lo) { return gradient_exp_below(p, p_lo, vf_set1(GRADIENT_MOST)); }

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
 * v*2^n, n whole in [-252, 253], by two products on every instruction set: v may be subnormal, which vf_scale does not
 * accept. From n = -251 down, which is n for the least argument, the gradient is 0; a power of 0 gives it without the
 * time of a product that underflows.
 */
VACT_INLINE vf gradient_scale(vf v, vf n)
{
    vf shift = vf_set1(VF_POWER_SHIFT);
    vf first = vf_fma(n, vf_set1(0.5f), shift);
    vf second = vf_add(vf_sub(n, vf_sub(first, shift)), shift);
    vf power = vf_select(vm_le(n, vf_set1(-251.0f)), vf_set1(0.0f), vf_power_of_two(second));
    return vf_mul(vf_mul(v, vf_power_of_two(first)), power);
}

/* dy*z/(1 + z)^2*2^shift, z = e^-a, a >= 0. */
VACT_INLINE vf gradient_bell(vf dy, vf a, float shift)
{
    gradient_exp e = gradient_exp_of(vf_neg(a), vf_set1(0.0f));
    vf_pair d = gradient_one_plus(e);
    vf reciprocal = vf_div(vf_set1(1.0f), d.hi);
    vf_pair bell = gradient_quotient(gradient_quotient(e.factor, d, reciprocal), d, reciprocal);
    return gradient_scale(gradient_times(dy, bell), vf_add(e.n, vf_set1(shift)));
}

/* dy*sigmoid(p). */
VACT_INLINE vf gradient_sigmoid(vf dy, vf_pair p)
{
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f);
    vm negative = vm_lt(p.hi, zero);
    vf low = pair_low_of_exponent(p);
    gradient_exp e = gradient_exp_of(vf_neg(vf_abs(p.hi)), vf_select(negative, low, vf_neg(low)));
    vf_pair d = gradient_one_plus(e);
    vf_pair n = {vf_select(negative, e.factor.hi, one), vf_select(negative, e.factor.lo, zero)};
    vf_pair s = gradient_quotient(n, d, vf_div(one, d.hi));
    return gradient_scale(gradient_times(dy, s), vf_select(negative, e.n, zero));
}

/*
 * dy times the derivative of x*sigmoid(p), p a function of x and w = x*p'(x), of the sign of p:
 * sigmoid(p)*(1 + w*sigmoid(-p)) = (1 + z + w*z^k)/(1 + z)^2*z^(1 - k), z = e^-|p|, k = 0 for p < 0 and 1 above.
 */
VACT_INLINE vf gradient_gate(vf dy, vf_pair p, vf_pair w)
{
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f), most = vf_set1(4096.0f);
    vm negative = vm_lt(p.hi, zero);
    vf low = pair_low_of_exponent(p);
    gradient_exp e = gradient_exp_of(vf_neg(vf_abs(p.hi)), vf_select(negative, low, vf_neg(low)));
    vf_pair d = gradient_one_plus(e);
    /* Where w is so large z makes the product vanish. */
    vf w_lo = vf_select(vm_lt(vf_abs(w.hi), most), w.lo, zero);
    vf_pair bounded = {vf_min(most, vf_max(vf_neg(most), w.hi)), w_lo};
    vf_pair z = {vf_mul(e.power, e.factor.hi), vf_mul(e.power, e.factor.lo)};
    vf_pair wz = gradient_product(bounded, z);
    vf_pair term = {vf_select(negative, bounded.hi, wz.hi), vf_select(negative, bounded.lo, wz.lo)};
    vf_pair m = pair_sum(d.hi, term.hi);
    m.lo = vf_add(m.lo, vf_add(d.lo, term.lo));
    vf_pair scaled = gradient_product(m, e.factor);
    vf_pair n = {vf_select(negative, scaled.hi, m.hi), vf_select(negative, scaled.lo, m.lo)};
    vf reciprocal = vf_div(one, d.hi);
    vf_pair slope = gradient_quotient(gradient_quotient(n, d, reciprocal), d, reciprocal);
    return gradient_scale(gradient_times(dy, slope), vf_select(negative, e.n, zero));
}

/* dy*a*e^p. Where p is above `most` the result is not used, and must not overflow. */
VACT_INLINE vf gradient_exponential(vf dy, vf a, vf_pair p, vf most)
{
    gradient_exp e = gradient_exp_below(p.hi, pair_low_of_exponent(p), most);
    vf_pair scaled = pair_product(a, e.factor.hi);
    scaled.lo = vf_fma(a, e.factor.lo, scaled.lo);
    return gradient_scale(gradient_times(dy, scaled), e.n);
}

#endif
