/* tanh: as in math/fast/tanh.h. */
#ifndef VACT_ACT_FAST_TANH_H
#define VACT_ACT_FAST_TANH_H

#include "math/common/pair.h"
#include "math/fast/tanh.h"

VACT_INLINE vf tanh_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return fast_tanh(x);
}

/* tanh of x >= 0 before its last rounding. */
VACT_INLINE vf_pair tanh_pair(vf x)
{
    vf t = vf_min(vf_set1(FAST_TANH_MOST), x);
    fast_tanh_piece piece = fast_tanh_piece_of(t);
    vf d = vf_sub(t, piece.centre), base = vf_min(piece.level, t), y = vf_fma(d, piece.p, base);
    return (vf_pair){y, vf_fma(d, piece.p, vf_sub(base, y))};
}

#endif
