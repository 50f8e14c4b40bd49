/* tanh_shrink: x - tanh(x); below 2 x^3 times polynomials on pieces, since the terms nearly cancel. */
#ifndef VACT_ACT_CR_TANH_SHRINK_H
#define VACT_ACT_CR_TANH_SHRINK_H

#include "loop/form.h"
#include "math/cr/tanh.h"
#include "math/cr/tanh_shrink_table.h"

VACT_INLINE cr_rounded tanh_shrink_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf size = vf_abs(x), two = vf_set1(2.0f), zero = vf_set1(0.0f);
    const vm small = vm_lt(size, two);
    const vf_pair t = cr_tanh(size, zero), part = cr_by_pieces(&cr_tanh_shrink_pieces, 7.6f, vf_where(small, size));
    const vf_pair near = cr_product(cr_times(pair_product(size, size), size), part);
    const vf sum = vf_sub(size, t.hi), error = vf_sub(vf_sub(size, sum), t.hi);
    const vf_pair far = {sum, vf_sub(error, t.lo)};
    cr_rounded y = cr_round((vf_pair){vf_select(small, near.hi, far.hi), vf_select(small, near.lo, far.lo)}, 0x1p-37f);
    y.value = vf_copysign(y.value, x);
    return y;
}

/* Below 2^-33 the cube's low part is not exact. */
VACT_INLINE act_range tanh_shrink_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0x1p-33f, 0x1p40f};
}

#endif
