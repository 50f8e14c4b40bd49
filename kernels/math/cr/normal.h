/*
 * Q(a) = (1 - erf(a/sqrt(2)))/2, the upper tail of the standard normal distribution, for the variant `cr` and 0 <= a <=
 * 11: a*Q(a) = e^(-a^2/2)*N(a), both factors as pairs. N rises from 0 to 0.4. On fifteen pieces it is a polynomial; its
 * error is below 2^-38.4, and near 0 below 2^-34.3 of N (docs/approximations/cr_pieces.py).
 */
#ifndef VACT_MATH_CR_NORMAL_H
#define VACT_MATH_CR_NORMAL_H

#include "math/cr/exp.h"
#include "math/cr/normal_table.h"

#define CR_NORMAL_LIMIT 11.0f

/* Two tables of eight, of which the second is for near pieces. */
VACT_INLINE vf cr_normal_entry(vm near, const float *row, vi place)
{
    return vf_look_up_either(near, (const float(*)[8])row, place);
}

VACT_INLINE vf_pair cr_scaled_tail(vf a)
{
    const cr_pieces *table = &cr_normal_pieces;
    const vf v = vf_add(a, vf_set1(0.875f));
    const vm near = vm_lt(v, vf_set1(3.0f));
    const vi place = vi_shift_right(vi_sub(vf_bits(v), vi_set1(2u << 21)), 21);
    cr_coefficients of;
    for (size_t k = 0; k < 9; k++)
        of.c[k] = cr_normal_entry(near, table->coefficient[k], place);
    for (size_t k = 0; k < 4; k++)
        of.low[k] = cr_normal_entry(near, table->low[k], place);
    return cr_polynomial(&of, vf_sub(a, cr_normal_entry(near, table->centre, place)));
}

/* e^(-a^2/2) */
VACT_INLINE vf_pair cr_bell(vf a)
{
    const vf half = vf_mul(a, vf_set1(-0.5f)), square = vf_mul(half, a);
    return cr_exp(square, vf_fms(half, a, square));
}

#endif
