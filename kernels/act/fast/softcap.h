/*
 * softcap: c*tanh(x/c), by the intervals of math/fast/tanh.h: c*(level + d*P(d)) = c*level + (|x| - c*centre)*P(d). So
 * the quotient x/c, which is rounded, enters only as the argument of P. Next to 0 the first term is |x| itself: a small
 * x is its own result. c*level is a hi/lo pair.
 *
 * Largest error for c = 30 1.125 ULP, at 0x1.17f116p+4 (all inputs).
 */
#ifndef VACT_ACT_FAST_SOFTCAP_H
#define VACT_ACT_FAST_SOFTCAP_H

#include "math/common/softcap.h"
#include "math/fast/tanh.h"

VACT_INLINE vf softcap_forward(vf x, const vact_params_f32 *params)
{
    softcap_scaled scaled = softcap_scaled_of(params);
    vf c = vf_set1(params->v[0]);
    vf q = vf_mul(softcap_magnitude(x, scaled, FAST_TANH_MOST), vf_set1(scaled.inverse));
    fast_tanh_piece piece = fast_tanh_piece_of(vf_min(vf_set1(FAST_TANH_MOST), q)); /* the product is rounded */
    vf t = vf_abs(x); /* far beyond the last interval the sum is above c */
    vf level = vf_mul(c, piece.level), level_lo = vf_fms(c, piece.level, level); /* 0 next to 0, where level is c */
    vf rise = vf_fma(vf_fnma(c, piece.centre, t), piece.p, level_lo);
    return vf_flip_sign(vf_min(c, vf_add(vf_min(level, t), rise)), x);
}

#define ACT_CALLED VACT_NOINLINE static

#endif
