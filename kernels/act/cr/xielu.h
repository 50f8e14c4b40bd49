/*
 * xielu: alpha_p*x^2 + beta*x, or alpha_n*(e^x - 1) + (beta - alpha_n)*x below 0. The terms may cancel, so what is
 * within reach is told from the terms, not from their sum.
 */
#ifndef VACT_ACT_CR_XIELU_H
#define VACT_ACT_CR_XIELU_H

#include "loop/form.h"
#include "math/cr/exp.h"

VACT_INLINE cr_rounded xielu_rounded(vf x, const vact_params_f32 *params)
{
    const float alpha_n = params->v[1], beta = params->v[2], slope = beta - alpha_n;
    const float seen = slope - beta, slope_low = (beta - (slope - seen)) + (-alpha_n - seen);
    const vf zero = vf_set1(0.0f), size = vf_abs(x);

    const vf_pair curved = pair_product(vf_set1(params->v[0]), x), sum = pair_sum(curved.hi, vf_set1(beta));
    const vf_pair above = cr_times((vf_pair){sum.hi, vf_add(sum.lo, curved.lo)}, x);
    const vf steep =
        vf_fma(vf_abs(curved.hi), vf_set1(CR_BOUND(0x1p-44f)), vf_set1(CR_BOUND(0x1p-44f) * __builtin_fabsf(beta)));

    const vf within = vf_max(vf_set1(-60.0f), vf_min(zero, x));
    const vf_pair rise = cr_times(cr_expm1_below(within, zero), vf_set1(alpha_n));
    const vf_pair line = cr_times((vf_pair){vf_set1(slope), vf_set1(slope_low)}, x), both = pair_sum(rise.hi, line.hi);
    const vf_pair below = {both.hi, vf_add(both.lo, vf_add(rise.lo, line.lo))};
    const vf part = vf_min(vf_mul(size, vf_set1(CR_BOUND(0x1p-35f))), vf_set1(CR_BOUND(0x1p-40f)));
    const vf curve =
        vf_fma(vf_abs(line.hi), vf_set1(CR_BOUND(0x1p-44f)), vf_mul(part, vf_set1(__builtin_fabsf(alpha_n))));

    const vm negative = vm_lt(x, zero);
    cr_rounded y =
        cr_round_within((vf_pair){vf_select(negative, below.hi, above.hi), vf_select(negative, below.lo, above.lo)},
                        vf_select(negative, curve, vf_mul(steep, size)));
    y.value = vf_select(vm_eq(x, zero), vf_mul(x, vf_set1(beta)), y.value); /* the sign of a zero */
    return y;
}

VACT_INLINE act_range xielu_range(const vact_params_f32 *params)
{
    for (int k = 0; k < 3; k++)
        if (!(__builtin_fabsf(params->v[k]) >= 0x1p-10f && __builtin_fabsf(params->v[k]) <= 0x1p10f))
            return CR_NONE_COMMON;
    return (act_range){0x1p-70f, 0x1p40f};
}

#endif
