/* gelu_tanh: (1 + tanh(u))/2 is sigmoid(2u), and 2u = x*(a + b*x^2) with a = 2*sqrt(2/pi) and b = 0.044715*a as pairs
 * (docs/approximations/wide.py constants). Beyond |x| = 100 the argument is that of 100: e^-71000 is nothing in any
 * product. */
#ifndef VACT_ACT_WIDE_GELU_TANH_H
#define VACT_ACT_WIDE_GELU_TANH_H

#include "math/wide/gate.h"

typedef struct {
    vf_pair p, xp; /* 2u, and x times its derivative */
} gelu_tanh_parts;

VACT_INLINE gelu_tanh_parts gelu_tanh_of(vf x)
{
    const vf limit = vf_set1(100.0), bounded = vf_min(limit, vf_max(vf_neg(limit), x));
    const vf_pair a = pair_set1(0x1.9884533d43651p+0, -0x1.cbc0d30ebfd15p-54);
    const vf_pair b = pair_set1(0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c7p-61);
    const vf_pair cubic = pair_multiply(pair_product(bounded, bounded), b);
    gelu_tanh_parts of;
    of.p = pair_multiply_lane(pair_add(a, cubic), bounded);
    const vf_pair twice = {vf_add(cubic.hi, cubic.hi), vf_add(cubic.lo, cubic.lo)};
    of.xp = pair_multiply_lane(pair_add(a, pair_add(cubic, twice)), bounded);
    return of;
}

VACT_INLINE wide gelu_tanh_value(vf x, const act_params *params)
{
    return (void)params, wide_gate_value(x, gelu_tanh_of(x).p);
}

VACT_INLINE wide gelu_tanh_slope(vf x, const act_params *params)
{
    (void)params;
    const gelu_tanh_parts of = gelu_tanh_of(x);
    return wide_gate_slope(wide_of_pair(of.xp), of.p);
}

#endif
