/*
 * elu: x > 0 ? x : alpha*expm1(x). For |x| < 2^-26 expm1(x) is x within half an ULP. The code that computes expm1 gets
 * neither such an x nor a positive one, so that nothing in it is subnormal or overflows. For alpha other than 1, expm1
 * is a hi/lo pair, so that the product is rounded once.
 */
#ifndef VACT_ACT_FAST_ELU_H
#define VACT_ACT_FAST_ELU_H

#include "math/fast/expm1.h"

VACT_INLINE vf elu_forward(vf x, const vact_params_f32 *params)
{
    if (params->v[0] == 1.0f)
        return fast_elu(x);
    vf alpha = vf_set1(params->v[0]), zero = vf_set1(0.0f);
    vm itself = vm_lt(vf_set1(-FAST_ELU_TINY), x);
    /* Not in the order of fast_elu: GCC would merge what follows with that path, for four vectors at once, and run out
     * of registers (a third slower on AVX2). */
    vf bounded = vf_max(vf_set1(FAST_EXPM1_LEAST), vf_min(vf_set1(-FAST_ELU_TINY), x));
    vf_pair m = fast_expm1_pair(bounded, zero);
    vf tail = vf_fma(alpha, m.hi, vf_mul(alpha, m.lo));
    /* The sign for alpha = 0, where the sum of a +0 and a -0 would be +0. */
    tail = vf_copysign(tail, vf_neg(alpha));
    /* One product for x and alpha*x, since alpha*x may overflow where it is not the result. */
    vf factor = vf_select(vm_le(zero, x), vf_apart(vf_set1(1.0f)), alpha);
    return vf_select(itself, vf_mul(factor, x), tail);
}

#endif
