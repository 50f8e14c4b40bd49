/*
 * Q(a) = (1 - erf(a/sqrt(2)))/2, the upper tail of the standard normal distribution, for the variant `cr` and 0 <= a <=
 * 11: a*Q(a) = e^(-a^2/2)*N(a), both factors as pairs. N rises from 0 to 0.4. On each of fifteen pieces it is a
 * polynomial of degree 8 in h = a - centre, whose four lowest coefficients and last four steps are pairs. Its error is
 * below 2^-38.4, and near 0 below 2^-34.3 of N (docs/approximations/cr_normal.py).
 */
#ifndef VACT_MATH_CR_NORMAL_H
#define VACT_MATH_CR_NORMAL_H

#include "math/cr/exp.h"
#include "math/cr/normal_table.h"

#define CR_NORMAL_LIMIT 11.0f

VACT_INLINE vf_pair cr_scaled_tail(vf a)
{
    const vf v = vf_add(a, vf_set1(0.875f));
    const vm near = vm_lt(v, vf_set1(3.0f));
    const vi piece = vi_shift_right(vi_sub(vf_bits(v), vi_set1(2u << 21)), 21);
    const vf h = vf_sub(a, vf_look_up_either(near, cr_normal_centre, piece));
    vf q = vf_fma(h, vf_look_up_either(near, cr_normal_8, piece), vf_look_up_either(near, cr_normal_7, piece));
    q = vf_fma(h, q, vf_look_up_either(near, cr_normal_6, piece));
    q = vf_fma(h, q, vf_look_up_either(near, cr_normal_5, piece));
    q = vf_fma(h, q, vf_look_up_either(near, cr_normal_4, piece));
    const vf c3 = vf_look_up_either(near, cr_normal_3, piece);
    const vf three = vf_fma(h, q, c3), three_low = vf_fma(h, q, vf_sub(c3, three));
    const vf c2 = vf_look_up_either(near, cr_normal_2, piece), c1 = vf_look_up_either(near, cr_normal_1, piece);
    const vf c0 = vf_look_up_either(near, cr_normal_0, piece);
    const vf two = vf_fma(h, three, c2), two_low = vf_fma(h, three_low, vf_fma(h, three, vf_sub(c2, two)));
    const vf one = vf_fma(h, two, c1), one_low = vf_fma(h, two_low, vf_fma(h, two, vf_sub(c1, one)));
    const vf sum = vf_fma(h, one, c0), sum_low = vf_fma(h, one_low, vf_fma(h, one, vf_sub(c0, sum)));
    vf low =
        vf_fma(h, vf_look_up_either(near, cr_normal_3_low, piece), vf_look_up_either(near, cr_normal_2_low, piece));
    low = vf_fma(h, low, vf_look_up_either(near, cr_normal_1_low, piece));
    low = vf_fma(h, low, vf_look_up_either(near, cr_normal_0_low, piece));
    return (vf_pair){sum, vf_add(sum_low, low)};
}

/* e^(-a^2/2) */
VACT_INLINE vf_pair cr_bell(vf a)
{
    const vf half = vf_mul(a, vf_set1(-0.5f)), square = vf_mul(half, a);
    return cr_exp(square, vf_fms(half, a, square));
}

#endif
