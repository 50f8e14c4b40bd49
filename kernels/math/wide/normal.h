/*
 * The normal distribution. Phi(-t) = e^(-t^2/2)*M(t), t >= 0: M is a polynomial of degree 13 in each interval, whose
 * first three coefficients are pairs; t^2 is a pair. erf(x) is x times a polynomial in x^2 up to 1/2, then
 * 1 - 2*Phi(-x*sqrt(2)).
 *
 * Largest relative errors seen (tests/test_wide.c): the tail 2^-64.0 at 0x1.17ba6be89aaf8p+5, erf 2^-66.0 at
 * 0x1.6aac5f120dea1p-1.
 */
#ifndef VACT_MATH_WIDE_NORMAL_H
#define VACT_MATH_WIDE_NORMAL_H

#include "math/wide/erf_table.h"
#include "math/wide/normal_table.h"

#define WIDE_NORMAL_LIMIT 55.0 /* Phi(-55) < 2^-2180: nothing in any product with two doubles */

enum {
    WIDE_NORMAL_PAIRS = 3,
    WIDE_NORMAL_DEGREE = 13,
    WIDE_NORMAL_WIDTH = 1 + WIDE_NORMAL_DEGREE + 1 + WIDE_NORMAL_PAIRS
};

/* M(t), 0 <= t <= 55 */
VACT_INLINE vf_pair wide_normal_ratio(vf_pair t)
{
    /* eight intervals for each power of two of 1 + t: the exponent's bits and the next three */
    const vf place = vf_add(t.hi, vf_set1(1.0));
    const vi difference = vi_sub(vi_shift_right(vf_bits(place), 49), vi_shift_right(vf_bits(vf_set1(1.0)), 49));
    /* of a NaN one of 4 to 7 */
    const vi interval = vi_and(difference, vi_set1(63));
    /* the row has 18 numbers */
    const vi at = vi_add(vi_shift_left(interval, 4), vi_shift_left(interval, 1));
    const double *terms = wide_normal_terms[0];
    const vf_pair step = pair_add_lane(t, vf_neg(vf_gather(terms, at)));
    vf p = vf_gather(terms + WIDE_NORMAL_WIDTH - 1, at);
    for (int k = WIDE_NORMAL_WIDTH - 2; k > 2 * WIDE_NORMAL_PAIRS; k--)
        p = vf_fma(p, step.hi, vf_gather(terms + k, at));
    vf_pair sum = {vf_gather(terms + 5, at), vf_fma(p, step.hi, vf_gather(terms + 6, at))};
    sum = pair_fast_sum(sum.hi, sum.lo);
    for (int k = 3; k > 0; k -= 2) {
        const vf_pair coefficient = {vf_gather(terms + k, at), vf_gather(terms + k + 1, at)};
        sum = pair_add_smaller(coefficient, pair_multiply(sum, step)); /* the product is at most 0.08 of it */
    }
    return sum;
}

/* e^(-t^2/2) and M(t) */
typedef struct {
    wide power;
    vf_pair ratio;
    vf_pair t; /* at most 55 */
} wide_normal;

VACT_INLINE wide_normal wide_normal_of(vf_pair t)
{
    const vf zero = vf_set1(0.0), hi = vf_min(vf_set1(WIDE_NORMAL_LIMIT), vf_max(zero, t.hi));
    const vf_pair within = {hi, vf_select(vm_eq(hi, t.hi), t.lo, zero)};
    const vf_pair square = pair_multiply(within, within);
    return (wide_normal){wide_exp(pair_times_power(pair_neg(square), 0.5)), wide_normal_ratio(within), within};
}

/* Phi(-t) for t >= 0. From 55 on it is that of 55, below 0 that of 0; NaN of a NaN. */
VACT_INLINE wide wide_normal_tail(vf_pair t)
{
    const wide_normal of = wide_normal_of(t);
    return wide_multiply(of.power, wide_of_pair(of.ratio));
}

/* erf(x)/x, |x| <= 1/2 */
VACT_INLINE vf_pair wide_erf_ratio(vf_pair square)
{
    const double *terms = wide_erf_terms[0];
    vf p = vf_set1(terms[17]);
    for (int k = 16; k >= 8; k--)
        p = vf_fma(p, square.hi, vf_set1(terms[k]));
    vf_pair sum = pair_fast_sum(vf_set1(terms[6]), vf_fma(p, square.hi, vf_set1(terms[7])));
    for (int k = 4; k >= 0; k -= 2)
        sum = pair_add(pair_multiply(sum, square), pair_set1(terms[k], terms[k + 1]));
    return sum;
}

/* For every x */
VACT_INLINE wide wide_erf(vf x)
{
    const vf magnitude = vf_abs(x), half = vf_set1(0.5);
    const vm near = vm_le(magnitude, half);
    const vf inner = vf_select(near, magnitude, half);
    const wide small = wide_multiply(wide_split(inner), wide_of_pair(wide_erf_ratio(pair_product(inner, inner))));
    const vf bounded = vf_min(vf_set1(20.0), vf_max(half, magnitude));
    const vf_pair t =
        pair_multiply_lane(pair_set1(0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54), bounded); /* sqrt(2) */
    const vf_pair tail = wide_plain(wide_normal_tail(t));
    const wide large = wide_of_pair(pair_add_lane(pair_times_power(tail, -2.0), vf_set1(1.0)));
    const wide y = wide_select(near, small, large);
    return (wide){vf_flip_sign(y.hi, x), vf_flip_sign(y.lo, x), y.n};
}

#endif
