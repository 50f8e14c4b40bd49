/*
 * elu: x > 0 ? x : alpha*expm1(x). Below 2^-26 in magnitude expm1(x) is x itself within half an ULP; what computes it
 * never sees such an x, nor a positive one, so nothing in it is subnormal or overflows. With an alpha other than 1
 * expm1 is carried as hi + lo, so that the product is rounded once.
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
    /* In the other order than in fast_elu: GCC would share what follows between the two paths, for four vectors at
     * once, and run out of registers (a third slower on AVX2). */
    vf bounded = vf_max(vf_set1(FAST_EXPM1_LEAST), vf_min(vf_set1(-FAST_ELU_TINY), x));
    vf_pair m = fast_expm1_pair(bounded, zero);
    vf tail = vf_fma(alpha, m.hi, vf_mul(alpha, m.lo));
    /* A zero sum of products of two signs would be +0, where alpha is 0. */
    tail = vf_copysign(tail, vf_neg(alpha));
    tail = vf_select(itself, vf_mul(alpha, x), tail);
    return vf_select(vm_le(zero, x), x, tail);
}

#endif
