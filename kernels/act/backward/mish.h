/*
 * The derivative of mish: with z = e^-|x| it is
 *
 *     z*(4x + 4 + z*(4x + 6 + z*(4 + z)))/(2 + z*(2 + z))^2             for x < 0,
 *     (1 + z*(4 + z*(4x + 6 + z*(4x + 4))))/(1 + z*(2 + 2z))^2         above,
 *
 * sums of positive terms, except the first for x < -1.
 */
#ifndef VACT_ACT_BACKWARD_MISH_H
#define VACT_ACT_BACKWARD_MISH_H

#include "math/fast/gradient.h"

VACT_INLINE vf mish_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f), two = vf_set1(2.0f), four = vf_set1(4.0f);
    vm negative = vm_lt(x, zero);
    vf bounded = vf_min(vf_set1(4096.0f), vf_max(vf_set1(-4096.0f), x));
    gradient_exp e = gradient_exp_of(vf_neg(vf_abs(x)), zero);
    vf_pair z = {vf_mul(e.power, e.factor.hi), vf_mul(e.power, e.factor.lo)};
    vf_pair line = pair_sum(vf_mul(four, bounded), four);
    vf next = vf_fma(four, bounded, vf_set1(6.0f));
    vf_pair first = {vf_select(negative, line.hi, one), vf_select(negative, line.lo, zero)};
    vf second = vf_select(negative, next, four), third = vf_select(negative, four, next);
    vf fourth = vf_select(negative, one, line.hi);
    /* Horner, with the rounding error of each sum kept. */
    vf next_lo = vf_fma(four, bounded, vf_sub(vf_set1(6.0f), next));
    vf_pair b, inner;
    b.hi = vf_fma(z.hi, fourth, third);
    b.lo = vf_fma(z.lo, fourth, vf_fma(z.hi, fourth, vf_sub(third, b.hi)));
    b.lo = vf_add(b.lo, vf_select(negative, zero, next_lo));
    inner.hi = vf_fma(z.hi, b.hi, second);
    inner.lo = vf_fma(z.hi, b.hi, vf_sub(second, inner.hi));
    inner.lo = vf_fma(z.lo, b.hi, vf_fma(z.hi, b.lo, inner.lo));
    inner.lo = vf_add(inner.lo, vf_select(negative, next_lo, zero));
    vf_pair m;
    m.hi = vf_fma(z.hi, inner.hi, first.hi);
    m.lo = vf_fma(z.hi, inner.hi, vf_sub(first.hi, m.hi));
    m.lo = vf_add(vf_fma(z.hi, inner.lo, vf_fma(z.lo, inner.hi, first.lo)), m.lo);
    vf constant = vf_select(negative, two, one), square = vf_select(negative, one, two);
    vf_pair t, d;
    t.hi = vf_fma(square, z.hi, two);
    t.lo = vf_fma(square, z.hi, vf_sub(two, t.hi));
    d.hi = vf_fma(z.hi, t.hi, constant);
    d.lo = vf_fma(z.hi, t.lo, vf_fma(z.hi, t.hi, vf_sub(constant, d.hi)));
    d.lo = vf_fma(z.lo, vf_fma(square, z.hi, t.hi), d.lo);
    vf_pair scaled = gradient_product(m, e.factor);
    vf_pair n = {vf_select(negative, scaled.hi, m.hi), vf_select(negative, scaled.lo, m.lo)};
    vf reciprocal = vf_div(one, d.hi);
    vf_pair slope = gradient_quotient(gradient_quotient(n, d, reciprocal), d, reciprocal);
    return gradient_scale(gradient_times(dy, slope), vf_select(negative, e.n, zero));
}

#endif
