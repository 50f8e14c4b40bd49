/*
 * The derivative of xielu: x > 0 ? 2*alpha_p*x + beta : alpha_n*(e^x - 1) + beta, with e^x - 1 and the sum as hi/lo
 * pairs. Half of it is computed, and 2^-33 of it for a large x, since it may overflow where its product with dy does
 * not. A call, for the size of the library.
 */
#ifndef VACT_ACT_BACKWARD_XIELU_H
#define VACT_ACT_BACKWARD_XIELU_H

#include "math/fast/expm1.h"
#include "math/fast/gradient.h"

VACT_NOINLINE static vf xielu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    const vf zero = vf_set1(0.0f), one = vf_set1(1.0f), tiny = vf_set1(-FAST_ELU_TINY);
    vf_pair m = fast_expm1_pair_exact(vf_max(vf_set1(FAST_EXPM1_LEAST), vf_min(tiny, x)));
    vm itself = vm_lt(tiny, x), positive = vm_lt(zero, x), large = vm_lt(vf_set1(0x1p+64f), x);
    vf part = vf_select(large, vf_set1(0x1p-32f), one), whole = vf_select(large, vf_set1(0x1p+33f), vf_set1(2.0f));
    /* 0 times an infinite x is 0 here */
    vf above = vf_mul(vf_min(vf_set1(params->v[0] == 0.0f ? FLT_MAX : __builtin_inff()), x), part);
    m.hi = vf_select(positive, above, vf_select(itself, x, m.hi));
    m.lo = vf_select(itself, zero, m.lo);
    vf alpha = vf_select(positive, vf_set1(params->v[0]), vf_set1(0.5f * params->v[1]));
    vf beta = vf_mul(vf_set1(0.5f * params->v[2]), part);
    vf term = vf_fma(alpha, m.hi, zero);
    vf term_lo = vf_fma(alpha, m.lo, vf_fms(alpha, m.hi, term));
    vf_pair slope = pair_sum(vf_fma(beta, one, zero), term);
    /* Where the sum cancels the low part may be the larger one; an infinite sum has none. */
    vf lo = vf_select(vm_le(vf_abs(slope.hi), vf_set1(FLT_MAX)), vf_add(slope.lo, term_lo), zero);
    vf hi = vf_add(slope.hi, lo);
    return pair_times((vf_pair){hi, vf_sub(lo, vf_sub(hi, slope.hi))}, vf_mul(dy, whole));
}

#endif
