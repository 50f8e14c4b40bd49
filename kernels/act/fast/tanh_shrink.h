/*
 * tanh_shrink: x - tanh(x).
 *
 * Up to |x| = 1.142 the difference cancels, so x^3*(1/3 - G(x^2)) stands there, within 0.07 * 2^-24
 * (docs/approximations/tanh_shrink_fast.sollya), its cube and its last sum carried as hi + lo. Above, tanh is base +
 * scale*rest with an exact base and a small rest: x - base is exact or nearly, and one rounding remains.
 *
 * A tiny x is worked on as 2^40*x, so that its cube and their low parts are ordinary numbers until the last product.
 */
#ifndef VACT_ACT_FAST_TANH_SHRINK_H
#define VACT_ACT_FAST_TANH_SHRINK_H

#include "math/fast/tanh_split.h"

VACT_INLINE vf tanh_shrink_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf a = vf_abs(x), one = vf_set1(1.0f);
    vm tiny = vm_lt(a, vf_set1(0x1p-14f)); /* where 1/3 alone is right to 2^-29 */
    vf t = vf_mul(vf_max(vf_set1(0x1p-50f), vf_min(vf_set1(2.0f), a)), vf_select(tiny, vf_set1(0x1p40f), one));
    vf y = vf_mul(t, t);
    vf y_lo = vf_fms(t, t, y);
    vf cube = vf_mul(t, y);
    vf cube_lo = vf_fma(t, y_lo, vf_fms(t, y, cube));

    vf g = vf_set1(0x1.1043dep-15f);
    g = vf_fma(g, y, vf_set1(-0x1.1a71b8p-12f));
    g = vf_fma(g, y, vf_set1(0x1.2695dap-10f));
    g = vf_fma(g, y, vf_set1(-0x1.b9f43p-9f));
    g = vf_fma(g, y, vf_set1(0x1.1f7d56p-7f));
    g = vf_fma(g, y, vf_set1(-0x1.65f7a6p-6f));
    g = vf_fma(g, y, vf_set1(0x1.ba1694p-5f));
    g = vf_fma(g, y, vf_set1(-0x1.111104p-3f));
    g = vf_select(tiny, vf_set1(0.0f), g);
    vf third = vf_set1(0x1.555556p-2f), third_lo = vf_set1(-0x1.555556p-27f);
    vf p = vf_fma(g, y, third);
    vf p_lo = vf_add(vf_fma(g, y, vf_sub(third, p)), third_lo);
    vf low = vf_fma(cube, p_lo, vf_mul(cube_lo, p));
    vf near_zero = vf_mul(vf_fma(cube, p, low), vf_select(tiny, vf_set1(0x1p-120f), one));

    fast_tanh_parts parts = fast_tanh_split(a);
    vf far = vf_fnma(parts.scale, parts.rest, vf_sub(a, parts.base));
    return vf_flip_sign(vf_select(vm_lt(a, vf_set1(0x1.24p+0f)), near_zero, far), x);
}

#endif
