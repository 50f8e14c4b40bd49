/* gelu: max(x, 0) - |x|*Q(|x|), Q as in math/cr/normal.h. */
#ifndef VACT_ACT_CR_GELU_H
#define VACT_ACT_CR_GELU_H

#include "loop/form.h"
#include "math/cr/normal.h"

VACT_INLINE cr_rounded gelu_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf above = vf_max(vf_set1(0.0f), x);
    const vf size = vf_abs(x);
    const vf_pair bell = cr_bell(size), tail = cr_product(bell, cr_scaled_tail(size));
    const vf sum = vf_sub(above, tail.hi), error = vf_sub(vf_sub(above, sum), tail.hi);
    /* N's error is below 2^-38.4, and below 2^-34.3 of N near 0 */
    const vf near = vf_mul(tail.hi, vf_set1(CR_BOUND(0x1p-33f))), far = vf_mul(bell.hi, vf_set1(CR_BOUND(0x1p-37f)));
    const vf reach = vf_fma(above, vf_set1(CR_BOUND(0x1p-45f)), vf_min(near, far));
    cr_rounded y = cr_round_within((vf_pair){sum, vf_sub(error, tail.lo)}, reach);
    y.value = vf_copysign(y.value, x);
    return y;
}

VACT_INLINE act_range gelu_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){CR_TINY, CR_NORMAL_LIMIT};
}

#endif
