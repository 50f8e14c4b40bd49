/*
 * sqrt_softplus: sqrt(log(1 + e^x)). The root halves the relative error of math/fast/softplus.h. Below -40 it is
 * e^(x/2), whose exponential is computed from x/2, since e^x underflows where its root is normal; above 40 it is the
 * root of x.
 */
#ifndef VACT_ACT_FAST_SQRT_SOFTPLUS_H
#define VACT_ACT_FAST_SQRT_SOFTPLUS_H

#include "loop/form.h"
#include "math/fast/exp.h"
#include "math/fast/softplus.h"

VACT_INLINE vf sqrt_softplus_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_sqrt(fast_softplus(x));
}

/* fast_exp_any at x = 80 is never used; it keeps the argument of others in range. */
VACT_INLINE vf sqrt_softplus_special(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf reach = vf_set1(FAST_SOFTPLUS_REACH);
    vm low = vm_lt(x, vf_neg(reach));
    vf root = vf_sqrt(vf_select(vm_lt(reach, x), x, fast_softplus_of(x, vf_min(reach, vf_abs(x)))));
    vf tail = fast_exp_any(vf_mul(vf_max(vf_set1(-212.0f), vf_min(vf_neg(reach), x)), vf_set1(0.5f)));
    return vf_select(low, tail, root);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range sqrt_softplus_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, FAST_SOFTPLUS_REACH};
}

#define ACT_CALLED VACT_NOINLINE static

#endif
