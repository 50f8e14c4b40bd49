/*
 * The rounding test of the variant `cr` (Ziv 1991). The exact value lies within bound*|hi| of hi + lo. If both ends of
 * that range round to the same float, it is the correctly rounded value, and sure. Else the loop computes the
 * lane again with kernels/exact. A NaN is never sure.
 *
 * Bounds are about twice to five times the largest error seen at every 509th float (erf, tanh_shrink and xielu: every
 * 50,021st). What proves them is that no input of 2^32 is misrounded: vact accuracy --math=cr.
 */
#ifndef VACT_MATH_CR_ROUND_H
#define VACT_MATH_CR_ROUND_H

#include "math/common/pair.h"

typedef struct {
    vf value;
    vm sure;
} cr_rounded;

#ifdef VACT_CR_UNTESTED /* the control of the proof: without the test, inputs are misrounded */
#define CR_BOUND(bound) (0.0f * (bound))
#else
#define CR_BOUND(bound) (bound)
#endif

/* The exact value is within reach of the sum. */
VACT_INLINE cr_rounded cr_round_within(vf_pair y, vf reach)
{
    const vf up = vf_add(y.hi, vf_add(y.lo, reach)), down = vf_add(y.hi, vf_sub(y.lo, reach));
    return (cr_rounded){up, vm_eq(up, down)};
}

/* The exact value is within bound*|hi| and within cap of the sum: for functions near whose zero the relative error is
 * larger than elsewhere. */
VACT_INLINE cr_rounded cr_round_capped(vf_pair y, float bound, float cap)
{
    return cr_round_within(y, vf_min(vf_mul(vf_abs(y.hi), vf_set1(CR_BOUND(bound))), vf_set1(CR_BOUND(cap))));
}

/* The exact value is within bound*|hi| of the sum. */
VACT_INLINE cr_rounded cr_round(vf_pair y, float bound)
{
    bound = CR_BOUND(bound);
    const vf up = vf_add(y.hi, vf_fma(y.hi, vf_set1(bound), y.lo));
    const vf down = vf_add(y.hi, vf_fnma(y.hi, vf_set1(bound), y.lo));
    return (cr_rounded){up, vm_eq(up, down)};
}

/* (a.hi + a.lo)/(b.hi + b.lo); the low parts may be 2^-11 of the high ones. */
VACT_INLINE vf_pair cr_quotient(vf_pair a, vf_pair b)
{
    const vf inverse = vf_div(vf_set1(1.0f), b.hi), q = vf_mul(a.hi, inverse);
    const vf rest = vf_add(vf_fnma(b.hi, q, a.hi), vf_fnma(b.lo, q, a.lo)), low = vf_mul(rest, inverse);
    return (vf_pair){q, vf_fnma(vf_mul(low, inverse), b.lo, low)};
}

/* (a.hi + a.lo)*(b.hi + b.lo) */
VACT_INLINE vf_pair cr_product(vf_pair a, vf_pair b)
{
    const vf product = vf_mul(a.hi, b.hi);
    const vf low = vf_fma(a.hi, b.lo, vf_fms(a.hi, b.hi, product));
    return (vf_pair){product, vf_fma(a.lo, b.hi, low)};
}

VACT_INLINE vf_pair cr_times(vf_pair a, vf b)
{
    const vf product = vf_mul(a.hi, b);
    return (vf_pair){product, vf_fma(a.lo, b, vf_fms(a.hi, b, product))};
}

/* (a.hi + a.lo) + b, both at least 0: of the high parts the larger goes first. */
VACT_INLINE vf_pair cr_sum(vf_pair a, vf b)
{
    const vf large = vf_max(a.hi, b), small = vf_min(a.hi, b), sum = vf_add(large, small);
    return (vf_pair){sum, vf_add(vf_sub(small, vf_sub(sum, large)), a.lo)};
}

/* hi + lo, where hi is 0 or the larger, with lo at most half a unit of hi in the result. */
VACT_INLINE vf_pair cr_normal(vf hi, vf lo)
{
    const vf sum = vf_add(hi, lo);
    return (vf_pair){sum, vf_add(vf_sub(hi, sum), lo)};
}

#endif
