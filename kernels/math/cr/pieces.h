/*
 * A function as polynomials of degree 8 on sixteen pieces, each around a centre, for the variant `cr`. The four lowest
 * coefficients are pairs of floats, and so are the last four steps: their terms are the larger ones.
 */
#ifndef VACT_MATH_CR_PIECES_H
#define VACT_MATH_CR_PIECES_H

#include "math/cr/round.h"

/* Row by row: an entry for each piece. */
typedef struct {
    _Alignas(64) float centre[16];
    float coefficient[9][16];
    float low[4][16];
} cr_pieces;

/* The coefficients of the piece of each lane. */
typedef struct {
    vf c[9], low[4];
} cr_coefficients;

VACT_INLINE cr_coefficients cr_look_up(const cr_pieces *pieces, vi place)
{
    cr_coefficients of;
    for (size_t k = 0; k < 9; k++)
        of.c[k] = vf_look_up_16(pieces->coefficient[k], place);
    for (size_t k = 0; k < 4; k++)
        of.low[k] = vf_look_up_16(pieces->low[k], place);
    return of;
}

/* Each sum is of a coefficient and a term that is smaller, or of 0 and a term. */
VACT_INLINE vf_pair cr_polynomial(const cr_coefficients *of, vf h)
{
    const vf *c = of->c;
    const vf tail = vf_fma(h, vf_fma(h, vf_fma(h, vf_fma(h, c[8], c[7]), c[6]), c[5]), c[4]);
    const vf three = vf_fma(h, tail, c[3]), three_low = vf_fma(h, tail, vf_sub(c[3], three));
    const vf two = vf_fma(h, three, c[2]), two_low = vf_fma(h, three_low, vf_fma(h, three, vf_sub(c[2], two)));
    const vf one = vf_fma(h, two, c[1]), one_low = vf_fma(h, two_low, vf_fma(h, two, vf_sub(c[1], one)));
    const vf sum = vf_fma(h, one, c[0]), sum_low = vf_fma(h, one_low, vf_fma(h, one, vf_sub(c[0], sum)));
    const vf low = vf_fma(h, vf_fma(h, vf_fma(h, of->low[3], of->low[2]), of->low[1]), of->low[0]);
    return (vf_pair){sum, vf_add(sum_low, low)};
}

/* For x >= 0: piece j has its centre at j/spacing. */
VACT_INLINE vf_pair cr_by_pieces(const cr_pieces *pieces, float spacing, vf x)
{
    const vi place = vf_bits(vf_fma(x, vf_set1(spacing), vf_set1(0x1.8p+23f)));
    const cr_coefficients of = cr_look_up(pieces, place);
    return cr_polynomial(&of, vf_sub(x, vf_look_up_16(pieces->centre, place)));
}

#endif
