/*
 * selu: s*(x > 0 ? x : a*expm1(x)). s and s*a are carried as hi + lo (docs/approximations/constants.py), as neither
 * is a float, and expm1 as hi + lo, so that the product is rounded once. Below 2^-26 in magnitude expm1(x) is x.
 */
#ifndef VACT_ACT_FAST_SELU_H
#define VACT_ACT_FAST_SELU_H

#include "loop/form.h"
#include "math/fast/expm1.h"

VACT_INLINE vf selu_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf tiny = vf_set1(-FAST_ELU_TINY), zero = vf_set1(0.0f);
    vf_pair m = fast_expm1_pair(vf_min(tiny, vf_max(vf_set1(FAST_EXPM1_LEAST), x)), zero);
    vm itself = vm_lt(tiny, x), positive = vm_le(zero, x);
    vf hi = vf_select(positive, vf_set1(0x1.0cfabep+0f), vf_set1(0x1.c212ccp+0f));
    vf lo = vf_select(positive, vf_set1(-0x1.2adddap-25f), vf_set1(0x1.903c0cp-26f));
    vf factor = vf_select(itself, x, m.hi);
    vf low_factor = vf_select(itself, zero, m.lo);
    vf low_product = vf_fma(hi, low_factor, vf_mul(factor, lo));
    /* An infinite x would meet its own negative in the low product. */
    low_product = vf_select(vm_lt(vf_abs(factor), vf_set1(__builtin_inff())), low_product, zero);
    /* A zero sum of products of two signs would be +0. */
    return vf_copysign(vf_fma(factor, hi, low_product), x);
}

VACT_INLINE act_form selu_form(const vact_params_f32 *params)
{
    (void)params;
    return ACT_ONE_FORM(selu_forward);
}

#endif
