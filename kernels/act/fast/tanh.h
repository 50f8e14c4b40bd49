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
    fast_tanh_parts parts = fast_tanh_parts_of(x);
    vf y = vf_fma(parts.d, parts.p, parts.base);
    return (vf_pair){y, vf_fma(parts.d, parts.p, vf_sub(parts.base, y))};
}

#endif
