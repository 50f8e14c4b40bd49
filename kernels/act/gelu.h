/*
 * gelu: x*Phi(x).
 *
 * With q = Phi(-|x|) = e^(-x^2/2) * E(|x|) (math/normal.h) it is x*q for x < 0 and x - x*q above: nothing cancels.
 * x^2 is carried as hi + lo, its low part corrects the exponential, and scaled.h keeps the digits where that is
 * subnormal but the product is not. |x| is clamped to 15: from 14.5 on the lower tail rounds to -0.
 */
#ifndef VACT_ACT_GELU_H
#define VACT_ACT_GELU_H

#include "math/normal.h"
#include "math/pair.h"
#include "math/scaled.h"

VACT_INLINE vf gelu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf clamped = vf_min(vf_set1(15.0f), vf_max(vf_set1(-15.0f), x));
    vf half = vf_set1(-0.5f);
    vf_pair square = pair_product(clamped, clamped);
    scaled_exp e = scaled_exp_of_pair(vf_mul(square.hi, half), vf_mul(square.lo, half));
    vf scaled_tail = normal_scaled_tail(vf_abs(clamped));
    vf below = scaled_last(e, vf_mul(scaled_first(e, clamped), vf_mul(e.factor, scaled_tail)));
    vf above = vf_fnma(clamped, vf_mul(e.plain, scaled_tail), x);
    return vf_select(vm_lt(x, vf_set1(0.0f)), below, above);
}

#endif
